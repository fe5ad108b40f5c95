import { expect, test } from 'vitest';
import { streamsOf } from './stream.ts';

test.each([
  ['4.20.27', ['4-stable']],
  ['5.0.1', ['5-stable']],
  ['4.21.0-rc.1', ['4-stable', '4-dev-preview']],
  ['5.0.0-ec.3', ['5-stable', '5-dev-preview']],
  ['4.21.0-0.nightly-2026-06-26-075730', ['4.21.0-0.nightly']],
  ['4.21.0-0.nightly-arm64-2026-06-26-075730', ['4.21.0-0.nightly-arm64']],
  ['4.21.0-0.ci-2026-06-26-075730', ['4.21.0-0.ci']],
])('%s may be in %j', (tag, streams) => {
  expect(streamsOf(tag)).toEqual(streams);
});

test.each(['', '4.20', '4.20.27 ', '../4.20.27', '4.20.27-x', 'latest'])('%j is no release', (tag) => {
  expect(() => streamsOf(tag)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});
