import { describe, expect, it } from 'vitest';
import { preAuthEncoding } from './dsse.ts';
import { provenanceOf } from './provenance.ts';
import { attestImage, bundleImage, keyPair } from './testing/cosign.ts';
import { IMAGE, pushWorld } from './testing/registry.ts';
import { COMMIT, quayWorld } from './testing/sandbox.ts';

const TOOL = 'quay_get_attestations';
const OTHER = `sha256:${'0'.repeat(64)}`;
const SLSA_1 = 'https://slsa.dev/provenance/v1';
const predicate = {
  builder: { id: 'https://builder.example' },
  buildType: 'tekton.dev/v1',
  materials: [{ uri: 'git+https://git.example/app', digest: { sha1: COMMIT } }],
};

describe('quay_get_attestations', () => {
  it('tells what is attested of the digest, and who says so', async () => {
    const { keys, pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    await attestImage(pusher, image, { keys, predicate });
    expect(await ask(TOOL, { image: IMAGE })).toEqual({
      image: `registry.example/team/app@${image.digest}`,
      tag: 'v1',
      digest: image.digest,
      is_index: false,
      verified: true,
      builders: ['https://builder.example'],
      commits: [{ uri: 'git+https://git.example/app', commit: COMMIT }],
      attestations: [
        {
          digest: image.digest,
          platform: null,
          predicate_type: 'https://slsa.dev/provenance/v0.2',
          state: 'verified',
          key: 'release',
          source: 'tag',
          builder_id: 'https://builder.example',
          build_type: 'tekton.dev/v1',
          commits: [{ uri: 'git+https://git.example/app', commit: COMMIT }],
          materials: [{ uri: 'git+https://git.example/app', digest: `sha1:${COMMIT}` }],
          material_count: 1,
          finished: null,
        },
      ],
      total: 1,
      truncated: false,
      summary: `registry.example/team/app@${image.digest} has 1 attestation; 1 of its own digest is verified, built by https://builder.example.`,
    });
  });

  it.each([
    ['by another key', { keys: keyPair() }, 'wrong_key'],
    ['without a signature', { keys: undefined }, 'unsigned'],
    ['about another digest', { of: OTHER }, 'subject_differs'],
    [
      'changed after it was signed',
      { tamper: (text: string) => text.replace(COMMIT, 'f'.repeat(40)) },
      'wrong_key',
    ],
    ['that is no statement', { tamper: () => '{}' }, 'malformed'],
    ['that is no JSON', { tamper: () => 'no' }, 'malformed'],
  ])('one %s is not believed', async (_, how, state) => {
    const { keys, pusher, ask } = await pushWorld();
    await attestImage(pusher, await pusher.image({ tag: 'v1' }), { keys, predicate, ...how });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({
      verified: false,
      builders: [],
      commits: [],
      attestations: [{ state }],
    });
  });

  it('a subject that was exchanged after signing is not believed', async () => {
    const { keys, pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    const tamper = (text: string) => text.replace(OTHER.slice(7), image.digest.slice(7));
    await attestImage(pusher, image, { keys, of: OTHER, predicate, tamper });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({
      verified: false,
      attestations: [{ state: 'wrong_key', key: null }],
    });
  });

  it('bundles: of a key pair verified, keyless unsupported', async () => {
    const { keys, pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    await bundleImage(pusher, image, { keys, predicateType: SLSA_1 });
    await bundleImage(pusher, image, { keys: keyPair(), predicateType: SLSA_1, keyless: true });
    // A signature is no attestation.
    await bundleImage(pusher, image, { keys });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({
      verified: true,
      attestations: [
        { state: 'verified', source: 'referrer', predicate_type: SLSA_1 },
        { state: 'unsupported', key: null },
      ],
      total: 2,
    });
  });

  it('those of the images inside do not count for the index', async () => {
    const { keys, pusher, ask } = await pushWorld();
    const amd64 = await pusher.image({ architecture: 'amd64' });
    await pusher.index([amd64], 'v1');
    await attestImage(pusher, amd64, { keys, predicate });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({
      verified: false,
      builders: [],
      attestations: [{ platform: 'linux/amd64', digest: amd64.digest, state: 'verified' }],
      summary: expect.stringContaining('and 1 of the images inside'),
    });
  });

  it('can be narrowed to one type, and stays short', async () => {
    const { keys, pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    const materials = Array.from({ length: 300 }, (_, at) => ({
      uri: `git+https://git.example/dependency-number-${at}/with/a/long/path`,
      digest: { sha1: COMMIT },
    }));
    const all = Array.from({ length: 12 }, () => ({ keys, predicate: { ...predicate, materials } }));
    await attestImage(pusher, image, ...all, { keys, predicateType: 'https://spdx.dev/Document' });
    const answer = await ask(TOOL, { image: IMAGE });
    expect(answer).toMatchObject({ total: 13, truncated: true });
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
    expect(await ask(TOOL, { image: IMAGE, predicate_type: 'https://spdx.dev' })).toMatchObject({
      total: 1,
      verified: true,
      attestations: [{ builder_id: null, material_count: 0 }],
    });
  });

  it('W-R07 a registry that fails is an error, and no lack of attestations', async () => {
    const { ask, image, fault } = await quayWorld({ image: { attestations: [{}] } });
    await fault({ system: 'quay', path: '/referrers/', fault: '500', times: 99 });
    await expect(ask(TOOL, { image })).rejects.toMatchObject({ code: 'upstream' });
  });

  it('in the sandbox: as Tekton Chains leaves it', async () => {
    const { ask, image } = await quayWorld({
      image: { attestations: [{ source: { uri: 'git+https://git.example/app', commit: COMMIT } }] },
    });
    expect(await ask(TOOL, { image })).toMatchObject({
      verified: true,
      builders: ['https://builder.example/chains/v2'],
      commits: [{ commit: COMMIT }],
    });
  });
});

describe('what is signed of an envelope', () => {
  it('is type and body, each with its length in bytes', () => {
    // The example of the DSSE specification.
    const encoded = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
    expect(Buffer.from(encoded).toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
    expect(Buffer.from(preAuthEncoding('ä', Buffer.from('ö'))).toString()).toBe('DSSEv1 2 ä 2 ö');
  });
});

describe('provenance', () => {
  it('of SLSA 1', () => {
    const found = provenanceOf({
      buildDefinition: {
        buildType: 'https://tekton.dev/chains/v2/slsa',
        resolvedDependencies: [
          { uri: 'git+https://git.example/app', digest: { gitCommit: COMMIT } },
          { uri: 'git+https://git.example/app', digest: { gitCommit: COMMIT } },
          { uri: 'oci://registry.example/task', digest: { sha256: 'a'.repeat(64) } },
        ],
      },
      runDetails: { builder: { id: 'b' }, metadata: { finishedOn: '2026-03-02T10:00:00Z' } },
    });
    expect(found).toMatchObject({
      builder_id: 'b',
      build_type: 'https://tekton.dev/chains/v2/slsa',
      commits: [{ uri: 'git+https://git.example/app', commit: COMMIT }],
      material_count: 3,
      finished: '2026-03-02T10:00:00Z',
    });
  });

  it('of SLSA 0.2 also from the source of the configuration', () => {
    const configSource = { uri: 'git+https://git.example/app', digest: { sha1: COMMIT } };
    expect(provenanceOf({ builder: { id: 'b' }, invocation: { configSource } })).toMatchObject({
      commits: [{ commit: COMMIT }],
      material_count: 0,
    });
  });

  it.each([undefined, null, 'text', [], { builder: 'b' }, { materials: 'none' }])(
    'of anything else is nothing: %j',
    (value) => {
      expect(provenanceOf(value)).toMatchObject({ builder_id: null, commits: [], material_count: 0 });
    },
  );
});
