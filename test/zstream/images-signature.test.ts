import { describe, expect, it } from 'vitest';
import { zstream } from '../../tools/oar/testing/sandbox.ts';

const R = { release: '4.20.27' };
const DIGEST = 'sha256:05f959160351e81679dfab48bab274579fcc320244cabe974410718b132445b1';

describe('Z-P10 the signature of 4.20.27', () => {
  it('no digest, then not published, then signed: waits until it is there', async () => {
    const world = await zstream('z-stream-4.20.27');
    const digest = [{ value: '' }, { at: '2026-06-25T12:08:00Z', value: DIGEST }];
    await world.patch({
      release_controller: { streams: { '4-stable': { releases: { '4.20.27': { digest } } } } },
    });
    for (const _ of ['first', 'second']) {
      expect(await world.read('oar_image_signed_check', R)).toMatchObject({ state: 'no_digest', url: null });
    }
    await world.to('2026-06-25T12:08:00Z');
    expect(await world.read('oar_image_signed_check', R)).toMatchObject({ state: 'not_published' });
    await world.to('2026-06-26T12:00:00Z');
    expect(await world.read('oar_image_signed_check', R)).toMatchObject({
      state: 'signed',
      verified: null,
      digest: DIGEST,
      url: expect.stringMatching(new RegExp(`/sha256=${DIGEST.slice(7)}/signature-1$`)),
      architectures: [{ architecture: 'x86_64', state: 'signed' }],
    });
  });

  it('for another digest it is not signed', async () => {
    const world = await zstream('z-stream-4.20.27', '2026-06-26T12:00:00Z');
    const claims = `sha256:${'9'.repeat(64)}`;
    await world.patch({ mirror: { signatures: { [DIGEST]: { claims } } } });
    expect(await world.read('oar_image_signed_check', R)).toMatchObject({ state: 'digest_differs' });
  });

  it('a mirror that is down is an error, not a verdict', async () => {
    const world = await zstream('z-stream-4.20.27', '2026-06-26T12:00:00Z');
    await world.fault({ system: 'mirror', fault: '500', times: 10 });
    await expect(world.read('oar_image_signed_check', R)).rejects.toMatchObject({ code: 'upstream' });
  });
});
