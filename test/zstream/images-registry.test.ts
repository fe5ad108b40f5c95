import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tarOf } from '../../sandbox/systems/tar.ts';
import { mapBounded } from '../../tools/oar/images/bounded.ts';
import { readPayload } from '../../tools/oar/images/payload.ts';
import { filesInTar } from '../../tools/oar/images/tar.ts';
import { digestOf, parsePullSpec, Registry } from '../../tools/quay/client.ts';
import { type Answers, standIn } from '../support/stand-in.ts';

const CONFIG = '{"config":{"Labels":null}}';
const sha = (text: string) => digestOf(Buffer.from(text));
const descriptor = (text: string) => ({ digest: sha(text), size: text.length });
const spec = parsePullSpec('quay.io/x/y:tag');
const TAG = 'GET /v2/x/y/manifests/tag';

const anybody = async () => ({});
const manifest = (...layers: string[]) =>
  JSON.stringify({ config: descriptor(CONFIG), layers: layers.map(descriptor) });

async function registryAt(answers: Answers, credentials: () => Promise<Record<string, string>> = anybody) {
  const server = await standIn(answers);
  return { server, registry: new Registry({ http: server.http(), baseUrl: server.url, credentials }) };
}

describe('the registry', () => {
  it('asks the token service as our account, and the registry with what it gives', async () => {
    const answers: Answers = {
      [TAG]: [{ status: 401 }, { body: manifest() }],
      'GET /auth': { body: { access_token: 'given' } },
    };
    const account = async () => ({ authorization: 'Basic cm9ib3Q6c2VjcmV0' });
    const { server, registry } = await registryAt(answers, account);
    await using _ = server;
    answers[TAG] = [
      { status: 401, headers: { 'www-authenticate': `Bearer realm="${server.url}/auth",service="quay.io"` } },
      { body: manifest() },
    ];
    expect(await registry.digestOf(spec)).toBe(sha(manifest()));
    expect(server.seen.map(({ request, headers }) => `${request} ${headers.authorization}`)).toEqual([
      'GET /v2/x/y/manifests/tag Basic cm9ib3Q6c2VjcmV0',
      'GET /auth?service=quay.io&scope=repository%3Ax%2Fy%3Apull Basic cm9ib3Q6c2VjcmV0',
      'GET /v2/x/y/manifests/tag Bearer given',
    ]);
  });

  it('goes neither to a token service nor after a blob on a host that is not allowed', async () => {
    const challenge = { 'www-authenticate': 'Bearer realm="http://evil.example/token"' };
    const { server, registry } = await registryAt({
      [TAG]: { status: 401, headers: challenge },
      [`GET /v2/x/y/blobs/${sha('a')}`]: { status: 302, headers: { location: 'http://evil.example/a' } },
    });
    await using _ = server;
    await expect(registry.digestOf(spec)).rejects.toMatchObject({ code: 'forbidden', rule: 'egress' });
    await expect(registry.blob(spec, sha('a'))).rejects.toMatchObject({ code: 'forbidden', rule: 'egress' });
  });

  it('takes linux/amd64 out of a list, and says when there is none', async () => {
    const of = (architecture: string) =>
      JSON.stringify({
        manifests: [{ ...descriptor(manifest()), platform: { os: 'linux', architecture } }],
      });
    const { server, registry } = await registryAt({
      [TAG]: [{ body: of('amd64') }, { body: of('arm64') }],
      [`GET /v2/x/y/manifests/${sha(manifest())}`]: { body: manifest() },
    });
    await using _ = server;
    expect(await registry.platformed(spec)).toMatchObject({
      digest: sha(manifest()),
      listDigest: sha(of('amd64')),
    });
    await expect(registry.platformed(spec)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('does not believe what has another digest', async () => {
    const { server, registry } = await registryAt({ [`GET /v2/x/y/blobs/${sha('a')}`]: { body: 'b' } });
    await using _ = server;
    await expect(registry.blob(spec, sha('a'))).rejects.toMatchObject({ code: 'upstream' });
    expect(server.requests()).toHaveLength(2);
  });
});

describe('the payload', () => {
  const references = (name: string) =>
    JSON.stringify({
      metadata: { name },
      spec: { tags: [{ name: 'cli', from: { name: 'quay.io/a/b:c' } }] },
    });
  const layer = (name: string) =>
    tarOf({ 'release-manifests/image-references': references(name) }).toString('latin1');

  it('is what the last layer says', async () => {
    const [first, last] = [layer('4.20.1'), layer('4.20.2')];
    const { server, registry } = await registryAt({
      [TAG]: { body: manifest(first, last) },
      [`GET /v2/x/y/blobs/${sha(last)}`]: { body: last },
    });
    await using _ = server;
    expect(await readPayload(registry, spec, undefined)).toMatchObject({
      version: '4.20.2',
      images: [{ name: 'cli', pullspec: 'quay.io/a/b:c' }],
    });
  });

  it('without image references is none', async () => {
    const { server, registry } = await registryAt({
      [TAG]: { body: manifest('x') },
      [`GET /v2/x/y/blobs/${sha('x')}`]: { body: 'x' },
    });
    await using _ = server;
    await expect(readPayload(registry, spec, undefined)).rejects.toThrow(/not a release payload/);
  });
});

describe('the archive', () => {
  it('gives whole files alone', () => {
    const archive = tarOf({ 'release-manifests/a': 'text', b: 'other' });
    expect(filesInTar(archive, new Set(['release-manifests/a']))).toEqual(
      new Map([['release-manifests/a', 'text']]),
    );
    expect(filesInTar(archive.subarray(0, 514), new Set(['release-manifests/a'])).size).toBe(0);
    expect(filesInTar(gzipSync(archive), new Set(['b'])).size).toBe(0);
    expect(filesInTar(Buffer.alloc(0), new Set(['b'])).size).toBe(0);
  });
});

describe('bounded work', () => {
  it('never runs more at once, keeps the order, and fails with the first failure', async () => {
    let running = 0;
    let most = 0;
    const items = Array.from({ length: 40 }, (_, at) => at);
    const doubled = await mapBounded(items, 8, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((done) => setTimeout(done, (item * 7) % 5));
      running -= 1;
      return item * 2;
    });
    expect(doubled).toEqual(items.map((item) => item * 2));
    expect(most).toBe(8);
    await expect(mapBounded(items, 8, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
