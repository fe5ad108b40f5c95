import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const { current, reset } = bench();

beforeEach(reset);

describe('release controller', () => {
  const STREAM = '/release-controller/api/v1/releasestream/4-stable';

  it('answers short without the change log, whole with the digest', async () => {
    const short = await current().ask(`${STREAM}/release/4.20.27?format=short`);
    expect(short.body).toMatchObject({ name: '4.20.27', phase: 'Ready' });
    expect(at(short.body, 'changeLogJson')).toBeUndefined();
    const whole = await current().ask(`${STREAM}/release/4.20.27`);
    expect(at(whole.body, 'changeLogJson.to')).toMatchObject({
      name: '4.20.27',
      digest: 'sha256:05f959160351e81679dfab48bab274579fcc320244cabe974410718b132445b1',
    });
    expect(at(whole.body, 'changeLogJson.from.name')).toBe('4.20.26');
  });

  it('calls latest what was accepted last', async () => {
    const latest = async (query = '') => at((await current().ask(`${STREAM}/latest${query}`)).body, 'name');
    expect(await latest('?prefix=4.20')).toBe('4.20.26');
    await current().to('2026-06-25T16:20:00Z');
    expect(await latest()).toBe('4.20.27');
    expect((await current().ask(`${STREAM}/latest?prefix=4.19`)).status).toBe(404);
  });

  it('lists tags, and knows no others', async () => {
    const tags = await current().ask(`${STREAM}/tags`);
    expect(tags.body).toMatchObject({
      name: '4-stable',
      tags: [{ name: '4.20.27', phase: 'Ready' }, { name: '4.20.26' }],
    });
    expect((await current().ask(`${STREAM}/release/4.20.99`)).status).toBe(404);
    expect((await current().ask(`${STREAM.replace('4-stable', '5-stable')}/tags`)).status).toBe(404);
  });
});

describe('mirror', () => {
  const DIGEST = '05f959160351e81679dfab48bab274579fcc320244cabe974410718b132445b1';
  const PATH = `/mirror/pub/openshift-v4/signatures/openshift/release/sha256=${DIGEST}/signature-1`;

  it('has the signature once it is published, for the digest it names', async () => {
    expect((await current().ask(PATH)).status).toBe(404);
    await current().to('2026-06-26T12:00:00Z');
    const answer = await current().ask(PATH);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(`"docker-manifest-digest":"sha256:${DIGEST}"`);
    expect((await current().ask(PATH.replace('signature-1', 'signature-2'))).status).toBe(404);
  });

  it('can be made to speak of another image', async () => {
    const claims = `sha256:${'9'.repeat(64)}`;
    await current().control('/scenario', {
      patch: { mirror: { signatures: { [`sha256:${DIGEST}`]: { claims } } } },
    });
    await current().to('2026-06-26T12:00:00Z');
    expect((await current().ask(PATH)).text).toContain(claims);
  });
});

describe('portal', () => {
  it('shows the page when it is live', async () => {
    expect((await current().ask('/portal/errata/RHBA-2026:16165')).status).toBe(404);
    await current().to('2026-06-30T12:47:00Z');
    expect((await current().ask('/portal/errata/RHBA-2026:16165')).status).toBe(200);
    expect((await current().ask('/portal/errata/RHBA-2026:1')).status).toBe(404);
  });
});

describe('trackers', () => {
  const find = (query: string) => current().ask(`/trackers/find-bugs?${query}`);

  it('answers per build system', async () => {
    expect(at((await find('release=4.20.27&build_system=brew')).body, 'rhcos')).toEqual([
      'OCPBUGS-86102',
      'OCPBUGS-86103',
    ]);
    expect(at((await find('release=4.20.27&build_system=konflux')).body, 'image')).toEqual(['OCPBUGS-86310']);
  });

  it('refuses what it does not know', async () => {
    expect((await find('release=4.20.27')).status).toBe(400);
    expect((await find('release=4.20.99&build_system=brew')).status).toBe(404);
  });
});
