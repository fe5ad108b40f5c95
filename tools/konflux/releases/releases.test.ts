import { describe, expect, test } from 'vitest';
import { ATTEMPT, CONDITIONS, RELEASES, releaseObject, SNAPSHOT } from './testing/objects.ts';
import { groupPlan, IN_ORDER, snapshotNamed, world } from './testing/world.ts';

describe('releases', () => {
  const all = Object.values(RELEASES).map((make) => make());
  const newest = releaseObject({
    name: 'demo-rel-new',
    created: '2026-01-15T11:00:00Z',
    snapshot: 'demo-app-20260115-110000-000',
    conditions: CONDITIONS.progressing,
    attempts: [ATTEMPT.running],
  });

  test('W-K01 W-K02 W-K03 W-K04 newest first, each by its conditions, counted over all', async () => {
    await using at = await world({ objects: [...IN_ORDER, ...all, newest] });
    const list = await at.read('konflux_release_list', { limit: 2 });
    expect(list).toMatchObject({
      counts: { pending: 0, progressing: 2, succeeded: 1, failed: 1, validation_failed: 1 },
      total: 5,
      truncated: true,
      releases: [{ name: 'demo-rel-new' }, { name: 'demo-rel-run' }],
    });
    expect(list).toMatchObject({
      summary: expect.stringMatching(
        /^Releases in demo-tenant: 2 progressing, 1 succeeded, 1 failed, 1 validation_failed\. The newest, demo-rel-new, is under way/,
      ),
    });
    expect(await at.read('konflux_release_list', { state: 'failed' })).toMatchObject({
      counts: { progressing: 2 },
      total: 1,
      releases: [{ name: 'demo-rel-bad', reason: 'Error in task verify-conforma, step assert' }],
    });
    expect(
      await at.read('konflux_release_list', { snapshot: SNAPSHOT, application: 'demo-app' }),
    ).toMatchObject({
      total: 4,
    });
  });

  test('W-K09 whether a snapshot is released is decided by Releases', async () => {
    await using at = await world({ objects: [...IN_ORDER, snapshotNamed('demo-app-2'), ...all] });
    expect(await at.read('konflux_release_list', { snapshot: 'demo-app-2' })).toMatchObject({
      total: 0,
      releases: [],
      summary: 'No Release of snapshot demo-app-2 in demo-tenant.',
    });
  });

  test('what does not exist is an error, not an empty list', async () => {
    await using at = await world({ objects: IN_ORDER });
    await expect(at.read('konflux_release_list', { release_plan: 'demo-app-pro' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: expect.stringContaining('demo-app-prod'),
    });
    await expect(at.read('konflux_release_list', { snapshot: '0123456789abcdef' })).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: expect.stringContaining(SNAPSHOT),
    });
  });

  test('W-K23 by component group, through the plan', async () => {
    const plan = groupPlan();
    const release = releaseObject({ name: 'group-rel', plan: 'group-prod', labels: {} });
    await using at = await world({ objects: [...IN_ORDER, plan, release, ...all] });
    expect(await at.read('konflux_release_list', { application: 'demo-group' })).toMatchObject({
      total: 1,
      releases: [{ name: 'group-rel', state: 'pending' }],
    });
  });

  test('W-K01 one, whole', async () => {
    await using at = await world({ objects: [RELEASES['release-succeeded']()] });
    expect(await at.read('konflux_release_get', { name: 'demo-rel-ok' })).toMatchInlineSnapshot(
      {
        uid: expect.any(String),
      },
      `
      {
        "advisory_url": null,
        "archived": false,
        "attempts": [
          {
            "duration": "20m",
            "duration_s": 1200,
            "failure_reason": null,
            "finished_at": "2026-01-15T10:20:00Z",
            "last_step": null,
            "last_task": null,
            "mitigation": null,
            "pipeline_run": "managed-demo-tenant/managed-x7k2p",
            "started_at": "2026-01-15T10:00:00Z",
            "status": "Succeeded",
            "successful_tasks": 12,
          },
        ],
        "attempts_total": 1,
        "author": "demo-user",
        "automated": false,
        "catalog_urls": [],
        "created_at": "2026-01-15T10:00:00Z",
        "duration": "20m",
        "duration_s": 1200,
        "expires_at": null,
        "failure": null,
        "finished_at": "2026-01-15T10:20:00Z",
        "images": [
          {
            "digest": "sha256:abababababababababababababababababababababababababababababababab",
            "name": "demo-backend",
            "urls": [
              "quay.io/demo-org/demo-app/demo-backend:0123456789abcdef0123456789abcdef01234567",
            ],
            "urls_total": 1,
          },
        ],
        "images_total": 1,
        "name": "demo-rel-ok",
        "namespace": "demo-tenant",
        "other_artifacts": [],
        "phase": null,
        "phases": [
          {
            "message": null,
            "phase": "validation",
            "pipeline_run": null,
            "state": "succeeded",
          },
          {
            "message": null,
            "phase": "tenant_collectors",
            "pipeline_run": null,
            "state": "skipped",
          },
          {
            "message": null,
            "phase": "managed_collectors",
            "pipeline_run": null,
            "state": "skipped",
          },
          {
            "message": null,
            "phase": "tenant",
            "pipeline_run": null,
            "state": "skipped",
          },
          {
            "message": null,
            "phase": "managed",
            "pipeline_run": "managed-demo-tenant/managed-x7k2p",
            "state": "succeeded",
          },
          {
            "message": null,
            "phase": "final",
            "pipeline_run": null,
            "state": "skipped",
          },
        ],
        "pipeline_run": "managed-demo-tenant/managed-x7k2p",
        "reason": null,
        "release_plan": "demo-app-prod",
        "snapshot": "demo-app-20260115-100000-000",
        "started_at": "2026-01-15T10:00:00Z",
        "state": "succeeded",
        "summary": "Release demo-rel-ok of demo-app-20260115-100000-000 by demo-app-prod succeeded after 20m. 1 image was published.",
        "target": "managed-demo-tenant",
        "uid": Any<String>,
      }
    `,
    );
  });

  test('a release of a large product stays a short answer', async () => {
    const urls = Array.from(
      { length: 6 },
      (_, n) => `registry.example.com/product-with-a-long-name/image-of-a-component:1.2.${n}`,
    );
    const images = Array.from({ length: 80 }, (_, n) => ({
      name: `component-with-a-name-${n}`,
      urls,
      shasum: `sha256:${'ab'.repeat(32)}`,
    }));
    const attempts = Array.from({ length: 9 }, () => ATTEMPT.outOfMemory);
    const release = releaseObject({
      conditions: CONDITIONS.failed.map((one) =>
        one.startsWith('Managed') ? `${one} ${'log '.repeat(2_000)}` : one,
      ),
      attempts,
      status: { artifacts: { images } },
    });
    await using at = await world({ objects: [release] });
    const found = await at.read('konflux_release_get', { name: 'demo-rel' });
    expect(found).toMatchObject({ images_total: 80, attempts_total: 9 });
    expect(JSON.stringify(found).length).toBeLessThan(10_000);
  });

  test('W-K24 a pruned one comes from KubeArchive; without it the error says so', async () => {
    const archived = [RELEASES['release-succeeded']()];
    await using at = await world({ objects: IN_ORDER, archived });
    expect(await at.read('konflux_release_get', { name: 'demo-rel-ok' })).toMatchObject({
      state: 'succeeded',
      archived: true,
      summary: expect.stringContaining('from KubeArchive'),
    });
    expect(await at.read('konflux_release_list', {})).toMatchObject({ total: 0 });
    expect(await at.read('konflux_release_list', { include_archived: true })).toMatchObject({
      total: 1,
      releases: [{ name: 'demo-rel-ok', archived: true }],
    });
    await expect(at.read('konflux_release_get', { name: 'demo-rel-no' })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('neither in the cluster nor in KubeArchive'),
    });
    await using without = await world({ objects: IN_ORDER, archived, archive: false });
    await expect(without.read('konflux_release_get', { name: 'demo-rel-ok' })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('not in the cluster'),
      remedy: expect.stringContaining('kubearchive'),
    });
    await expect(without.read('konflux_release_list', { include_archived: true })).rejects.toMatchObject({
      code: 'tool_missing',
    });
  });

  test('a closed namespace is named, never an empty list', async () => {
    await using at = await world({ forbidden: [{ resource: 'releases' }] });
    await expect(at.read('konflux_release_list', {})).rejects.toMatchObject({ code: 'forbidden' });
  });
});
