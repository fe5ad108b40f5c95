import { expect, test } from 'vitest';
import { Registry } from '../../src/kit/registry.ts';
import { services, standIn } from '../../test/support/stand-in.ts';
import { github } from './module.ts';

const README = 'GET /repos/github/docs/contents/README.md';

test('the probe shows our token', async () => {
  await using server = await standIn({ [README]: [{ status: 404 }, { status: 401 }] });
  const settings = { github: { base_url: server.url, token: 'cmd:echo github-secret' } };
  const registry = new Registry([github], settings, services);
  expect(await registry.probe(github)).toEqual({
    ok: true,
    detail: 'lets us in; writes nowhere (modules.github.write_to)',
  });
  expect(server.seen[0]?.headers.authorization).toBe('Bearer github-secret');
  await expect(registry.probe(github)).rejects.toMatchObject({ code: 'auth' });
});

test('without a token none is sent', async () => {
  await using server = await standIn({ [README]: { body: {} } });
  await new Registry([github], { github: { base_url: server.url } }, services).probe(github);
  expect(server.seen[0]?.headers.authorization).toBeUndefined();
});
