/** The codes of DESIGN 3; every refusal that a person or an agent sees carries one. */
export const ERROR_CODES = [
  'invalid_input',
  'not_found',
  'auth',
  'forbidden',
  'conflict',
  'precondition',
  'stale',
  'blocked',
  'needs_confirmation',
  'needs_approval',
  'rate_limited',
  'timeout',
  'upstream',
  'schema_drift',
  'tool_missing',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Whether a request that failed may have had its effect outside. Only writes care. */
export type Reached = 'no' | 'maybe';

export interface ErrorFields {
  /** What was wrong, naming the thing. */
  cause: string;
  /** What to do about it. */
  remedy: string;
  /** The rule that refused, where one did. */
  rule?: string;
  /** Seconds after which another try makes sense (from Retry-After). */
  retryAfterSeconds?: number;
  reached?: Reached;
  /** HTTP status of the outside answer. */
  status?: number;
}

/** An expected refusal. Anything else that is thrown is a defect and becomes `internal`. */
export class SluiceError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly rule: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly reached: Reached;
  readonly status: number | undefined;

  constructor(code: ErrorCode, fields: ErrorFields) {
    super(fields.cause);
    this.name = 'SluiceError';
    this.code = code;
    this.remedy = fields.remedy;
    this.rule = fields.rule;
    this.retryAfterSeconds = fields.retryAfterSeconds;
    this.reached = fields.reached ?? 'no';
    this.status = fields.status;
  }
}

/**
 * The outside is not ready and nothing is wrong: a wait with a cause, never a failure.
 * A flow step waits; a direct call answers `blocked`.
 */
export class NotYet extends SluiceError {
  /** When to look again, in seconds; the step's `every` counts when absent. */
  readonly lookAgainSeconds: number | undefined;

  constructor(cause: string, options: { remedy?: string; lookAgainSeconds?: number } = {}) {
    super('blocked', {
      cause,
      remedy: options.remedy ?? 'Nothing to do: look again later.',
    });
    this.name = 'NotYet';
    this.lookAgainSeconds = options.lookAgainSeconds;
  }
}

export interface ErrorReport {
  code: ErrorCode;
  cause: string;
  remedy: string;
  rule?: string;
}

export function toSluiceError(thrown: unknown): SluiceError {
  if (thrown instanceof SluiceError) return thrown;
  const cause = thrown instanceof Error ? thrown.message : String(thrown);
  return new SluiceError('internal', {
    cause: `Unexpected: ${cause}`,
    remedy: 'This is a defect: run again with SLUICE_LOG=debug and report what it prints.',
    reached: 'maybe',
  });
}

export function errorReport(thrown: unknown): ErrorReport {
  const error = toSluiceError(thrown);
  return {
    code: error.code,
    cause: error.message,
    remedy: error.remedy,
    ...(error.rule === undefined ? {} : { rule: error.rule }),
  };
}

const EXIT_CODES: Record<ErrorCode, number> = {
  internal: 1,
  invalid_input: 2,
  not_found: 2,
  blocked: 3,
  precondition: 3,
  conflict: 3,
  stale: 3,
  needs_confirmation: 3,
  needs_approval: 4,
  auth: 6,
  forbidden: 6,
  tool_missing: 6,
  timeout: 7,
  upstream: 7,
  rate_limited: 7,
  schema_drift: 7,
};

/** Exit codes of the contract (DESIGN 7). */
export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[code];
}

/** Faults that pass by themselves: the outside was slow, busy or down. */
export function isTransient(error: SluiceError): boolean {
  return error.code === 'timeout' || error.code === 'upstream' || error.code === 'rate_limited';
}
