import { describe, expect, it } from 'vitest';
import { deploymentObject, podObject } from './testing/objects.ts';
import { type WorldGiven, world } from './testing/world.ts';

const STAGE = { environment: 'stage' };
const closed = (resource: string, namespace = 'demo-stage') => [{ resource, namespace }];
const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

describe('pods', () => {
  it('W-E01 one of each: healthy 1, not ready 1, failing 2, completed 1', async () => {
    await using there = await world();
    const answer = await there.read('pod_list', STAGE);
    expect(answer).toMatchInlineSnapshot(`
      {
        "cluster": "apps",
        "counts": {
          "completed": 1,
          "failing": 2,
          "healthy": 1,
          "not_ready": 1,
          "pending": 0,
          "terminating": 0,
        },
        "environment": "stage",
        "namespace": "demo-stage",
        "next": "kubernetes_event_list {"environment":"stage","object":"demo-ui-5b8c9d7f6-zz8wd"}",
        "pods": [
          {
            "age": "1h 30m",
            "container": "demo-ui",
            "created_at": "2026-06-25T10:30:00Z",
            "last_end": null,
            "message": "Back-off pulling image "quay.io/demo-org/stage/demo-ui:d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2"",
            "name": "demo-ui-5b8c9d7f6-zz8wd",
            "owner": null,
            "ready": "0/1",
            "reason": "ImagePullBackOff",
            "restarts": 0,
            "state": "failing",
          },
          {
            "age": "3h",
            "container": "demo-worker",
            "created_at": "2026-06-25T09:00:00Z",
            "last_end": {
              "at": "2026-06-25T11:52:00Z",
              "exit_code": 137,
              "reason": "OOMKilled",
            },
            "message": "back-off 5m0s restarting failed container",
            "name": "demo-worker-55f6d8b7c-q2n4v",
            "owner": null,
            "ready": "0/1",
            "reason": "CrashLoopBackOff",
            "restarts": 6,
            "state": "failing",
          },
          {
            "age": "20m",
            "container": "demo-backend",
            "created_at": "2026-06-25T11:40:00Z",
            "last_end": null,
            "message": "containers with unready status: [demo-backend]",
            "name": "demo-backend-7d9f8c6b5-9pq7t",
            "owner": null,
            "ready": "0/1",
            "reason": "ContainersNotReady",
            "restarts": 0,
            "state": "not_ready",
          },
          {
            "age": "30m",
            "container": null,
            "created_at": "2026-06-25T11:30:00Z",
            "last_end": null,
            "message": "",
            "name": "demo-backend-7d9f8c6b5-4kx2m",
            "owner": null,
            "ready": "1/1",
            "reason": "",
            "restarts": 0,
            "state": "healthy",
          },
          {
            "age": "31m",
            "container": null,
            "created_at": "2026-06-25T11:29:00Z",
            "last_end": null,
            "message": "",
            "name": "demo-migrate-29170-x5x5x",
            "owner": "Job/demo-migrate-29170",
            "ready": "0/1",
            "reason": "Completed",
            "restarts": 0,
            "state": "completed",
          },
        ],
        "summary": "5 pods in stage (demo-stage): 2 failing, 1 not ready, 1 healthy, 1 completed. demo-ui-5b8c9d7f6-zz8wd: ImagePullBackOff; demo-worker-55f6d8b7c-q2n4v: CrashLoopBackOff after OOMKilled, 6 restarts; demo-backend-7d9f8c6b5-9pq7t: ContainersNotReady.",
        "total": 5,
        "truncated": false,
      }
    `);
    expect(answer.counts).toEqual({
      failing: 2,
      not_ready: 1,
      pending: 0,
      terminating: 0,
      healthy: 1,
      completed: 1,
    });
  });

  it('of one Deployment, of labels, of one state', async () => {
    await using there = await world();
    const names = async (input: object) =>
      (await there.read('pod_list', { ...STAGE, ...input })).pods.map(({ name }: { name: string }) => name);
    expect(await names({ deployment: 'demo-worker' })).toEqual(['demo-worker-55f6d8b7c-q2n4v']);
    expect(await names({ labels: 'app in (demo-ui,demo-worker)' })).toHaveLength(2);
    expect(await names({ state: 'completed' })).toEqual(['demo-migrate-29170-x5x5x']);
    expect(await names({ state: 'terminating' })).toEqual([]);
  });

  it('are cut off where they are many, the worst kept', async () => {
    await using there = await world();
    const answer = await there.read('pod_list', { ...STAGE, limit: 2 });
    expect(answer).toMatchObject({ total: 5, truncated: true });
    expect(answer.pods.map(({ state }: { state: string }) => state)).toEqual(['failing', 'failing']);
  });

  it('say what a label selector looks like', async () => {
    await using there = await world();
    await expect(there.read('pod_list', { ...STAGE, labels: 'app ~ x' })).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: expect.stringContaining('a in (b,c)'),
    });
  });
});

