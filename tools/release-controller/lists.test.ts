import { expect, test } from 'vitest';
import { Registry } from '../../src/kit/registry.ts';
import { principal, services, standIn } from '../../test/support/stand-in.ts';
import { releaseController } from './module.ts';

const options = { principal, now: 0 };
const at = (url: string) =>
  new Registry([releaseController], { release_controller: { base_url: url } }, services);

const tag = (name: string, phase: string) => ({ name, phase, pullSpec: `quay.io/x/y:${name}` });
const tags = {
  name: '4-stable',
  tags: [
    tag('4.21.3', 'Ready'),
    tag('4.20.27', 'Accepted'),
    tag('4.20.26', 'Accepted'),
    tag('4.2.0', 'Rejected'),
  ],
};

test('the tags of a stream, by phase and prefix', async () => {
  await using server = await standIn({ 'GET /api/v1/releasestream/4-stable/tags': { body: tags } });
  const read = (input: object) => at(server.url).read('release_controller_list_tags', input, options);
  expect(await read({ stream: '4-stable', phase: 'Accepted', prefix: '4.20.', limit: 1 })).toEqual({
    stream: '4-stable',
    tags: [{ name: '4.20.27', phase: 'Accepted', pull_spec: 'quay.io/x/y:4.20.27' }],
    total: 2,
    truncated: true,
    summary: '4-stable has 2 Accepted tags of 4.20.; the newest is 4.20.27.',
  });
  expect(await read({ stream: '4-stable' })).toMatchObject({ total: 4, truncated: false });
  expect(await read({ stream: '4-stable', prefix: '9.' })).toMatchObject({ tags: [], total: 0 });
});

test.each([{ stream: '../x' }, { stream: '4-stable', phase: 'accepted' }, { stream: '4-stable', limit: 0 }])(
  '%j never becomes a request',
  async (input) => {
    await using server = await standIn({});
    const call = at(server.url).read('release_controller_list_tags', input, options);
    await expect(call).rejects.toMatchObject({ code: 'invalid_input' });
  },
);

test('the streams of a state', async () => {
  const body = { '5-stable': null, '4-stable': ['4.21.3', '4.20.27'] };
  await using server = await standIn({ 'GET /api/v1/releasestreams/all': { body } });
  expect(await at(server.url).read('release_controller_list_streams', { state: 'all' }, options)).toEqual({
    state: 'all',
    streams: [
      { stream: '4-stable', newest: '4.21.3', tags: 2 },
      { stream: '5-stable', newest: null, tags: 0 },
    ],
    total: 2,
    truncated: false,
    summary: '2 streams.',
  });
});

test('an unknown stream is not found, another shape is drift', async () => {
  await using server = await standIn({
    'GET /api/v1/releasestream/9-stable/tags': { status: 404, body: 'Unable to find stream 9-stable' },
    'GET /api/v1/releasestreams/accepted': { body: { '4-stable': 'x' } },
  });
  const registry = at(server.url);
  await expect(
    registry.read('release_controller_list_tags', { stream: '9-stable' }, options),
  ).rejects.toMatchObject({ code: 'not_found' });
  await expect(registry.read('release_controller_list_streams', {}, options)).rejects.toMatchObject({
    code: 'schema_drift',
  });
});
