import { expect, test } from 'vitest';
import { parseMergeRequestUrl } from './merge-request-url.ts';

const BASE = 'https://gitlab.cee.redhat.com/hybrid-platforms/art/ocp-shipment-data/-/merge_requests';

test.each([`${BASE}/609`, `${BASE}/609/diffs`, `${BASE}/609?tab=x`, `${BASE}/609#note_1`, `${BASE}/609/`])(
  '%s',
  (url) => {
    expect(parseMergeRequestUrl(url)).toEqual({
      project: 'hybrid-platforms/art/ocp-shipment-data',
      iid: 609,
    });
  },
);

test('the host does not count', () => {
  expect(parseMergeRequestUrl('http://127.0.0.1:1/a/b/-/merge_requests/1')).toEqual({
    project: 'a/b',
    iid: 1,
  });
});

test.each([
  '',
  BASE,
  `${BASE}/0`,
  `${BASE}/1x`,
  `${BASE}/-1`,
  'https://x/project/-/merge_requests/1',
  'https://x/a/../b/-/merge_requests/1',
  'https://x/a/./b/-/merge_requests/1',
  'https://x/a%2Fb/c/-/merge_requests/1',
  'https://x/a/b c/-/merge_requests/1',
  'https://x/a//b/-/merge_requests/1',
  'ftp://x/a/b/-/merge_requests/1',
  'https://x/a/b/merge_requests/1',
])('%j is refused', (url) => {
  expect(() => parseMergeRequestUrl(url)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});
