import { expect, test } from 'vitest';
import { standIn } from '../../test/support/stand-in.ts';
import { ReleaseControllerClient } from './client.ts';

const STABLE = '/api/v1/releasestream/4-stable';
const whole = {
  name: '4.20.27',
  phase: 'Accepted',
  results: { blockingJobs: {} },
  changeLogJson: {
    from: { name: '4.20.26', digest: 'sha256:aa' },
    to: { name: '4.20.27', digest: 'sha256:bb', promotedFrom: '4.20.0-0.nightly-2026-06-20-000000' },
  },
};

test('a release with its digest', async () => {
  await using server = await standIn({ [`GET ${STABLE}/release/4.20.27`]: { body: whole } });
  const release = await new ReleaseControllerClient(server.http()).getRelease('4.20.27');
  expect(release).toMatchInlineSnapshot(`
    {
      "changelog": true,
      "digest": "sha256:bb",
      "name": "4.20.27",
      "phase": "Accepted",
      "promotedFrom": "4.20.0-0.nightly-2026-06-20-000000",
      "stream": "4-stable",
    }
  `);
  expect(server.requests()).toEqual([`GET ${STABLE}/release/4.20.27`]);
});

test('short asks for the phase alone, and an empty digest is none', async () => {
  const body = { ...whole, changeLogJson: { to: { digest: '' } } };
  await using server = await standIn({ [`GET ${STABLE}/release/4.20.27`]: { body } });
  const release = await new ReleaseControllerClient(server.http()).getRelease('4.20.27', { short: true });
  const bare = { name: '4.20.27', phase: 'Accepted', stream: '4-stable', changelog: true };
  expect(release).toEqual(bare);
  expect(server.requests()).toEqual([`GET ${STABLE}/release/4.20.27?format=short`]);
});

test('a preview that the stable stream does not know is looked for in dev-preview', async () => {
  await using server = await standIn({
    'GET /api/v1/releasestream/5-stable/release/5.0.0-ec.3': { status: 404 },
    'GET /api/v1/releasestream/5-dev-preview/release/5.0.0-ec.3': {
      body: { name: '5.0.0-ec.3', phase: 'Accepted' },
    },
  });
  const client = new ReleaseControllerClient(server.http());
  expect(await client.getRelease('5.0.0-ec.3')).toMatchObject({ stream: '5-dev-preview' });
});

test('a tag that no stream has is not_found', async () => {
  await using server = await standIn({ [`GET ${STABLE}/release/4.20.99`]: { status: 404 } });
  const client = new ReleaseControllerClient(server.http());
  await expect(client.getRelease('4.20.99')).rejects.toMatchObject({ code: 'not_found' });
});

test('latest and tags', async () => {
  const tag = { name: '4.20.27', phase: 'Accepted', pullSpec: 'quay.io/x:4.20.27', downloadURL: 'https://x' };
  await using server = await standIn({
    [`GET ${STABLE}/latest`]: { body: tag },
    [`GET ${STABLE}/tags`]: {
      body: { name: '4-stable', tags: [tag, { name: '4.20.26', phase: 'Rejected' }] },
    },
  });
  const client = new ReleaseControllerClient(server.http());
  const accepted = {
    name: '4.20.27',
    phase: 'Accepted',
    pullSpec: 'quay.io/x:4.20.27',
    downloadUrl: 'https://x',
  };
  expect(await client.latest('4-stable', '4.20.')).toEqual(accepted);
  expect(await client.tags('4-stable')).toEqual([accepted, { name: '4.20.26', phase: 'Rejected' }]);
  expect(server.requests()).toEqual([`GET ${STABLE}/latest?prefix=4.20.`, `GET ${STABLE}/tags`]);
});

test('a server that wants a credential is auth', async () => {
  await using server = await standIn({ [`GET ${STABLE}/release/4.20.27`]: { status: 401 } });
  const client = new ReleaseControllerClient(server.http());
  await expect(client.getRelease('4.20.27')).rejects.toMatchObject({ code: 'auth' });
});

test('an answer without a phase is schema_drift', async () => {
  await using server = await standIn({ [`GET ${STABLE}/release/4.20.27`]: { body: { name: '4.20.27' } } });
  const client = new ReleaseControllerClient(server.http());
  await expect(client.getRelease('4.20.27')).rejects.toMatchObject({ code: 'schema_drift' });
});

test('a refusal for a minute is not waited out here', async () => {
  const busy = { status: 429, headers: { 'retry-after': '60' } };
  await using server = await standIn({ [`GET ${STABLE}/release/4.20.27`]: busy });
  const client = new ReleaseControllerClient(server.http());
  const refusal = { code: 'rate_limited', retryAfterSeconds: 60 };
  await expect(client.getRelease('4.20.27')).rejects.toMatchObject(refusal);
  expect(server.requests()).toHaveLength(1);
});

test('an odd stream or tag stays one segment', async () => {
  const target = '/api/v1/releasestream/a%2Fb%3Fc/release/x%2Fy';
  await using server = await standIn({ [`GET ${target}`]: { status: 404 } });
  const client = new ReleaseControllerClient(server.http());
  await expect(client.getRelease('x/y', { stream: 'a/b?c' })).rejects.toMatchObject({ code: 'not_found' });
  for (const climbing of ['..', '../x', 'x/../..'])
    await expect(client.getRelease(climbing, { stream: '4-stable' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  expect(server.requests()).toEqual([`GET ${target}`]);
});
