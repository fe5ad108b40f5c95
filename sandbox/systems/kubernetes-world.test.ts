import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const APPSTUDIO = '/konflux-cluster/apis/appstudio.redhat.com';
const TENANT = `${APPSTUDIO}/v1alpha1/namespaces/demo-tenant`;
const RUNS = '/konflux-cluster/apis/tekton.dev/v1/namespaces/demo-tenant/pipelineruns';
const DEPLOYMENTS = '/apps-cluster/apis/apps/v1/namespaces/demo-stage/deployments';
const RESERVATIONS = '/apps-cluster/apis/cloud.redhat.com/v1alpha1/namespacereservations';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };

const { current, reset } = bench('konflux-team');
beforeEach(reset);

const read = async (path: string) => (await current().ask(path)).body;
const merge = (path: string, json: object) => current().ask(path, { method: 'PATCH', headers: MERGE, json });
const later = (advance: string) => current().control('/clock', { advance });
const items = async (path: string) => {
  const found = at(await read(path), 'items');
  return Array.isArray(found) ? found : [];
};
const nameOf = (object: unknown) => String(at(object, 'metadata.name'));
const condition = (object: unknown, type: string) => {
  const conditions = at(object, 'status.conditions');
  const found = Array.isArray(conditions) ? conditions.find((one) => at(one, 'type') === type) : undefined;
  return found === undefined ? undefined : `${at(found, 'status')}/${at(found, 'reason')}`;
};
const tests = (snapshot: unknown) => {
  const annotations = at(snapshot, 'metadata.annotations');
  const [, text = '[]'] =
    Object.entries(Object(annotations)).find(([name]) => name.endsWith('/status')) ?? [];
  const read: { scenario: string; status: string }[] = JSON.parse(String(text));
  return Object.fromEntries(read.map(({ scenario, status }) => [scenario, status]));
};
const release = (releasePlan: string, snapshot = 'demo-app-20260624-081500-000') =>
  current().post(`${TENANT}/releases`, {
    json: {
      apiVersion: 'appstudio.redhat.com/v1alpha1',
      kind: 'Release',
      metadata: { generateName: 'demo-app-manual-' },
      spec: { releasePlan, snapshot },
    },
  });

describe('the tenant at noon', () => {
  it('has builds in every state', async () => {
    const builds = await items(`${RUNS}?labelSelector=pipelines.appstudio.openshift.io%2Ftype%3Dbuild`);
    expect(Object.fromEntries(builds.map((run) => [nameOf(run), condition(run, 'Succeeded')]))).toEqual({
      'demo-backend-on-push-b1ok': 'True/Succeeded',
      'demo-backend-on-push-b2run': 'Unknown/Running',
      'demo-backend-on-push-b3late': 'False/PipelineRunTimeout',
      'demo-ui-on-pull-request-d3off': 'False/Cancelled',
      'demo-ui-on-push-d1skip': 'True/Completed',
      'demo-ui-on-push-d2bad': 'False/Failed',
    });
  });

  it('has snapshots, releases and plans in every state', async () => {
    const snapshots = await items(`${TENANT}/snapshots`);
    expect(snapshots.map((one) => condition(one, 'AppStudioTestSucceeded'))).toEqual([
      'False/Failed',
      'True/Passed',
      'True/Passed',
      'True/Passed',
      'False/Failed',
      'True/Passed',
      undefined,
    ]);
    const releases = await items(`${TENANT}/releases`);
    expect(Object.fromEntries(releases.map((one) => [nameOf(one), condition(one, 'Released')]))).toEqual({
      'demo-rel-bad': 'False/Failed',
      'demo-rel-inv': 'False/Failed',
      'demo-rel-ok': 'True/Succeeded',
      'demo-rel-oom': 'True/Succeeded',
      'demo-rel-run': 'False/Progressing',
    });
    const plans = await items(`${TENANT}/releaseplans`);
    expect(Object.fromEntries(plans.map((one) => [nameOf(one), condition(one, 'Matched')]))).toMatchObject({
      'demo-app-prod': 'True/Matched',
      'demo-app-unmatched': 'False/Matched',
    });
    const scenarios = await items(`${APPSTUDIO}/v1beta2/namespaces/demo-tenant/integrationtestscenarios`);
    expect(scenarios.map(nameOf)).toEqual(['demo-conforma', 'demo-perf', 'demo-smoke']);
  });

  it('goes on by itself', async () => {
    await current().to('2026-06-25T12:20:00Z');
    expect(condition(await read(`${RUNS}/demo-backend-on-push-b2run`), 'Succeeded')).toBe('True/Succeeded');
    const tested = await read(`${TENANT}/snapshots/demo-app-20260625-114500-000`);
    expect(tests(tested)).toEqual({ 'demo-smoke': 'TestPassed', 'demo-conforma': 'TestPassed' });
    expect(condition(tested, 'AppStudioTestSucceeded')).toBe('True/Passed');
    expect(await current().effects()).toEqual([]);
  });
});

