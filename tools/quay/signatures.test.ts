import { describe, expect, it } from 'vitest';
import { bundleImage, keyPair, signatureLayer, signImage } from './testing/cosign.ts';
import { IMAGE, pushWorld } from './testing/registry.ts';
import { quayWorld } from './testing/sandbox.ts';
import { keyFiles } from './testing/tools.ts';

const TOOL = 'quay_verify_signature';
const OTHER = `sha256:${'0'.repeat(64)}`;

describe('quay_verify_signature', () => {
  it('says which key has signed the digest', async () => {
    const { keys, pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    await signImage(pusher, image, { keys });
    expect(await ask(TOOL, { image: IMAGE })).toEqual({
      image: `registry.example/team/app@${image.digest}`,
      tag: 'v1',
      digest: image.digest,
      is_index: false,
      verified: true,
      state: 'verified',
      key: 'release',
      keys: ['release'],
      digests: [
        {
          digest: image.digest,
          role: 'image',
          platform: null,
          state: 'verified',
          signatures: [{ source: 'tag', form: 'simple', state: 'verified', key: 'release' }],
          signature_count: 1,
        },
      ],
      summary: `registry.example/team/app@${image.digest} is signed by release.`,
    });
  });

  it.each(['P-256', 'P-384', 'ed25519', 'rsa'] as const)('verifies with a key of %s', async (kind) => {
    const { keys, pusher, ask } = await pushWorld({ keys: keyPair(kind) });
    await signImage(pusher, await pusher.image({ tag: 'v1' }), { keys });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({ verified: true });
  });

  it('of a larger curve also with its own hash', async () => {
    const { keys, pusher, ask } = await pushWorld({ keys: keyPair('P-384') });
    await signImage(pusher, await pusher.image({ tag: 'v1' }), { keys, hash: 'sha384' });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({ verified: true });
  });

  it('without a signature it is unsigned', async () => {
    const { pusher, ask } = await pushWorld();
    await pusher.image({ tag: 'v1' });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({
      verified: false,
      state: 'unsigned',
      key: null,
    });
  });

  it('a signature by another key is none', async () => {
    const { pusher, ask } = await pushWorld();
    await signImage(pusher, await pusher.image({ tag: 'v1' }), { keys: keyPair() });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({
      verified: false,
      state: 'wrong_key',
      key: null,
    });
  });

  it('a signature of another digest is none, though the key is the right one', async () => {
    const { keys, pusher, ask } = await pushWorld();
    await signImage(pusher, await pusher.image({ tag: 'v1' }), { keys, of: OTHER });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({
      verified: false,
      state: 'digest_differs',
      key: null,
      digests: [{ signatures: [{ key: 'release', state: 'digest_differs' }] }],
    });
  });

  it('what the key has signed for another purpose is none', async () => {
    const { keys, pusher, ask } = await pushWorld();
    await signImage(pusher, await pusher.image({ tag: 'v1' }), { keys, type: 'something else' });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({ verified: false, state: 'malformed' });
  });

  it('a signature of which the payload was exchanged is none', async () => {
    const { keys, pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    const ofOther = await signatureLayer(pusher, image, { keys, of: OTHER });
    const ofThis = await signatureLayer(pusher, image, { keys: keyPair() });
    const mixed = { ...ofThis, annotations: ofOther.annotations ?? {} };
    await pusher.artifact([mixed], { tag: `${image.digest.replace(':', '-')}.sig` });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({ verified: false, state: 'wrong_key' });
  });

  it.each([
    ['absent', {}],
    ['no base64', { 'dev.cosignproject.cosign/signature': '!!!' }],
  ])('a signature that is %s is malformed', async (_, annotations) => {
    const { keys, pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    const layer = await signatureLayer(pusher, image, { keys });
    await pusher.artifact([{ ...layer, annotations }], { tag: `${image.digest.replace(':', '-')}.sig` });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({ verified: false, state: 'malformed' });
  });

  it('one good signature among bad ones is enough', async () => {
    const { keys, pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    await signImage(pusher, image, { keys: keyPair() }, { keys, of: OTHER }, { keys });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({
      verified: true,
      digests: [{ signature_count: 3, signatures: [{ state: 'verified' }, {}, {}] }],
    });
  });

  it('keyless signatures are unsupported, never verified', async () => {
    const { pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    const annotations = { 'dev.sigstore.cosign/certificate': '-----BEGIN CERTIFICATE-----' };
    await signImage(pusher, image, { keys: keyPair(), annotations });
    await bundleImage(pusher, image, { keys: keyPair(), keyless: true });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({
      verified: false,
      state: 'unsupported',
      digests: [
        {
          signatures: [
            { form: 'simple', state: 'unsupported' },
            { form: 'bundle', state: 'unsupported' },
          ],
        },
      ],
    });
  });

  it.each([true, false])(
    'a bundle that refers to the image is found, referrers API %s',
    async (referrers) => {
      const { keys, pusher, ask } = await pushWorld({ referrers });
      const image = await pusher.image({ tag: 'v1' });
      await bundleImage(pusher, image, { keys });
      expect(await ask(TOOL, { image: IMAGE })).toMatchObject({
        verified: true,
        digests: [{ signatures: [{ source: 'referrer', form: 'bundle' }] }],
      });
    },
  );

  it('a bundle of another digest, or changed after it was signed, is none', async () => {
    const { keys, pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    await bundleImage(pusher, image, { keys, of: OTHER });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({ verified: false, state: 'digest_differs' });
    const tamper = (text: string) => text.replace(OTHER.slice(7), image.digest.slice(7));
    await bundleImage(pusher, image, { keys, of: OTHER, tamper });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({
      verified: false,
      digests: [{ signatures: [{ state: 'digest_differs' }, { state: 'wrong_key' }] }],
    });
  });

  it('an attestation is no signature', async () => {
    const { keys, pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    await bundleImage(pusher, image, { keys, predicateType: 'https://slsa.dev/provenance/v1' });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({ verified: false, state: 'unsigned' });
  });

  it('signed images do not make an unsigned index a signed one', async () => {
    const { keys, pusher, ask } = await pushWorld();
    const amd64 = await pusher.image({ architecture: 'amd64' });
    const arm64 = await pusher.image({ architecture: 'arm64' });
    const index = await pusher.index([amd64, arm64], 'v1');
    await signImage(pusher, amd64, { keys });
    await signImage(pusher, arm64, { keys });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({
      verified: false,
      state: 'unsigned',
      digests: [
        { digest: index.digest, role: 'index', state: 'unsigned' },
        { digest: amd64.digest, role: 'platform_image', platform: 'linux/amd64', state: 'verified' },
        { digest: arm64.digest, role: 'platform_image', platform: 'linux/arm64', state: 'verified' },
      ],
      summary: `registry.example/team/app@${index.digest} is not signed. Of its 2 images 2 are signed by themselves.`,
    });
    await signImage(pusher, index, { keys });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({ verified: true, key: 'release' });
  });

  it('only the keys that are asked for count', async () => {
    const { keys, pusher, askWith } = await pushWorld();
    await signImage(pusher, await pusher.image({ tag: 'v1' }), { keys });
    const ask = askWith({ keys: keyFiles({ release: keys.pem, other: keyPair().pem }) });
    expect(await ask(TOOL, { image: IMAGE })).toMatchObject({ verified: true, keys: ['release', 'other'] });
    expect(await ask(TOOL, { image: IMAGE, keys: ['other'] })).toMatchObject({ verified: false });
    await expect(ask(TOOL, { image: IMAGE, keys: ['third'] })).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: 'It names release, other.',
    });
  });

  it('without keys, or with a file that is no public key, nothing is verified', async () => {
    const { keys, pusher, askWith } = await pushWorld();
    await signImage(pusher, await pusher.image({ tag: 'v1' }), { keys });
    const refused = { code: 'precondition' };
    await expect(askWith({})(TOOL, { image: IMAGE })).rejects.toMatchObject(refused);
    const secret = String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    for (const text of [secret, 'no key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n']) {
      const ask = askWith({ keys: keyFiles({ release: text }) });
      await expect(ask(TOOL, { image: IMAGE })).rejects.toMatchObject(refused);
    }
    const gone = askWith({ keys: { release: 'file:/nowhere/cosign.pub' } });
    await expect(gone(TOOL, { image: IMAGE })).rejects.toMatchObject({ code: 'auth' });
  });

  it('a flood of attachments is refused, not sampled', async () => {
    const { keys, pusher, ask } = await pushWorld();
    const image = await pusher.image({ tag: 'v1' });
    const layer = await signatureLayer(pusher, image, { keys });
    const layers = Array.from({ length: 51 }, () => layer);
    await pusher.artifact(layers, { tag: `${image.digest.replace(':', '-')}.sig` });
    await expect(ask(TOOL, { image: IMAGE })).rejects.toMatchObject({ code: 'precondition' });
  });

  it('W-R07 a registry that fails is an error, and not unsigned', async () => {
    const { ask, image, fault } = await quayWorld({ image: { signatures: [{}] } });
    await fault({ system: 'quay', path: '\\.sig$', fault: '500', times: 99 });
    await expect(ask(TOOL, { image })).rejects.toMatchObject({ code: 'upstream' });
  });

  it('in the sandbox: signed some time after the build', async () => {
    const { ask, image, to } = await quayWorld({
      image: { architectures: ['amd64', 'arm64'], signatures: [{ at: '2026-03-02T13:00:00Z' }] },
    });
    expect(await ask(TOOL, { image })).toMatchObject({ state: 'unsigned', next: expect.any(String) });
    await to('2026-03-02T13:00:00Z');
    expect(await ask(TOOL, { image })).toMatchObject({ verified: true, key: 'release' });
  });
});