describe('Deployments', () => {
  it('show replicas, images and what is not done first', async () => {
    await using there = await world();
    const answer = await there.read('deployment_list', STAGE);
    expect(answer.counts).toEqual({ done: 0, progressing: 2, failed: 1, paused: 0 });
    expect(answer.deployments[0]).toEqual({
      name: 'demo-ui',
      state: 'failed',
      why: 'it did not get on within its deadline: 1 of 1 updated, 0 available',
      replicas: { desired: 1, ready: 0, updated: 1, available: 0 },
      images: [{ container: 'demo-ui', image: `quay.io/demo-org/stage/demo-ui:${'d2'.repeat(20)}` }],
      created_at: '2026-03-01T10:00:00Z',
      age: '116d 2h',
    });
    expect(answer.next).toBe('kubernetes_rollout_status {"environment":"stage","deployment":"demo-ui"}');
    const done = await there.read('deployment_list', { environment: 'production', state: 'done' });
    expect(done).toMatchObject({ total: 2, summary: '2 Deployments in production (demo-prod): 2 done.' });
    expect(done).not.toHaveProperty('next');
  });
});

describe('a namespace at a glance', () => {
  it('shows what is not well, the warnings, services, and hosts of Routes as well', async () => {
    await using there = await world();
    const answer = await there.read('namespace_summary', STAGE);
    expect(answer).toMatchObject({
      well: false,
      deployments: { done: 0, progressing: 2, failed: 1, paused: 0 },
      pods: { failing: 2, not_ready: 1, healthy: 1, completed: 1 },
      services: [{ name: 'demo-backend', type: 'ClusterIP', ports: ['8000/TCP'] }],
      hosts: [{ url: 'http://demo-ui.stage.example.com', kind: 'Route', name: 'demo-ui' }],
      unavailable: [],
      truncated: false,
    });
    expect(
      answer.warnings.map(({ reason, count }: { reason: string; count: number }) => [reason, count]),
    ).toEqual([
      ['Failed', 37],
      ['BackOff', 6],
    ]);
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
    expect(await there.read('namespace_summary', { environment: 'production' })).toMatchObject({
      well: true,
    });
  });

  it('names a part that we may not read, and shows the rest', async () => {
    await using there = await world({ forbidden: closed('services') });
    const answer = await there.read('namespace_summary', STAGE);
    expect(answer).toMatchObject({
      pods: { failing: 2 },
      services: [],
      unavailable: [{ kind: 'services', code: 'forbidden', cause: expect.stringContaining('services') }],
      summary: expect.stringMatching(/Not shown: services \(forbidden\)\.$/),
    });
  });

  it('shows hosts of Ingresses, with TLS', async () => {
    const ingress = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', namespace: 'demo-stage' },
      spec: {
        tls: [{ hosts: ['a.example.com'] }],
        rules: [{ host: 'a.example.com' }, { host: 'b.example.com' }],
      },
    };
    await using there = await world({ objects: [ingress, podObject(), deploymentObject()] });
    expect(await there.read('namespace_summary', STAGE)).toMatchObject({
      well: true,
      hosts: [{ url: 'https://a.example.com' }, { url: 'http://b.example.com' }],
    });
  });
});

const TOOLS: [string, object][] = [
  ['pod_list', STAGE],
  ['deployment_list', STAGE],
  ['namespace_summary', STAGE],
  ['environment_summary', {}],
  ['rollout_status', { ...STAGE, deployment: 'demo-backend' }],
  ['rollout_watch', { ...STAGE, deployment: 'demo-backend' }],
  ['event_list', STAGE],
  ['logs', { ...STAGE, deployment: 'demo-backend' }],
  ['running_images', STAGE],
];

