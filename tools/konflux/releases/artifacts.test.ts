import { expect, test } from 'vitest';
import { artifactsOf } from './artifacts.ts';

test('images, advisory and catalogs are read; the rest is named', () => {
  const artifacts = {
    images: [
      { name: 'a', urls: ['r.example.com/a:1', 'r.example.com/a:2'], shasum: 'sha256:1', arches: ['amd64'] },
    ],
    advisory: { url: 'https://errata.example.com/RHBA-1', internal_url: 'x' },
    catalog_urls: [{ name: 'a', url: 'https://catalog.example.com/a' }, 'https://catalog.example.com/b'],
    merge_requests: [{ url: 'https://git.example.com/1' }],
    index_image: { target_index: 'x' },
  };
  expect(artifactsOf(artifacts)).toEqual({
    images: [{ name: 'a', digest: 'sha256:1', urls: ['r.example.com/a:1', 'r.example.com/a:2'] }],
    advisoryUrl: 'https://errata.example.com/RHBA-1',
    catalogUrls: ['https://catalog.example.com/a', 'https://catalog.example.com/b'],
    others: ['index_image', 'merge_requests'],
  });
});

test.each([
  undefined,
  null,
  'text',
  [],
  { images: 'none' },
  { images: [null, 5], advisory: [], catalog_urls: {} },
])('what has another form is no artifact: %j', (artifacts) => {
  expect(artifactsOf(artifacts)).toEqual({ images: [], advisoryUrl: null, catalogUrls: [], others: [] });
});
