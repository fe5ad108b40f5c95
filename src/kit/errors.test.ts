import { expect, it } from 'vitest';
import {
  ERROR_CODES,
  errorReport,
  exitCodeOf,
  isTransient,
  NotYet,
  SluiceError,
  toSluiceError,
} from './errors.ts';

it('gives every code the exit code of the contract', () => {
  const table = Object.fromEntries(ERROR_CODES.map((code) => [code, exitCodeOf(code)]));
  expect(table).toEqual({
    invalid_input: 2,
    not_found: 2,
    auth: 6,
    forbidden: 6,
    conflict: 3,
    precondition: 3,
    stale: 3,
    blocked: 3,
    needs_confirmation: 3,
    needs_approval: 4,
    rate_limited: 7,
    timeout: 7,
    upstream: 7,
    schema_drift: 7,
    tool_missing: 6,
    internal: 1,
  });
});

it('calls transient what passes by itself, and nothing else', () => {
  const transient = ERROR_CODES.filter((code) =>
    isTransient(new SluiceError(code, { cause: 'c', remedy: 'r' })),
  );
  expect(transient).toEqual(['rate_limited', 'timeout', 'upstream']);
});

it('reports a refusal with its rule, and leaves the rule out where there is none', () => {
  const ruled = new SluiceError('stale', { cause: 'c', remedy: 'r', rule: 'approval-binding' });
  expect(errorReport(ruled)).toEqual({ code: 'stale', cause: 'c', remedy: 'r', rule: 'approval-binding' });
  expect(errorReport(new SluiceError('stale', { cause: 'c', remedy: 'r' }))).toEqual({
    code: 'stale',
    cause: 'c',
    remedy: 'r',
  });
});

it('assumes of a refusal that nothing was reached, and of a defect that something may have been', () => {
  expect(new SluiceError('upstream', { cause: 'c', remedy: 'r' }).reached).toBe('no');
  for (const thrown of [new TypeError('x is undefined'), 'text', undefined]) {
    expect(toSluiceError(thrown)).toMatchObject({ code: 'internal', reached: 'maybe' });
  }
  expect(toSluiceError(new TypeError('x is undefined')).message).toContain('x is undefined');
});

it('answers a direct call on something that is not ready with blocked, and keeps the moment to look again', () => {
  const notYet = new NotYet('the file is not there', { lookAgainSeconds: 90 });
  expect(toSluiceError(notYet)).toBe(notYet);
  expect(notYet).toMatchObject({
    code: 'blocked',
    lookAgainSeconds: 90,
    remedy: 'Nothing to do: look again later.',
  });
});
