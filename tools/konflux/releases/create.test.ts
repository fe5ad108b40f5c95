import { describe, expect, test } from 'vitest';
import { LABEL } from '../resources/common.ts';
import { needsCorpus, noCorpus } from '../snapshots/testing/corpus.ts';
import { PUSH, SHA, snapshotObject, TESTING } from '../snapshots/testing/objects.ts';
import { KEY_ANNOTATION, KEY_LABEL, REASON_ANNOTATION } from './marker.ts';
import { admissionObject, planObject, RELEASES, SNAPSHOT } from './testing/objects.ts';
import { CLOSED, IN_ORDER, snapshotNamed, world } from './testing/world.ts';

const GIVEN = { release_plan: 'demo-app-prod', snapshot: SNAPSHOT };
const BEGIN = {
  begin: {
    kind: 'Release',
    outcomes: [
      [
        {
          after: '1s',
          conditions: [{ type: 'Released', status: 'False', reason: 'Progressing', message: '' }],
        },
      ],
    ],
  },
};

describe('preflight', () => {
  test('W-K06 all in order', async () => {
    await using at = await world();
    const found = await at.read('konflux_release_preflight', GIVEN);
    expect(found).toMatchObject({
      verdict: 'pass',
      ready: true,
      summary: `${SNAPSHOT} by demo-app-prod can be released: nothing speaks against it.`,
      next: expect.stringContaining('konflux_release_create'),
    });
    expect(JSON.stringify(found).length).toBeLessThan(10_000);
    expect(await at.happened()).toEqual([]);
    // No look at one object after the other.
    expect((await at.requests()).length).toBeLessThanOrEqual(6);
  });

  test('W-K08 a closed managed namespace leaves it unknown, and ready by the status of the plan', async () => {
    await using at = await world({ forbidden: CLOSED });
    expect(await at.read('konflux_release_preflight', GIVEN)).toMatchObject({
      verdict: 'unknown',
      ready: true,
      summary: expect.stringContaining('admission_open and pipeline_defined cannot be seen'),
    });
  });

  test('W-K18 a commit in the place of a snapshot fails the check, which offers snapshots', async () => {
    await using at = await world();
    expect(await at.read('konflux_release_preflight', { ...GIVEN, snapshot: SHA })).toMatchObject({
      verdict: 'fail',
      ready: false,
      checks: expect.arrayContaining([
        { name: 'snapshot_exists', state: 'fail', detail: expect.stringContaining(`${SNAPSHOT} (passed)`) },
      ]),
    });
  });
});

