import { describe, expect, test } from 'vitest';
import { KEY_ANNOTATION, REASON_ANNOTATION, RETRY_ANNOTATION } from './marker.ts';
import {
  ATTEMPT,
  admissionObject,
  CONDITIONS,
  planObject,
  RELEASES,
  releaseObject,
  SNAPSHOT,
} from './testing/objects.ts';
import { IN_ORDER, snapshotNamed, world } from './testing/world.ts';

describe('retry', () => {
  const bad = RELEASES['release-failed-managed']();
  const AGAIN = { name: 'demo-rel-bad', reason: 'the policy was corrected' };

  test('a failed one is made again, once, with its marks', async () => {
    await using at = await world({ objects: [...IN_ORDER, bad] });
    const made = await at.write('konflux_release_retry', AGAIN);
    expect(made).toMatchObject({ created: true, retry_of: 'demo-rel-bad', snapshot: SNAPSHOT });
    const [effect] = await at.happened();
    expect(effect?.data.object).toMatchObject({
      metadata: {
        generateName: 'demo-app-manual-',
        annotations: {
          [RETRY_ANNOTATION]: 'demo-rel-bad',
          [REASON_ANNOTATION]: 'the policy was corrected',
          [KEY_ANNOTATION]: expect.stringMatching(/^konflux\/demo-tenant\/release\/retry-of\/[0-9a-f-]{36}$/),
        },
      },
      spec: { releasePlan: 'demo-app-prod', snapshot: SNAPSHOT, gracePeriodDays: 7 },
    });
    expect(await at.write('konflux_release_retry', AGAIN)).toMatchObject({ created: false });
    expect(await at.happened()).toHaveLength(1);
  });

  test('W-K04 one that failed its validation is refused while its cause stands', async () => {
    const invalid = RELEASES['release-failed-validation']();
    const blocked = [planObject(), admissionObject({ blocked: true }), snapshotNamed(), invalid];
    await using at = await world({ objects: blocked });
    const again = { name: 'demo-rel-inv', reason: 'try once more' };
    await expect(at.write('konflux_release_retry', again)).rejects.toMatchObject({
      code: 'precondition',
      rule: 'admission_open',
    });
    expect(await at.happened()).toEqual([]);
    await using open = await world({ objects: [...IN_ORDER, invalid] });
    expect(await open.write('konflux_release_retry', again)).toMatchObject({ created: true });
  });

  test.each([
    ['release-succeeded', 'demo-rel-ok', 'it is succeeded'],
    ['release-progressing', 'demo-rel-run', 'it is progressing'],
  ] as const)('%s is not made again', async (file, name, words) => {
    await using at = await world({ objects: [...IN_ORDER, RELEASES[file]()] });
    await expect(at.write('konflux_release_retry', { ...AGAIN, name })).rejects.toMatchObject({
      code: 'precondition',
      rule: 'not_failed',
      message: expect.stringContaining(words),
    });
    expect(await at.happened()).toEqual([]);
  });

  test.each([
    [
      'newer, failed',
      { created: '2026-01-15T11:00:00Z', conditions: CONDITIONS.failed, attempts: [ATTEMPT.failed] },
    ],
    ['newer, succeeded', { created: '2026-01-15T11:00:00Z', conditions: CONDITIONS.succeeded }],
    ['older, still under way', { created: '2026-01-15T09:00:00Z', conditions: CONDITIONS.progressing }],
  ])('another of the same snapshot and plan stands against it: %s', async (_, given) => {
    const other = releaseObject({ name: 'demo-rel-other', ...given });
    await using at = await world({ objects: [...IN_ORDER, bad, other] });
    await expect(at.write('konflux_release_retry', AGAIN)).rejects.toMatchObject({
      code: 'precondition',
      rule: 'newer_release',
      message: expect.stringContaining('demo-rel-other'),
    });
    expect(await at.happened()).toEqual([]);
  });

  test('the failed one may have been pruned: KubeArchive knows it', async () => {
    await using at = await world({ archived: [bad] });
    expect(await at.write('konflux_release_retry', AGAIN)).toMatchObject({ created: true });
  });
});
