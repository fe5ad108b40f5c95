import { expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const { current } = bench({
  extends: 'z-stream-4.20.27',
  artifacts: {
    buckets: { deck: { 'logs/a/1/build-log.txt': 'one\ntwo\n', 'logs/a/1/artifacts/x/y.yaml': 'a: 1\n' } },
  },
  github: {
    repositories: {
      'openshift/release-tests': {
        branches: {
          main: {
            files: {
              'jobs.json': [
                { at: '2026-01-01T00:00:00Z', value: 'one' },
                { at: '2026-02-01T00:00:00Z', value: 'two' },
                { at: '2027-01-01T00:00:00Z', value: 'three' },
              ],
            },
          },
        },
      },
    },
  },
});
const BUCKET = '/artifacts/storage/v1/b/deck/o';

it('lists by prefix and delimiter', async () => {
  const list = async (query: string) => (await current().ask(`${BUCKET}?${query}`)).body;
  expect(await list('prefix=logs/a/1/&delimiter=/')).toMatchObject({
    prefixes: ['logs/a/1/artifacts/'],
    items: [{ name: 'logs/a/1/build-log.txt', size: '8' }],
  });
  expect(at(await list('prefix=logs/'), 'items.1.name')).toBe('logs/a/1/build-log.txt');
  expect(await list('prefix=none/&delimiter=/')).toEqual({ kind: 'storage#objects' });
  expect((await current().ask('/artifacts/storage/v1/b/other/o')).status).toBe(404);
});

it('gives an object whole or by its end', async () => {
  const object = `${BUCKET}/logs%2Fa%2F1%2Fbuild-log.txt`;
  expect(await current().ask(`${object}?alt=media`)).toMatchObject({ status: 200, text: 'one\ntwo\n' });
  const end = await current().ask(`${object}?alt=media`, { headers: { range: 'bytes=-4' } });
  expect(end).toMatchObject({ status: 206, text: 'two\n' });
  expect((await current().ask(object)).body).toMatchObject({ size: '8' });
  expect((await current().ask(`${BUCKET}/nothing?alt=media`)).status).toBe(404);
});

it('lists the commits of a file until a moment, and shows the file at one', async () => {
  const repository = '/github/repos/openshift/release-tests';
  const commits = async (until: string) =>
    (await current().ask(`${repository}/commits?path=jobs.json&sha=main&until=${until}`)).body;
  expect(await commits('2026-03-01T00:00:00Z')).toHaveLength(2);
  const sha = at(await commits('2026-01-15T00:00:00Z'), '0.sha');
  expect(await commits('2025-01-01T00:00:00Z')).toEqual([]);
  const file = await current().ask(`${repository}/contents/jobs.json?ref=${String(sha)}`);
  expect(Buffer.from(String(at(file.body, 'content')), 'base64').toString()).toBe('one');
});

it('lists streams with their tags by state', async () => {
  const streams = (state: string) => current().ask(`/release-controller/api/v1/releasestreams/${state}`);
  expect((await streams('all')).body).toMatchObject({ '4-stable': ['4.20.27', '4.20.26'] });
  expect((await streams('accepted')).body).toMatchObject({ '4-stable': ['4.20.26'] });
  expect((await streams('rejected')).body).toEqual({});
  expect((await streams('odd')).status).toBe(404);
});