describe('a release that is made', () => {
  it('comes to its end step by step', async () => {
    const name = nameOf((await release('demo-app-prod')).body);
    const state = async () => {
      const now = await read(`${TENANT}/releases/${name}`);
      return ['Validated', 'ManagedPipelineProcessed', 'Released'].map((type) => condition(now, type));
    };
    expect(await state()).toEqual([undefined, undefined, undefined]);
    await later('10s');
    expect(await state()).toEqual(['True/Succeeded', 'False/Progressing', 'False/Progressing']);
    const managed = '/konflux-cluster/apis/tekton.dev/v1/namespaces/managed-demo-tenant/pipelineruns';
    const selector = encodeURIComponent(`release.appstudio.openshift.io/name=${name}`);
    const [run] = await items(`${managed}?labelSelector=${selector}`);
    expect(condition(run, 'Succeeded')).toBe('Unknown/Running');
    await later('20m');
    expect(await state()).toEqual(['True/Succeeded', 'True/Succeeded', 'True/Succeeded']);
    expect(at(await read(`${TENANT}/releases/${name}`), 'status')).toMatchObject({
      startTime: '2026-06-25T12:00:02Z',
      completionTime: '2026-06-25T12:20:00Z',
      attribution: { author: 'demo-user' },
      managedPipelineAttempts: [{ pipelineRun: `managed-demo-tenant/${nameOf(run)}`, status: 'Succeeded' }],
    });
    // Only what was asked for is in the journal.
    expect(await current().effects()).toHaveLength(1);
  });

  it.each([
    [
      'demo-app-blocked',
      undefined,
      "found ReleasePlanAdmission 'demo-app-blocked' with block-releases label set to true",
    ],
    [
      'demo-app-unmatched',
      undefined,
      "no ReleasePlanAdmission found in namespace (managed-nobody-tenant) with the origin (demo-tenant) for 'demo-app'",
    ],
    ['nowhere', undefined, 'ReleasePlan.appstudio.redhat.com "nowhere" not found'],
    ['demo-app-prod', 'deleted-long-ago', 'Snapshot.appstudio.redhat.com "deleted-long-ago" not found'],
  ])('to %s of %s fails before anything runs', async (plan, snapshot, why) => {
    const name = nameOf((await release(plan, snapshot)).body);
    await later('1h');
    const failed = await read(`${TENANT}/releases/${name}`);
    expect(condition(failed, 'Released')).toBe('False/Failed');
    expect(at(failed, 'status.conditions.0')).toMatchObject({
      type: 'Validated',
      status: 'False',
      message: why,
    });
    expect(at(failed, 'status.conditions.1.message')).toBe('Release validation failed');
    expect(condition(failed, 'ManagedPipelineProcessed')).toBeUndefined();
  });

  it('follows the outcomes of the scenario, the last of them for ever', async () => {
    const failed = [{ after: '1m', conditions: [{ type: 'Released', status: 'False', reason: 'Failed' }] }];
    const done = [{ after: '1m', conditions: [{ type: 'Released', status: 'True', reason: 'Succeeded' }] }];
    await current().control('/scenario', {
      patch: {
        kubernetes: { 'konflux-cluster': { reactions: { 'release-created': { outcomes: [failed, done] } } } },
      },
    });
    const names = [];
    for (let n = 0; n < 3; n += 1) names.push(nameOf((await release('demo-app-prod')).body));
    await later('1m');
    const ends = names.map(async (name) => condition(await read(`${TENANT}/releases/${name}`), 'Released'));
    expect(await Promise.all(ends)).toEqual(['False/Failed', 'True/Succeeded', 'True/Succeeded']);
  });
});

