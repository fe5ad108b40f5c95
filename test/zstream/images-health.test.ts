import { describe, expect, it } from 'vitest';
import { gradeOf, isHealthy } from '../../tools/oar/images/grade.ts';
import { zstream } from '../../tools/oar/testing/sandbox.ts';

const R = { release: '4.20.27' };
const STAGED = '2026-06-26T07:30:00Z';
const CVO = 'sha256:4ab0e3a352f1e74e5ab811dccf8f7df7fe1c5fb5df4b60733f7acd48c24da0ea';
const CLI = 'sha256:4abd884e68ac84d46b3105f971edb9279dababafdfac59de9a8361b7ad4525fa';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const A = { grade: 'A', start_date: '2025-01-01T00:00:00+00:00' };
const C = { grade: 'C', start_date: '2025-02-01T00:00:00+00:00' };

const unhealthy = (vulnerabilities: object[] = []) => ({
  pyxis: {
    images: {
      [CVO]: { freshness_grades: [{ grade: 'C', start_date: '2026-06-25T00:00:00Z' }], vulnerabilities },
    },
  },
});

describe('Z-I7 grades', () => {
  it.each([
    ['the newest that has begun', [A, C], 'C'],
    ['whatever their order', [C, A], 'C'],
    ['a bad one', [{ ...A, grade: 'F' }], 'F'],
    ['none', [], 'Unknown'],
    ['one of the future', [A, { ...C, start_date: '2026-02-01T00:00:00+00:00' }], 'A'],
    ['one that has ended', [{ ...A, end_date: '2025-06-01T00:00:00+00:00' }], 'Unknown'],
    ['an older one that still holds', [A, { ...C, end_date: '2025-06-01T00:00:00+00:00' }], 'A'],
    ['one without a letter', [{ ...A, grade: null }], 'Unknown'],
  ])('%s', (_, freshness_grades, grade) => expect(gradeOf({ freshness_grades }, NOW)).toBe(grade));

  it('worse than B and Unknown are unhealthy', () => {
    expect(['A', 'B', 'C', 'D', 'E', 'F', 'Unknown', ''].filter(isHealthy)).toEqual(['A', 'B']);
  });
});

describe('Z-I7 the scan', () => {
  it('is healthy; files of fbc are skipped', async () => {
    const world = await zstream('z-stream-4.20.27', STAGED);
    expect(await world.read('oar_check_image_health', R)).toEqual({
      release: '4.20.27',
      verdict: 'healthy',
      checked: 4,
      unhealthy: [],
      inconclusive: [],
      truncated: false,
      summary: 'The images of 4.20.27 are healthy: 4 checked, 0 unhealthy.',
    });
  });

  it('waits for the stage release', async () => {
    const world = await zstream('z-stream-4.20.27');
    await expect(world.read('oar_check_image_health', R)).rejects.toMatchObject({ name: 'NotYet' });
  });

  it('names what is unhealthy, with its vulnerabilities', async () => {
    const world = await zstream('z-stream-4.20.27', STAGED);
    const openssl = { name: 'openssl', version: '3.0.7' };
    await world.patch(
      unhealthy([{ cve_id: 'CVE-2026-0001', severity: 'Important', affected_packages: [openssl] }]),
    );
    expect(await world.read('oar_check_image_health', R)).toMatchObject({
      verdict: 'unhealthy',
      unhealthy: [
        {
          component: 'ose-4-20-cluster-version-operator',
          grade: 'C',
          vulnerabilities: [{ cve: 'CVE-2026-0001', severity: 'Important', packages: ['openssl 3.0.7'] }],
        },
      ],
    });
  });

  it('a time-out on one of them is inconclusive, never healthy', async () => {
    const world = await zstream('z-stream-4.20.27', STAGED);
    await world.fault({ system: 'pyxis', fault: 'timeout_before', times: 1 });
    expect(await world.read('oar_check_image_health', R)).toMatchObject({
      verdict: 'inconclusive',
      checked: 4,
      inconclusive: [{ cause: expect.stringContaining('no answer within its time limit') }],
    });
  });

  it('so is one that Pyxis does not know', async () => {
    const world = await zstream('z-stream-4.20.27', STAGED);
    await world.patch({ pyxis: { images: { [CLI]: null } } });
    expect(await world.read('oar_check_image_health', R)).toMatchObject({
      verdict: 'inconclusive',
      inconclusive: [{ cause: 'Pyxis does not know this image.' }],
    });
  });

  it('an advisory that cannot be read is inconclusive too', async () => {
    const world = await zstream('z-stream-4.20.27', STAGED);
    await world.fault({ system: 'gitlab', path: '16166.*raw', fault: '500', times: 10 });
    expect(await world.read('oar_check_image_health', R)).toMatchObject({
      verdict: 'inconclusive',
      checked: 3,
      inconclusive: [{ image: expect.stringContaining('.extras.') }],
    });
  });
});

describe('the note of the scan', () => {
  it('is written once for a result, and again for another', async () => {
    const world = await zstream('z-stream-4.20.27', STAGED);
    const first = await world.write('oar_post_image_health_note', R);
    expect(first).toMatchObject({ verdict: 'healthy', note: expect.any(Number) });
    expect(await world.write('oar_post_image_health_note', R)).toEqual(first);
    expect(await world.changes()).toEqual(['note_created hybrid-platforms/art/ocp-shipment-data!609']);
    await world.patch(unhealthy([{ cve_id: 'CVE-2026-0001', severity: '|@all <b>' }]));
    const second = await world.write('oar_post_image_health_note', R);
    expect(second).toMatchObject({ verdict: 'unhealthy' });
    expect(await world.write('oar_post_image_health_note', R)).toEqual(second);
    expect(await world.changes()).toHaveLength(2);
  });

  it('is not written of what is inconclusive', async () => {
    const world = await zstream('z-stream-4.20.27', STAGED);
    await world.patch({ pyxis: { images: { [CLI]: null } } });
    await expect(world.write('oar_post_image_health_note', R)).rejects.toMatchObject({ name: 'NotYet' });
    expect(await world.changes()).toEqual([]);
  });
});
