import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attestImage as attest, keyPair, signImage as sign } from '../../tools/quay/testing/cosign.ts';
import { Pusher } from '../../tools/quay/testing/push.ts';
import { toolsWith } from '../../tools/quay/testing/tools.ts';
import { registryContract } from '../support/registry-contract.ts';
import { needs } from './support/needs.ts';
import { type Registry, startRegistry, startTokenRegistry } from './support/registry.ts';
import {
  attestImage,
  type KeyPair,
  makeKeyPair,
  pushImage,
  signImage,
  verifyAttestation,
  verifyImage,
} from './support/tools.ts';

const server = needs('docker-registry');
const cosign = needs('docker-registry', 'skopeo', 'cosign');

registryContract(`a real docker-registry ${server.words}`, startRegistry, server);

registryContract(
  `a real docker-registry behind a token service ${server.words}`,
  async () => {
    const { url, user, password, close } = await startTokenRegistry();
    return { url, push: { user, password }, close };
  },
  server,
);

describe.skipIf(cosign.absent)(`cosign and the tools of quay understand each other ${cosign.words}`, () => {
  let dir = '';
  const ofTest = keyPair();
  let registry: Registry;
  let ofCosign: KeyPair;
  let foreign: KeyPair;
  let ask: ReturnType<typeof toolsWith>;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'sluice-cosign-keys-'));
    [registry, ofCosign, foreign] = await Promise.all([startRegistry(), makeKeyPair(), makeKeyPair()]);
    writeFileSync(join(dir, 'cosign.pub'), ofCosign.publicKey);
    writeFileSync(join(dir, 'test.pub'), ofTest.pem);
    const keys = { cosign: `file:${join(dir, 'cosign.pub')}`, test: `file:${join(dir, 'test.pub')}` };
    ask = toolsWith({ base_url: registry.url, host: 'registry.example', kind: 'oci', keys });
  });
  afterAll(async () => {
    await Promise.all([registry?.close(), ofCosign?.close(), foreign?.close()]);
    if (dir !== '') rmSync(dir, { recursive: true, force: true });
  });
  const place = (repository: string) => ({ registry: registry.url, repository });

  it('what cosign signs is verified here, by its key and no other', async () => {
    const { digest } = await pushImage(place('team/signed'), { tag: 'v1' });
    const image = 'registry.example/team/signed:v1';
    expect(await ask('quay_verify_signature', { image })).toMatchObject({ digest, state: 'unsigned' });
    await signImage(place('team/signed'), digest, foreign);
    expect(await ask('quay_verify_signature', { image })).toMatchObject({ state: 'wrong_key' });
    await signImage(place('team/signed'), digest, ofCosign);
    expect(await ask('quay_verify_signature', { image })).toMatchObject({
      verified: true,
      key: 'cosign',
      digests: [{ digest, role: 'index', signature_count: 2 }, {}, {}],
    });
  });

  it('what cosign attests is verified here', async () => {
    const { digest } = await pushImage(place('team/attested'), { tag: 'v1', text: 'attested' });
    const predicate = {
      buildDefinition: {
        buildType: 'https://example.com/build',
        externalParameters: {},
        resolvedDependencies: [{ uri: 'git+https://git.example/app', digest: { gitCommit: 'a'.repeat(40) } }],
      },
      runDetails: { builder: { id: 'https://builder.example' } },
    };
    await attestImage(place('team/attested'), digest, ofCosign, { type: 'slsaprovenance1', predicate });
    await attestImage(place('team/attested'), digest, foreign, { type: 'slsaprovenance1', predicate });
    const image = 'registry.example/team/attested:v1';
    expect(await ask('quay_get_attestations', { image })).toMatchObject({
      verified: true,
      builders: ['https://builder.example'],
      commits: [{ commit: 'a'.repeat(40) }],
      attestations: [
        { state: 'verified', key: 'cosign', predicate_type: 'https://slsa.dev/provenance/v1' },
        { state: 'wrong_key' },
      ],
    });
  });

  it('what cosign attaches as a bundle is found where it refers to the image', async () => {
    const { digest } = await pushImage(place('team/bundled'), { tag: 'v1', text: 'bundled' });
    const file = join(dir, 'predicate.json');
    writeFileSync(file, JSON.stringify({ buildDefinition: {}, runDetails: { builder: { id: 'b' } } }));
    const about = ['--type', 'slsaprovenance1', '--predicate', file];
    const offline = ['--tlog-upload=false', '--yes', '--allow-insecure-registry'];
    const image = `${new URL(registry.url).host}/team/bundled@${digest}`;
    await promisify(execFile)(
      'cosign',
      ['attest', '--key', ofCosign.privateKey, '--new-bundle-format', ...about, ...offline, image],
      { env: { ...process.env, COSIGN_PASSWORD: '' } },
    );
    expect(await ask('quay_get_attestations', { image: 'registry.example/team/bundled:v1' })).toMatchObject({
      verified: true,
      attestations: [{ source: 'referrer', state: 'verified', key: 'cosign' }],
    });
  });

  it('what our tests sign and attest is verified by cosign: they write the real format', async () => {
    const pusher = new Pusher(registry.url, 'team/ours');
    const image = await pusher.image({ tag: 'v1' });
    await sign(pusher, image, { keys: ofTest });
    await attest(pusher, image, { keys: ofTest, predicate: { builder: { id: 'b' }, buildType: 't' } });
    expect(await verifyImage(place('team/ours'), image.digest, ofTest.pem)).toMatchObject([
      { critical: { image: { 'docker-manifest-digest': image.digest } } },
    ]);
    const envelope = await verifyAttestation(place('team/ours'), image.digest, ofTest.pem, 'slsaprovenance');
    expect(envelope).toMatchObject({ payloadType: 'application/vnd.in-toto+json' });
    await expect(verifyImage(place('team/ours'), image.digest, foreign.publicKey)).rejects.toThrow();
  });
});
