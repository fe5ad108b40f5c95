import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from './support/needs.ts';
import { type Registry, startRegistry, startTokenRegistry, type TokenRegistry } from './support/registry.ts';
import {
  attestImage,
  copyTag,
  type KeyPair,
  makeKeyPair,
  pushImage,
  signImage,
  verifyAttestation,
  verifyImage,
} from './support/tools.ts';

const registryTools = needs('docker-registry', 'skopeo', 'openssl');
const cosignTools = needs('docker-registry', 'skopeo', 'cosign');
const ACCEPT = { accept: 'application/vnd.oci.image.index.v1+json' };

async function manifestOf(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers: { ...ACCEPT, ...headers } });
  const bytes = Buffer.from(await response.arrayBuffer());
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { response, digest, body: JSON.parse(bytes.toString()) as unknown };
}

describe.skipIf(registryTools.absent)(`a real registry ${registryTools.words}`, () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry?.close());

  it('takes an image for two architectures and serves it by tag and digest', async () => {
    const image = await pushImage({ registry: registry.url, repository: 'team/app' }, { tag: 'v1' });
    const byTag = await manifestOf(`${registry.url}/v2/team/app/manifests/v1`);
    expect(byTag.response.status).toBe(200);
    expect(byTag.response.headers.get('docker-content-digest')).toBe(image.digest);
    expect(byTag.digest).toBe(image.digest);
    expect(byTag.body).toMatchObject({
      manifests: image.manifests.map(({ architecture, digest }) => ({ digest, platform: { architecture } })),
    });
    const byDigest = await manifestOf(`${registry.url}/v2/team/app/manifests/${image.digest}`);
    expect(byDigest.digest).toBe(image.digest);
  });

  it('lists tags, and another tag is the same image', async () => {
    const place = { registry: registry.url, repository: 'team/tagged' };
    const image = await pushImage(place, { tag: 'one', text: 'tagged' });
    await copyTag(place, 'one', 'two');
    const tags = await fetch(`${registry.url}/v2/team/tagged/tags/list`);
    expect(await tags.json()).toEqual({ name: 'team/tagged', tags: ['one', 'two'] });
    expect((await manifestOf(`${registry.url}/v2/team/tagged/manifests/two`)).digest).toBe(image.digest);
  });

  it('forgets a manifest that is deleted', async () => {
    const image = await pushImage(
      { registry: registry.url, repository: 'team/gone' },
      { tag: 'v1', text: 'gone' },
    );
    const url = `${registry.url}/v2/team/gone/manifests/${image.digest}`;
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(202);
    const after = await manifestOf(url);
    expect(after.response.status).toBe(404);
    expect(after.body).toMatchObject({ errors: [{ code: 'MANIFEST_UNKNOWN' }] });
  });
});

describe.skipIf(registryTools.absent)(`a real registry behind tokens ${registryTools.words}`, () => {
  let registry: TokenRegistry;
  beforeAll(async () => {
    registry = await startTokenRegistry();
  });
  afterAll(() => registry?.close());

  async function anonymousToken(challenge: string): Promise<string> {
    const part = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
    const url = `${part('realm')}?${new URLSearchParams({ service: part('service'), scope: part('scope') })}`;
    const { token } = (await (await fetch(url)).json()) as { token: string };
    return token;
  }

  it('sends a caller without a token to the token service, which lets anybody pull', async () => {
    const { user, password } = registry;
    const place = { registry: registry.url, repository: 'team/app' };
    const image = await pushImage({ ...place, user, password }, { tag: 'v1' });
    const url = `${registry.url}/v2/team/app/manifests/v1`;
    const refused = await manifestOf(url);
    expect(refused.response.status).toBe(401);
    const challenge = refused.response.headers.get('www-authenticate') ?? '';
    expect(challenge).toMatch(
      /^Bearer realm="http:\/\/127\.0\.0\.1:\d+\/v2\/auth",service="[^"]+",scope="repository:team\/app:pull"/,
    );
    const pulled = await manifestOf(url, { authorization: `Bearer ${await anonymousToken(challenge)}` });
    expect(pulled.response.status).toBe(200);
    expect(pulled.digest).toBe(image.digest);
  });

  it('refuses a push by nobody and by a wrong password', async () => {
    const place = { registry: registry.url, repository: 'team/app' };
    await expect(pushImage(place, { tag: 'x' })).rejects.toThrow(/denied|unauthorized/i);
    const wrong = { ...place, user: registry.user, password: 'wrong' };
    await expect(pushImage(wrong, { tag: 'x' })).rejects.toThrow(/unauthorized|invalid username/i);
  });

  it('keeps what is private from everybody without an account', async () => {
    const { user, password } = registry;
    const place = { registry: registry.url, repository: 'private/app' };
    await pushImage({ ...place, user, password }, { tag: 'v1' });
    const url = `${registry.url}/v2/private/app/manifests/v1`;
    const challenge = (await fetch(url)).headers.get('www-authenticate') ?? '';
    const authorization = `Bearer ${await anonymousToken(challenge)}`;
    expect((await manifestOf(url, { authorization })).response.status).toBe(401);
  });
});

describe.skipIf(cosignTools.absent)(`cosign on a real registry ${cosignTools.words}`, () => {
  let registry: TokenRegistry;
  let keys: KeyPair;
  let others: KeyPair;
  beforeAll(async () => {
    [registry, keys, others] = await Promise.all([startTokenRegistry(), makeKeyPair(), makeKeyPair()]);
  });
  afterAll(() => Promise.all([registry?.close(), keys?.close(), others?.close()]));
  const placeOf = () => ({
    registry: registry.url,
    repository: 'team/signed',
    user: registry.user,
    password: registry.password,
  });

  it('verifies with the right key and with no other', async () => {
    const { digest } = await pushImage(placeOf(), { tag: 'v1' });
    await expect(verifyImage(placeOf(), digest, keys.publicKey)).rejects.toThrow(/no signatures found/);
    await signImage(placeOf(), digest, keys);
    expect(await verifyImage(placeOf(), digest, keys.publicKey)).toMatchObject([
      { critical: { image: { 'docker-manifest-digest': digest } } },
    ]);
    await expect(verifyImage(placeOf(), digest, others.publicKey)).rejects.toThrow(/no matching signatures/);
  });

  it('attests, and the attestation is bound to key and type', async () => {
    const place = placeOf();
    const { digest } = await pushImage(place, { tag: 'v2', text: 'attested' });
    const predicate = {
      buildDefinition: { buildType: 'https://example.com/build' },
      runDetails: { builder: { id: 'b' } },
    };
    await attestImage(place, digest, keys, { type: 'slsaprovenance1', predicate });
    const envelope = await verifyAttestation(place, digest, keys.publicKey, 'slsaprovenance1');
    expect(envelope).toMatchObject({ payloadType: 'application/vnd.in-toto+json' });
    await expect(verifyAttestation(place, digest, others.publicKey, 'slsaprovenance1')).rejects.toThrow(
      /no matching attestations/,
    );
    await expect(verifyAttestation(place, digest, keys.publicKey, 'spdxjson')).rejects.toThrow();
  });
});
