import { describe, expect, it } from 'vitest';
import { type Answers, standIn } from '../../test/support/stand-in.ts';
import { parsePullSpec } from './pull-spec.ts';
import { digestOf, Registry } from './registry.ts';
import { pushWorld } from './testing/registry.ts';
import { toolsWith } from './testing/tools.ts';

const CONFIG = '{"config":{"Labels":null}}';
const sha = (text: string) => digestOf(Buffer.from(text));
const descriptor = (text: string) => ({ digest: sha(text), size: text.length });
const manifest = (...layers: string[]) =>
  JSON.stringify({ config: descriptor(CONFIG), layers: layers.map(descriptor) });
const spec = parsePullSpec('registry.example/x/y:tag');
const TAG = 'GET /v2/x/y/manifests/tag';

async function registryAt(answers: Answers) {
  const server = await standIn(answers);
  const registry = new Registry({ http: server.http(), baseUrl: server.url, credentials: async () => ({}) });
  return { server, registry };
}

describe('the registry', () => {
  it.each([
    ['a digest', `x/y@${sha(manifest('a'))}`, `GET /v2/x/y/manifests/${sha(manifest('a'))}`, {}],
    ['a tag', 'x/y:tag', TAG, { 'docker-content-digest': sha(manifest('a')) }],
  ])('what it answers for %s is held against the digest, twice', async (_, name, request, headers) => {
    const wrong = manifest('b');
    const { server, registry } = await registryAt({ [request]: { body: wrong, headers } });
    await using _server = server;
    await expect(registry.read(parsePullSpec(`registry.example/${name}`))).rejects.toMatchObject({
      code: 'upstream',
      message: expect.stringContaining('has another digest'),
    });
    expect(server.requests()).toHaveLength(2);
  });

  it('W-P08: the digest of a manifest is that of its bytes', async () => {
    const body = manifest('a');
    const { server, registry } = await registryAt({ [TAG]: { body } });
    await using _ = server;
    const { digest } = await registry.read(spec);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digest).toBe(sha(body));
  });

  it.each(['Image not found', ''])('W-P08: %j is no manifest and has no digest', async (body) => {
    const { server, registry } = await registryAt({ [TAG]: { body } });
    await using _ = server;
    await expect(registry.read(spec)).rejects.toMatchObject({ code: 'schema_drift' });
  });

  it('a manifest that was cut short on its way is asked for again', async () => {
    const whole = manifest('a');
    const headers = { 'docker-content-digest': sha(whole) };
    const { server, registry } = await registryAt({
      [TAG]: [
        { body: whole.slice(0, 40), headers },
        { body: whole, headers },
      ],
    });
    await using _ = server;
    expect(await registry.read(spec)).toMatchObject({ kind: 'image', digest: sha(whole) });
  });

  it.each([
    ['is no JSON', 'no'],
    ['is not what a manifest is', '{"layers":[]}'],
    ['has a digest of another kind', '{"manifests":[{"digest":"md5:1","size":1}]}'],
    ['is an image and an index at once', JSON.stringify({ ...JSON.parse(manifest('a')), manifests: [] })],
  ])('what %s is named as such', async (_, body) => {
    const { server, registry } = await registryAt({ [TAG]: { body } });
    await using _server = server;
    await expect(registry.read(spec)).rejects.toMatchObject({
      code: 'schema_drift',
      message: expect.stringContaining('registry.example/x/y:tag'),
    });
  });

  it('asks a token service once for each repository, and again when its token has run out', async () => {
    const answers: Answers = {
      'GET /token': [{ body: { token: 'one' } }, { body: { token: 'two' } }],
      'GET /v2/x/y/tags/list': { body: { tags: null } },
    };
    const { server, registry } = await registryAt(answers);
    await using _ = server;
    const challenge = { 'www-authenticate': `Bearer realm="${server.url}/token",service="s"` };
    const refused = { status: 401, headers: challenge };
    answers[TAG] = [refused, { body: manifest() }, refused, { body: manifest() }];
    await registry.digestOf(spec);
    await registry.tags(spec, 10);
    await registry.digestOf(spec);
    expect(server.seen.map(({ request, headers }) => `${request} ${headers.authorization ?? ''}`)).toEqual([
      'GET /v2/x/y/manifests/tag ',
      'GET /token?service=s&scope=repository%3Ax%2Fy%3Apull ',
      'GET /v2/x/y/manifests/tag Bearer one',
      'GET /v2/x/y/tags/list?n=10 Bearer one',
      'GET /v2/x/y/manifests/tag Bearer one',
      'GET /token?service=s&scope=repository%3Ax%2Fy%3Apull ',
      'GET /v2/x/y/manifests/tag Bearer two',
    ]);
  });

  it('a token service that refuses the account is auth', async () => {
    const answers: Answers = { 'GET /token': { status: 401 } };
    const { server, registry } = await registryAt(answers);
    await using _ = server;
    const challenge = { 'www-authenticate': `Bearer realm="${server.url}/token"` };
    answers[TAG] = { status: 401, headers: challenge };
    await expect(registry.digestOf(spec)).rejects.toMatchObject({ code: 'auth' });
  });

  it('follows a blob to where it lies, without our credential', async () => {
    await using server = await standIn({
      [`GET /v2/x/y/blobs/${sha('a')}`]: { status: 307, headers: { location: '/elsewhere?signed=1' } },
      'GET /elsewhere': { body: 'a' },
    });
    const credentials = async () => ({ authorization: 'Bearer ours' });
    const registry = new Registry({ http: server.http(), baseUrl: server.url, credentials });
    expect(Buffer.from(await registry.blob(spec, sha('a'))).toString()).toBe('a');
    expect(server.seen.map(({ request, headers }) => [request, headers.authorization])).toEqual([
      [`GET /v2/x/y/blobs/${sha('a')}`, 'Bearer ours'],
      ['GET /elsewhere?signed=1', undefined],
    ]);
  });

  it('reads a list of tags to its end, and no further than is wanted', async () => {
    const { pusher, ask } = await pushWorld({ pageSize: 2 });
    for (const tag of ['a', 'b', 'c', 'd', 'e']) await pusher.image({ tag });
    expect(await ask('quay_get_repository', { repository: 'team/app' })).toMatchObject({ tag_count: 5 });
  });

  it('the list of tags does not lead to another host', async () => {
    const link = '<http://evil.example/v2/x/y/tags/list?last=a>; rel="next"';
    const { server, registry } = await registryAt({
      'GET /v2/x/y/tags/list': { body: { tags: ['a'] }, headers: { link } },
    });
    await using _ = server;
    await expect(registry.tags(spec, 10)).rejects.toMatchObject({ code: 'forbidden', rule: 'egress' });
  });

  it('the images of an index are images', async () => {
    const inner = '{"manifests":[]}';
    const outer = JSON.stringify({
      manifests: [{ ...descriptor(inner), platform: { os: 'linux', architecture: 'amd64' } }],
    });
    const { server, registry } = await registryAt({
      [TAG]: { body: outer },
      [`GET /v2/x/y/manifests/${sha(inner)}`]: { body: inner },
    });
    await using _ = server;
    await expect(registry.platformed(spec)).rejects.toMatchObject({ code: 'schema_drift' });
  });
});

