import { expect, test } from 'vitest';
import { Registry } from '../../src/kit/registry.ts';
import { principal, services, standIn } from '../../test/support/stand-in.ts';
import { releaseController } from './module.ts';

const options = { principal, now: 0 };
const at = (base_url: string) =>
  new Registry([releaseController], { release_controller: { base_url } }, services);

test('get a release', async () => {
  const body = { name: '4.20.27', phase: 'Ready' };
  await using server = await standIn({ 'GET /api/v1/releasestream/4-stable/release/4.20.27': { body } });
  const answer = await at(server.url).read('release_controller_get_release', { release: '4.20.27' }, options);
  expect(answer).toMatchInlineSnapshot(`
    {
      "accepted": false,
      "digest": null,
      "next": "Look again in half an hour; verification takes hours.",
      "phase": "Ready",
      "promoted_from": null,
      "pull_spec": null,
      "release": "4.20.27",
      "stream": "4-stable",
      "summary": "4.20.27 is Ready in 4-stable.",
    }
  `);
  expect(server.requests()[0]).toContain('format=short');
});

test('get the newest, and probe', async () => {
  const body = { name: '4.20.27', phase: 'Accepted', pullSpec: 'quay.io/x:4.20.27' };
  await using server = await standIn({ 'GET /api/v1/releasestream/4-stable/latest': { body } });
  const registry = at(server.url);
  expect(
    await registry.read('release_controller_get_latest', { stream: '4-stable' }, options),
  ).toMatchInlineSnapshot(`
    {
      "phase": "Accepted",
      "pull_spec": "quay.io/x:4.20.27",
      "release": "4.20.27",
      "stream": "4-stable",
      "summary": "The newest accepted release of 4-stable is 4.20.27.",
    }
  `);
  expect(await registry.probe(releaseController)).toMatchObject({ ok: true });
});

test.each(['4.20', '../4.20.27', '4.20.27?format=x'])(
  'release %j never becomes a request',
  async (release) => {
    await using server = await standIn({});
    const call = at(server.url).read('release_controller_get_release', { release }, options);
    await expect(call).rejects.toMatchObject({ code: 'invalid_input' });
  },
);
