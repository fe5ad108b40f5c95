import type { IncomingHttpHeaders } from 'node:http';
import type { World } from './world.ts';

/** Where a stream goes; it may end itself. */
export interface Sink {
  write(text: string): void;
  end(): void;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body: string | Buffer;
  /** Instead of the body: opens a stream, and says how it is closed when the caller goes away. */
  stream?: (sink: Sink) => () => void;
}

export interface Call {
  method: string;
  /** As on the wire, prefix included. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Body;
  /** Where this system stands, for the links that it hands out. */
  base: string;
  param(name: string): string;
}

export interface Body {
  raw: Buffer;
  /** What a form or a JSON map says; undefined when the body is neither. */
  fields: Record<string, unknown> | undefined;
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `:name` takes one segment, `*name` at the end takes the rest. */
  path: string;
  /** Whether the real call is meant to change something; a function where that depends on the call. */
  mutates?: true | ((call: Call) => boolean);
  answer(call: Call, world: World): Reply;
}

/** What the published document of a system says of its requests. */
export interface Contract {
  /** Where the request breaks it; none when it fits. */
  problems(route: Route, call: Call): string[];
  /** How the real system words its refusal. */
  refuse(problems: readonly string[]): Reply;
}

export interface System {
  /** Its path prefix and its name in the logs. */
  name: string;
  contract?: Contract;
  /** Answers instead of the route when the caller may not come in. */
  guard?(call: Call, world: World, secret: string): Reply | undefined;
  /** How it words a refusal that a fault brings about. */
  refusal?(status: number): unknown;
  /** What the log keeps of a body that nobody could read. */
  logged?(call: Call): unknown;
  routes: readonly Route[];
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

export function text(status: number, body: string, type = 'text/plain; charset=utf-8'): Reply {
  return { status, headers: { 'content-type': type }, body };
}

export function parseBody(raw: Buffer, type: string | undefined): Body {
  if (raw.length === 0) return { raw, fields: {} };
  const source = raw.toString('utf8');
  if (type?.includes('application/x-www-form-urlencoded') === true) {
    return { raw, fields: Object.fromEntries(new URLSearchParams(source)) };
  }
  try {
    const parsed: unknown = JSON.parse(source);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return { raw, fields: { ...parsed } };
    }
  } catch {
    // Not JSON: the route that needs fields refuses it in its own words.
  }
  return { raw, fields: undefined };
}

export function stringField(body: Body, name: string): string | undefined {
  const value = body.fields?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** The parameters of a route that fits, by name. Segments are decoded after the split: %2F is no separator. */
export function matchPath(pattern: string, path: string): Map<string, string> | undefined {
  const want = pattern.split('/').slice(1);
  const have = path.split('/').slice(1);
  const params = new Map<string, string>();
  for (const [i, part] of want.entries()) {
    if (part.startsWith('*')) {
      const rest = have.slice(i).join('/');
      if (rest === '') return undefined;
      return params.set(part.slice(1), decode(rest));
    }
    const segment = have[i];
    if (segment === undefined) return undefined;
    if (part.startsWith(':')) params.set(part.slice(1), decode(segment));
    else if (part !== decode(segment)) return undefined;
  }
  return want.length === have.length ? params : undefined;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export function bearer(call: Call): string | undefined {
  return /^Bearer (.+)$/i.exec(call.headers.authorization ?? '')?.[1];
}