describe('builds', () => {
  it('are asked for by an annotation, which is taken away', async () => {
    const path = `${TENANT}/components/demo-backend`;
    const wish = { 'build.appstudio.openshift.io/request': 'trigger-pac-build' };
    await merge(path, { metadata: { annotations: wish } });
    expect(at(await read(path), 'metadata.annotations')).toEqual(wish);
    await later('10s');
    expect(Object.keys(Object(at(await read(path), 'metadata.annotations')))).toEqual([
      'build.appstudio.openshift.io/status',
    ]);
    const sha = String(at(await read(path), 'status.lastBuiltCommit'));
    const selector = encodeURIComponent(
      `pipelinesascode.tekton.dev/sha=${sha},appstudio.openshift.io/component=demo-backend`,
    );
    const [run] = (await items(`${RUNS}?labelSelector=${selector}`)).filter(
      (one) => nameOf(one) !== 'demo-backend-on-push-b1ok',
    );
    expect(condition(run, 'Succeeded')).toBe('Unknown/Running');
    await later('15m');
    expect(condition(await read(`${RUNS}/${nameOf(run)}`), 'Succeeded')).toBe('True/Succeeded');
  });

  it('that are cancelled do not succeed any more', async () => {
    const path = `${RUNS}/demo-backend-on-push-b2run`;
    expect((await merge(path, { spec: { status: 'Cancelled' } })).status).toBe(200);
    expect(condition(await read(path), 'Succeeded')).toBe('Unknown/Running');
    await later('3s');
    expect(condition(await read(path), 'Succeeded')).toBe('False/Cancelled');
    await later('1h');
    expect(condition(await read(path), 'Succeeded')).toBe('False/Cancelled');
    expect(await current().effects()).toMatchObject([
      {
        kind: 'object_patched',
        key: 'pipelineruns.tekton.dev/demo-tenant/demo-backend-on-push-b2run',
        data: { patch: { spec: { status: 'Cancelled' } } },
      },
    ]);
  });
});

describe('tests', () => {
  it('run again when a label asks for them', async () => {
    const path = `${TENANT}/snapshots/demo-app-20260624-091200-000`;
    await merge(path, { metadata: { labels: { 'test.appstudio.openshift.io/run': 'demo-smoke' } } });
    await later('5s');
    const running = await read(path);
    expect(Object.keys(Object(at(running, 'metadata.labels')))).not.toContain(
      'test.appstudio.openshift.io/run',
    );
    expect(tests(running)).toEqual({ 'demo-smoke': 'InProgress', 'demo-conforma': 'TestPassed' });
    const selector = encodeURIComponent(
      'test.appstudio.openshift.io/scenario=demo-smoke,appstudio.openshift.io/snapshot=demo-app-20260624-091200-000',
    );
    expect(await items(`${RUNS}?labelSelector=${selector}`)).toHaveLength(2);
    await later('10m');
    expect(tests(await read(path))).toEqual({ 'demo-smoke': 'TestPassed', 'demo-conforma': 'TestPassed' });
    expect(condition(await read(path), 'AppStudioTestSucceeded')).toBe('True/Passed');
  });
});