describe('what cannot be read', () => {
  it.each(TOOLS)('W-E02 a login that has run out is auth, never an empty table: %s', async (tool, input) => {
    await using there = await world({ expired: true });
    await expect(there.read(tool, input)).rejects.toMatchObject({
      code: 'auth',
      remedy: expect.stringContaining('log in to apps'),
    });
  });

  it.each(TOOLS.slice(0, 3))(
    'W-E02 pods or Deployments that we may not see are forbidden: %s',
    async (tool, input) => {
      await using there = await world({ forbidden: [...closed('pods'), ...closed('deployments')] });
      await expect(there.read(tool, input)).rejects.toMatchObject({ code: 'forbidden' });
    },
  );

  it.each(['pod_list', 'deployment_list', 'event_list', 'running_images', 'namespace_summary'])(
    'W-E02 a namespace that is not there is not_found, though the API answers an empty list: %s',
    async (tool) => {
      await using there = await world({ objects: [namespace('demo-stage')] });
      await expect(there.read(tool, { cluster: 'apps', namespace: 'gone' })).rejects.toMatchObject({
        code: 'not_found',
        message: expect.stringContaining('gone'),
      });
      expect(await there.read(tool, STAGE)).toMatchObject({ namespace: 'demo-stage' });
    },
  );

  it('an empty namespace is believed where namespaces may not be looked up', async () => {
    await using there = await world({
      objects: [namespace('demo-stage')],
      forbidden: [{ resource: 'namespaces', verb: 'get' }],
    });
    expect(await there.read('pod_list', STAGE)).toMatchObject({
      total: 0,
      summary: 'There are no pods in stage (demo-stage).',
    });
  });
});

describe('environments side by side', () => {
  const given = (more: WorldGiven = {}) => world(more);

  it('shows each with its counts', async () => {
    await using there = await given();
    const answer = await there.read('environment_summary', {});
    expect(answer).toMatchObject({
      all_well: false,
      environments: [
        { environment: 'stage', state: 'unwell', pods: { failing: 2 }, error: null },
        { environment: 'production', state: 'well', deployments: { done: 2 }, open: [], unwell: [] },
      ],
      summary:
        'stage: not well, 2 pods failing; demo-ui-5b8c9d7f6-zz8wd: ImagePullBackOff. production: well.',
    });
    const one = await there.read('environment_summary', { environments: ['production', 'production'] });
    expect(one).toMatchObject({ all_well: true, environments: [{ environment: 'production' }] });
  });

  it('W-E02 one that we may not read is unknown with its code, the others stand', async () => {
    await using there = await given({ forbidden: closed('pods', 'demo-prod') });
    const { environments, all_well, summary } = await there.read('environment_summary', {});
    expect(environments[1]).toMatchObject({
      environment: 'production',
      state: 'unknown',
      error: { code: 'forbidden', remedy: expect.any(String) },
      deployments: null,
      pods: null,
    });
    expect(environments[0]).toMatchObject({ state: 'unwell', pods: { failing: 2 } });
    expect(all_well).toBe(false);
    expect(summary).toContain('production: unknown (forbidden).');
  });

  it('W-E02 one that is away is unknown with its code', async () => {
    await using there = await given({
      settings: (cluster) => ({
        clusters: { apps: cluster, away: { base_url: 'http://127.0.0.1:1' } },
        environments: {
          stage: { cluster: 'apps', namespace: 'demo-stage' },
          production: { cluster: 'away', namespace: 'demo-prod' },
        },
      }),
    });
    const { environments } = await there.read('environment_summary', {});
    expect(environments).toMatchObject([
      { state: 'unwell' },
      { state: 'unknown', error: { code: 'upstream', cause: expect.stringContaining('away') } },
    ]);
  });

  it('W-E02 when none can be read it fails with the code, and names all', async () => {
    await using there = await given({ forbidden: [{ resource: 'pods' }] });
    await expect(there.read('environment_summary', {})).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(
        /^stage: .*Neither could the others be read \(production: forbidden\)\.$/,
      ),
    });
  });

  it('a name that is not in the settings is the caller’s mistake', async () => {
    await using there = await given();
    await expect(there.read('environment_summary', { environments: ['prod'] })).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: expect.stringContaining('stage, production'),
    });
  });

  it('says that none is configured', async () => {
    await using there = await given({ settings: (cluster) => ({ clusters: { apps: cluster } }) });
    await expect(there.read('environment_summary', {})).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