describe('what build tools keep in an index besides images', () => {
  it('is not listed among them', async () => {
    const { pusher, ask } = await pushWorld();
    const image = await pusher.image();
    const attestation = await pusher.image({ architecture: 'unknown', layers: ['in-toto'] });
    await pusher.index(
      [
        image,
        {
          ...attestation,
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
        },
      ],
      'v1',
    );
    const name = { image: 'registry.example/team/app:v1' };
    expect(await ask('quay_get_manifest', name)).toMatchObject({ child_count: 1 });
    expect(await ask('quay_get_tag', name)).toMatchObject({ platforms: ['linux/amd64'] });
  });
});

describe('long answers', () => {
  it('of a manifest and of labels stay short', async () => {
    const { pusher, ask } = await pushWorld();
    const layers = Array.from({ length: 40 }, (_, at) => `layer ${at}`);
    const labels = Object.fromEntries(
      Array.from({ length: 90 }, (_, at) => [`label-${at}`, 'x'.repeat(900)]),
    );
    const architectures = Array.from({ length: 14 }, (_, at) => `arch${at}`);
    const images = await Promise.all(
      architectures.map((architecture) => pusher.image({ architecture, layers, labels })),
    );
    await pusher.index(images, 'v1');
    const name = { image: 'registry.example/team/app:v1' };
    const found = await ask('quay_get_manifest', name);
    expect(found).toMatchObject({ truncated: true, child_count: 14 });
    expect(found.children).toHaveLength(12);
    expect(JSON.stringify(found).length).toBeLessThan(10_000);
    expect(
      await ask('quay_get_manifest', { image: `registry.example/team/app@${images[0]?.digest}` }),
    ).toMatchObject({
      truncated: false,
      content: { layer_count: 40 },
    });
    const told = await ask('quay_get_labels', name);
    expect(told).toMatchObject({ truncated: true, label_count: 90 });
    expect(JSON.stringify(told).length).toBeLessThan(10_000);
  });
});

describe('quay_get_labels', () => {
  it('of a single image are its own, and of no other platform', async () => {
    const { pusher, ask } = await pushWorld();
    await pusher.image({ architecture: 'arm64', labels: { 'vcs-ref': 'not a commit' }, tag: 'v1' });
    const image = 'registry.example/team/app:v1';
    expect(await ask('quay_get_labels', { image })).toMatchObject({ platform: 'linux/arm64', commit: null });
    await expect(ask('quay_get_labels', { image, platform: 'linux/amd64' })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('is for linux/arm64, not for linux/amd64'),
    });
  });

  it('what is no container image has none', async () => {
    const { pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    const chart = await pusher.blob(
      Buffer.from('chart'),
      'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
    );
    await pusher.artifact([chart], { subject: image, tag: 'chart' });
    const name = { image: 'registry.example/team/app:chart' };
    await expect(ask('quay_get_labels', name)).rejects.toMatchObject({ code: 'precondition' });
    expect(await ask('quay_get_tag', name)).toMatchObject({ time: null, time_source: 'none', platforms: [] });
  });
});

describe('settings', () => {
  it.each([
    [{}, 'base_url'],
    [{ base_url: 'https://quay.example', kind: 'harbor' }, 'kind'],
    [{ base_url: 'https://quay.example', token: 'plain' }, 'token'],
    [{ base_url: 'https://quay.example', keys: { release: 'cmd:cat key' } }, 'keys'],
    [
      { base_url: 'https://quay.example', registries: { 'https://x': { base_url: 'https://x' } } },
      'registries',
    ],
  ])('%j is refused at %s', async (settings, where) => {
    await expect(toolsWith(settings)('quay_get_tag', { image: 'a/b:c' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(where),
    });
  });
});
