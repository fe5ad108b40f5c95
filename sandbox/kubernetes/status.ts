import type { Tree } from '../scenario/merge.ts';

/** One field that is wrong, in the words of the API server. */
export interface Cause {
  reason: string;
  message: string;
  field: string;
}

interface About {
  group?: string;
  /** The plural; for 422 the kind. */
  kind?: string;
  name?: string;
}

/** Refused as the API server refuses: a Status object. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly details: Tree | undefined;
  /** Only an expired list says how to go on. */
  readonly list: Tree;

  constructor(code: number, reason: string, message: string, details?: Tree, list: Tree = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.list = list;
  }

  get status(): Tree {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.list,
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

function details({ name, group, kind }: About, more: Tree = {}): Tree {
  return {
    ...(name ? { name } : {}),
    ...(group ? { group } : {}),
    ...(kind ? { kind } : {}),
    ...more,
  };
}

export function qualified({ group, kind }: About): string {
  return group ? `${kind}.${group}` : (kind ?? '');
}

export function success(about: About & { uid: string }): Tree {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: details(about, { uid: about.uid }),
  };
}

export const unauthorized = () => new ApiError(401, 'Unauthorized', 'Unauthorized');

export const badRequest = (message: string) => new ApiError(400, 'BadRequest', message);

/** A path of which no group of the server's own knows: the answer is a page, no Status. */
export class NoPage extends Error {
  override name = 'NoPage';
}

export const unknownPath = (builtIn: boolean) =>
  builtIn
    ? new ApiError(404, 'NotFound', 'the server could not find the requested resource', {})
    : new NoPage('404 page not found');

export const methodNotAllowed = () =>
  new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );

export function notFound(about: About): ApiError {
  return new ApiError(404, 'NotFound', `${qualified(about)} "${about.name}" not found`, details(about));
}

export function alreadyExists(about: About): ApiError {
  const message = `${qualified(about)} "${about.name}" already exists`;
  return new ApiError(409, 'AlreadyExists', message, details(about));
}

const MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(about: About, why: string = MODIFIED): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(about)} "${about.name}": ${why}`;
  return new ApiError(409, 'Conflict', message, details(about));
}

export function invalid(about: About, causes: readonly Cause[]): ApiError {
  const lines = [...new Set(causes.map(({ field, message }) => `${field}: ${message}`))];
  const said = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const message = `${qualified(about)} "${about.name}" is invalid: ${said}`;
  return new ApiError(422, 'Invalid', message, details(about, { causes: [...causes] }));
}

export function forbidden(about: About, why: string): ApiError {
  const target = qualified(about) + (about.name ? ` "${about.name}"` : '');
  return new ApiError(403, 'Forbidden', `${target} is forbidden: ${why}`, details(about));
}

/** `code` as the webhook chose it: 403 with controller-runtime, 400 with knative. */
export function denied(webhook: string, why: string, code: 400 | 403 | 422): ApiError {
  const reason = { 400: 'BadRequest', 403: 'Forbidden', 422: 'Invalid' }[code];
  return new ApiError(code, reason, `admission webhook "${webhook}" denied the request: ${why}`);
}

export function expired(message: string, list?: Tree): ApiError {
  return new ApiError(410, 'Expired', message, undefined, list);
}

export function tooLargeVersion(asked: number, current: number): ApiError {
  const message = `Too large resource version: ${asked}, current: ${current}`;
  return new ApiError(504, 'Timeout', `Timeout: ${message}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  return new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

const FAULTS: Record<number, ApiError> = {
  410: new ApiError(410, 'Expired', 'The resourceVersion for the provided request is too old.'),
  429: new ApiError(429, 'TooManyRequests', 'too many requests, please try again later'),
  500: new ApiError(500, 'InternalError', 'Internal error occurred: etcdserver: request timed out'),
};

/** A trouble of the server itself, which a fault brings about. */
export function trouble(code: number): Tree | undefined {
  return FAULTS[code]?.status;
}