describe('deployments', () => {
  it('follow what was asked of them', async () => {
    const path = `${DEPLOYMENTS}/demo-ui`;
    const scale = await merge(`${path}/scale`, { spec: { replicas: 3 } });
    expect(scale.body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 3 },
      status: { replicas: 1 },
    });
    expect(await read(path)).toMatchObject({
      metadata: { generation: 2 },
      status: { observedGeneration: 1 },
    });
    await later('2s');
    expect(at(await read(path), 'status')).toMatchObject({
      observedGeneration: 2,
      replicas: 3,
      updatedReplicas: 0,
    });
    await later('1m');
    expect(at(await read(path), 'status')).toMatchObject({ readyReplicas: 3, availableReplicas: 3 });
    expect(await current().effects()).toMatchObject([
      {
        system: 'apps-cluster',
        kind: 'object_patched',
        key: 'deployments.apps/demo-stage/demo-ui',
        data: { subresource: 'scale' },
      },
    ]);
  });

  it('restart by an annotation of their template', async () => {
    const path = `${DEPLOYMENTS}/demo-backend`;
    const restart = {
      spec: {
        template: {
          metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-06-25T12:00:00Z' } },
        },
      },
    };
    expect((await current().ask(path, { method: 'PATCH', headers: STRATEGIC, json: restart })).status).toBe(
      200,
    );
    await later('1m');
    expect(await read(path)).toMatchObject({
      spec: { template: { spec: { containers: [{ name: 'demo-backend' }] } } },
      status: { observedGeneration: 2, readyReplicas: 2 },
    });
    expect(condition(await read(path), 'Available')).toBe('True/MinimumReplicasAvailable');
  });
});

describe('a lent namespace', () => {
  const reserve = (duration: string) =>
    current().post(RESERVATIONS, {
      json: {
        apiVersion: 'cloud.redhat.com/v1alpha1',
        kind: 'NamespaceReservation',
        metadata: { name: 'bonfire-reservation-1' },
        spec: { duration, requester: 'demo-user' },
      },
    });
  const mine = `${RESERVATIONS}/bonfire-reservation-1`;

  it('is there after a while, can be kept longer, and goes', async () => {
    expect(at((await reserve('1h')).body, 'spec.pool')).toBe('default');
    await later('1s');
    expect(at(await read(mine), 'status.state')).toBe('waiting');
    await later('10s');
    const namespace = String(at(await read(mine), 'status.namespace'));
    expect(at(await read(mine), 'status')).toMatchObject({
      state: 'active',
      expiration: '2026-06-25T13:00:00Z',
    });
    expect(await read(`/apps-cluster/api/v1/namespaces/${namespace}`)).toMatchObject({
      metadata: {
        annotations: { reserved: 'true', 'env-status': 'ready' },
        ownerReferences: [{ name: 'bonfire-reservation-1' }],
      },
    });
    await merge(mine, { spec: { duration: '2h' } });
    await current().to('2026-06-25T13:30:00Z');
    expect(at(await read(mine), 'status.expiration')).toBe('2026-06-25T14:00:00Z');
    await current().to('2026-06-25T14:00:00Z');
    expect((await current().ask(mine)).status).toBe(404);
    expect((await current().ask(`/apps-cluster/api/v1/namespaces/${namespace}`)).status).toBe(404);
  });

  it('is given back at once by a duration of nothing', async () => {
    await reserve('1h');
    await later('10s');
    await merge(mine, { spec: { duration: '0s' } });
    expect((await current().ask(mine)).status).toBe(404);
  });
});

describe('a patched scenario', () => {
  const bad = {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'Application',
    metadata: { name: 'other', namespace: 'demo-tenant' },
    spec: { displayName: 'Other' },
  };
  const patch = (objects: object) =>
    current().control('/scenario', { patch: { kubernetes: { 'konflux-cluster': { objects } } } });

  it('holds at once, over what a request had made of it', async () => {
    const path = `${TENANT}/applications/other`;
    await patch({ mine: [bad] });
    expect((await current().ask(path)).status).toBe(200);
    await merge(path, { spec: { displayName: 'Changed' } });
    await patch({ theirs: [] });
    expect(at(await read(path), 'spec.displayName')).toBe('Changed');
    await patch({ mine: [{ ...bad, spec: { displayName: 'Patched' } }] });
    expect(at(await read(path), 'spec.displayName')).toBe('Patched');
    await patch({ mine: null });
    expect((await current().ask(path)).status).toBe(404);
  });

  it('is refused with a kind that is not served', async () => {
    await current().ask(`${TENANT}/applications`);
    const refused = await patch({ mine: [{ ...bad, kind: 'Nothing' }] });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('konflux-cluster serves no Nothing of appstudio.redhat.com/v1alpha1');
  });
});