describe('create', () => {
  test('W-K20 the object is what the CRD wants, and no more', async () => {
    await using at = await world({ reactions: BEGIN });
    const made = await at.write('konflux_release_create', GIVEN);
    expect(made).toMatchObject({
      created: true,
      name: expect.stringMatching(/^demo-app-manual-[a-z0-9]{5}$/),
      state: 'pending',
      next: expect.stringContaining('konflux_release_watch'),
    });
    const [effect, ...others] = await at.happened();
    expect(others).toEqual([]);
    const [request] = (await at.requests()).filter(({ method }) => method === 'POST');
    expect(request).toMatchObject({
      path: '/konflux-cluster/apis/appstudio.redhat.com/v1alpha1/namespaces/demo-tenant/releases',
      body: {
        apiVersion: 'appstudio.redhat.com/v1alpha1',
        kind: 'Release',
        metadata: {
          generateName: 'demo-app-manual-',
          namespace: 'demo-tenant',
          labels: { [LABEL.automated]: 'false', [KEY_LABEL]: expect.stringMatching(/^[0-9a-f]{40}$/) },
          annotations: { [KEY_ANNOTATION]: `konflux/demo-tenant/release/demo-app-prod/${SNAPSHOT}` },
        },
        spec: { releasePlan: 'demo-app-prod', snapshot: SNAPSHOT },
      },
    });
    const body = request?.body as { spec: object; metadata: { labels: object } };
    expect(Object.keys(body).sort()).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
    expect(Object.keys(body.spec)).toEqual(['releasePlan', 'snapshot']);
    expect(Object.keys(body.metadata.labels)).not.toContain(LABEL.author);
    // What the webhook made of it.
    expect(effect?.data.object).toMatchObject({
      metadata: { labels: { [LABEL.author]: 'demo-user', [LABEL.releaseSnapshot]: SNAPSHOT } },
    });
  });

  test.skipIf(noCorpus)(`W-K20 the recorded CRD takes it, and refuses another ${needsCorpus}`, async () => {
    await using at = await world({ objects: [...IN_ORDER, snapshotNamed('demo.app')] });
    expect(await at.write('konflux_release_create', GIVEN)).toMatchObject({ created: true });
    await expect(
      at.write('konflux_release_create', { ...GIVEN, snapshot: 'demo.app' }),
    ).rejects.toMatchObject({
      code: 'precondition',
      status: 422,
      message: expect.stringContaining('spec.snapshot'),
    });
    expect(await at.happened()).toHaveLength(1);
  });

  test('data and grace period go along when they are given', async () => {
    await using at = await world();
    const data = { releaseNotes: { synopsis: 'other' } };
    await at.write('konflux_release_create', { ...GIVEN, data, grace_period_days: 3 });
    expect((await at.happened())[0]?.data.object).toMatchObject({
      spec: { releasePlan: 'demo-app-prod', snapshot: SNAPSHOT, data, gracePeriodDays: 3 },
    });
    await expect(at.write('konflux_release_create', GIVEN)).rejects.toMatchObject({ code: 'conflict' });
    expect(await at.happened()).toHaveLength(1);
  });

  test('W-K19 the same once more creates nothing and answers the one that is there', async () => {
    await using at = await world({ reactions: BEGIN });
    const first = (await at.write('konflux_release_create', GIVEN)) as { name: string };
    const second = await at.write('konflux_release_create', GIVEN);
    expect(second).toMatchObject({
      created: false,
      name: first.name,
      summary: expect.stringContaining('No second one was created'),
    });
    expect(await at.happened()).toHaveLength(1);
  });

  test.each(['release-succeeded', 'release-progressing'] as const)(
    "W-K19 somebody else's %s refuses, and is named",
    async (name) => {
      const release = RELEASES[name]();
      await using at = await world({ objects: [...IN_ORDER, release] });
      await expect(at.write('konflux_release_create', GIVEN)).rejects.toMatchObject({
        code: 'precondition',
        rule: 'no_duplicate',
        message: expect.stringContaining(release.metadata.name),
        remedy: expect.stringContaining(`konflux_release_get {"name":"${release.metadata.name}"`),
      });
      expect(await at.happened()).toEqual([]);
      // A person may want it all the same.
      const forced = { ...GIVEN, force: true, reason: 'published images were lost' };
      expect(await at.write('konflux_release_create', forced)).toMatchObject({ created: true });
      expect(await at.write('konflux_release_create', forced)).toMatchObject({ created: false });
      expect(await at.happened()).toHaveLength(1);
      expect((await at.happened())[0]?.data.object).toMatchObject({
        metadata: { annotations: { [REASON_ANNOTATION]: 'published images were lost' } },
      });
    },
  );

  test('W-K19 one that only KubeArchive has refuses too', async () => {
    await using at = await world({ archived: [RELEASES['release-succeeded']()] });
    await expect(at.write('konflux_release_create', GIVEN)).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('demo-rel-ok'),
    });
  });

  test('W-K19 ours that failed is answered too, and how to make it again', async () => {
    const failing = {
      fail: {
        kind: 'Release',
        outcomes: [
          [
            {
              after: '1s',
              conditions: [
                { type: 'Validated', status: 'True', reason: 'Succeeded', message: '' },
                { type: 'ManagedPipelineProcessed', status: 'False', reason: 'Failed', message: 'no' },
                { type: 'Released', status: 'False', reason: 'Failed', message: 'no' },
              ],
            },
          ],
        ],
      },
    };
    await using at = await world({ reactions: failing });
    const { name } = (await at.write('konflux_release_create', GIVEN)) as { name: string };
    await at.control('/clock', { advance: '5s' });
    expect(await at.write('konflux_release_create', GIVEN)).toMatchObject({
      created: false,
      state: 'failed',
      next: `konflux_release_retry {"name":"${name}","namespace":"demo-tenant"}`,
    });
    const again = { name, reason: 'the registry is back' };
    expect(await at.write('konflux_release_retry', again)).toMatchObject({ created: true });
    expect(await at.happened()).toHaveLength(2);
  });

  test('one that failed refuses nothing', async () => {
    await using at = await world({ objects: [...IN_ORDER, RELEASES['release-failed-managed']()] });
    expect(await at.write('konflux_release_create', GIVEN)).toMatchObject({ created: true });
  });

  test('W-K11 a snapshot that is being tested is refused unless forced with a reason', async () => {
    await using at = await world({
      objects: [...IN_ORDER.slice(0, -1), snapshotNamed(SNAPSHOT, { conditions: TESTING })],
    });
    await expect(at.write('konflux_release_create', GIVEN)).rejects.toMatchObject({
      code: 'precondition',
      rule: 'snapshot_promotable',
      message: expect.stringContaining('The snapshot is testing'),
    });
    await expect(at.write('konflux_release_create', { ...GIVEN, force: true })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await at.happened()).toEqual([]);
    const forced = { ...GIVEN, force: true, reason: 'hotfix, tests are flaky' };
    expect(await at.write('konflux_release_create', forced)).toMatchObject({ created: true });
  });

  test('W-K08 blocked releases create nothing, forced or not', async () => {
    await using at = await world({
      objects: [planObject(), admissionObject({ blocked: true }), snapshotNamed()],
    });
    for (const more of [{}, { force: true, reason: 'release it anyway' }]) {
      await expect(at.write('konflux_release_create', { ...GIVEN, ...more })).rejects.toMatchObject({
        code: 'precondition',
        rule: 'admission_open',
        message: expect.stringContaining('Releases are blocked'),
      });
    }
    expect(await at.happened()).toEqual([]);
  });

  test('W-K08 with a closed managed namespace the plan is believed', async () => {
    await using at = await world({ forbidden: CLOSED });
    expect(await at.write('konflux_release_create', GIVEN)).toMatchObject({ created: true });
  });

  test('W-K07 a plan that no admission takes creates nothing; every failed check is named', async () => {
    await using at = await world({
      objects: [
        planObject({ matched: 'False' }),
        snapshotNamed(SNAPSHOT, { labels: { ...PUSH, [LABEL.snapshotEvent]: 'pull_request' } }),
      ],
    });
    await expect(at.write('konflux_release_create', GIVEN)).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringMatching(/admission_matched: .*snapshot_promotable: /),
    });
    expect(await at.happened()).toEqual([]);
  });

  test('W-K18 a commit is no snapshot: those that have it are offered', async () => {
    await using at = await world();
    await expect(at.write('konflux_release_create', { ...GIVEN, snapshot: SHA })).rejects.toMatchObject({
      code: 'precondition',
      rule: 'snapshot_exists',
      message: expect.stringMatching(new RegExp(`is a commit, not the name of a Snapshot.*${SNAPSHOT}`)),
    });
    expect(await at.happened()).toEqual([]);
  });

  test('W-K19 a crash after it was sent: the next try finds it and sends nothing', async () => {
    await using at = await world({ reactions: BEGIN });
    const [effect] = await at.effects('konflux_release_create', GIVEN);
    expect(await effect?.find()).toEqual({ state: 'absent' });
    await effect?.send({ check: () => undefined, signal: new AbortController().signal });
    await at.control('/clock', { advance: '5s' });
    // It is Progressing now: for a stranger's that would be a refusal.
    const [again] = await at.effects('konflux_release_create', GIVEN);
    expect(again?.key).toBe(effect?.key);
    expect(await again?.find()).toMatchObject({ state: 'present', data: { name: expect.any(String) } });
    expect(await at.happened()).toHaveLength(1);
  });

  test('a lost answer is looked up, not sent again', async () => {
    await using at = await world();
    await at.control('/faults', {
      system: 'konflux-cluster',
      method: 'POST',
      path: '/konflux-cluster/apis/appstudio.redhat.com/v1alpha1/namespaces/demo-tenant/releases',
      fault: 'reset_after',
    });
    expect(await at.write('konflux_release_create', GIVEN)).toMatchObject({ created: true });
    expect(await at.happened()).toHaveLength(1);
  });

  test('a long name of an application still makes a name of 63 characters', async () => {
    const application = `a${'b'.repeat(60)}`;
    const plan = planObject({ spec: { application, target: 'managed-demo-tenant' } });
    const [, , policy] = IN_ORDER;
    const snapshot = snapshotObject().spec;
    await using at = await world({
      objects: [
        plan,
        admissionObject({ spec: { applications: [application] } }),
        policy ?? {},
        snapshotNamed(SNAPSHOT, { spec: { ...snapshot, application } }),
      ],
    });
    const made = (await at.write('konflux_release_create', GIVEN)) as { name: string };
    expect(made.name).toMatch(/-manual-[a-z0-9]{5}$/);
    expect(made.name.length).toBeLessThanOrEqual(63);
  });
});
