import { expect, test } from 'vitest';
import { stateOf } from './stage-status.ts';

test.each([
  ['missing', []],
  ['success', ['success']],
  ['success', ['success', 'success']],
  ['failed', ['success', 'failed']],
  ['failed', ['failed', 'running']],
  ['failed', ['canceled']],
  ['running', ['success', 'running']],
  ['running', ['success', 'manual']],
  ['running', ['created']],
  ['running', ['skipped']],
  ['running', ['something_new']],
])('%s for %j', (state, statuses) => {
  expect(stateOf(statuses.map((status) => ({ status })))).toBe(state);
});

test('a failure that the pipeline allows is none', () => {
  expect(stateOf([{ status: 'success' }, { status: 'failed', allow_failure: true }])).toBe('success');
  expect(stateOf([{ status: 'running' }, { status: 'failed', allow_failure: true }])).toBe('running');
});
