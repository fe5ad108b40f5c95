import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from './bench.ts';
import { Checkout, refusal } from './git/testing/checkout.ts';

const { current, reset } = bench('ship-demo');
const UPSTREAM = 'service/app-interface';
const FORK = 'demo-bot/app-interface';
const FILE = 'data/services/demo/cicd/demo-backend.yml';
const project = (path: string) => `/gitlab/api/v4/projects/${encodeURIComponent(path)}`;
const APPS = '/apps-cluster/apis/apps/v1/namespaces';
const RUNS = '/apps-cluster/apis/tekton.dev/v1/namespaces/demo-pipelines/pipelineruns';

/** The ids that the scenario states. */
async function ids(): Promise<Record<string, string>> {
  const { body } = await current().control('/scenario');
  const commits = at(body, 'scenario.git.repositories.demo/demo-backend.commits');
  return Object.fromEntries(
    Object.entries(commits ?? {}).map(([name, commit]) => [name, String(at(commit, 'id'))]),
  );
}

const refs = async (repository: string) => {
  using checkout = new Checkout(current());
  const lines = (await checkout.git('ls-remote', checkout.url(repository))).split('\n');
  return Object.fromEntries(lines.map((line) => line.split('\t').reverse()));
};
const item = async (path: string) => (await current().ask(path)).body;
const items = async (path: string): Promise<unknown[]> => {
  const found = at(await item(path), 'items');
  return Array.isArray(found) ? found : [];
};

/** Pushes a branch to the fork that changes the ref of one namespace. */
async function push(branch: string, namespace: string, from: string, to: string): Promise<string> {
  using checkout = new Checkout(current());
  await checkout.clone(UPSTREAM);
  const text = await checkout.git('show', `HEAD:${FILE}`);
  const place = `namespaces/${namespace}.yml\n    ref: `;
  expect(text).toContain(`${place}${from}`);
  const id = await checkout.change(branch, `chore(release): release ${to.slice(0, 12)}`, {
    [FILE]: `${text.replace(`${place}${from}`, `${place}${to}`)}\n`,
  });
  await checkout.git('push', '--quiet', checkout.url(FORK), branch);
  return id;
}

const open = (branch: string, more: object = {}) =>
  current().post(`${project(FORK)}/merge_requests`, {
    json: {
      source_branch: branch,
      target_branch: 'master',
      title: 'Release',
      target_project_id: 7002,
      ...more,
    },
  });

beforeEach(reset);

describe('what the scenario states', () => {
  it('is what comes out: ids of commits', async () => {
    const stated = await ids();
    const code = await refs('demo/demo-backend');
    expect(code['refs/heads/main']).toBe(stated.c6);
    expect(code['refs/heads/hotfix-months']).toBe(stated.side);
    expect(code['refs/tags/v1.4.0^{}']).toBe(stated.c1);
    expect(code['refs/tags/build-2026-06-23']).toBe(stated.c4);
    using checkout = new Checkout(current());
    await checkout.clone('demo/demo-backend');
    expect((await checkout.git('log', '--reverse', '--format=%H')).split('\n')).toEqual(
      ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'].map((name) => stated[name]),
    );
    expect(await refs(FORK)).toEqual(await refs(UPSTREAM));
    await checkout.git('fetch', '--quiet', checkout.url(UPSTREAM), 'master');
    const file = await checkout.git('show', `FETCH_HEAD:${FILE}`);
    expect(file.match(/ref: (.+)/g)).toEqual([
      'ref: /services/demo/app.yml',
      'ref: /services/demo/pipelines/demo-pipelines.yml',
      'ref: /services/demo/namespaces/demo-stage.yml',
      'ref: main',
      'ref: /services/demo/namespaces/demo-prod.yml',
      `ref: ${stated.c1}`,
      'ref: /services/demo/namespaces/demo-prod-billing.yml',
      `ref: ${stated.c1}`,
    ]);
  });

  it('is what comes out: digests of images, and which commit they are of', async () => {
    const stated = await ids();
    const snapshots = await items(
      '/konflux-cluster/apis/appstudio.redhat.com/v1alpha1/namespaces/demo-tenant/snapshots',
    );
    for (const name of ['c1', 'c2', 'c3', 'c4', 'c5']) {
      for (const tag of [String(stated[name]), String(stated[name]).slice(0, 7)]) {
        const { headers, status, body } = await current().ask(
          `/quay/v2/demo-org/demo-backend/manifests/${tag}`,
        );
        expect(status).toBe(200);
        expect(at(body, 'manifests')).toHaveLength(2);
        const digest = headers.get('docker-content-digest');
        const image = `quay.io/demo-org/demo-backend@${digest}`;
        const found = snapshots.find(
          (one) => at(one, 'spec.components.0.source.git.revision') === stated[name],
        );
        expect(at(found, 'spec.components.0.containerImage')).toBe(image);
      }
    }
  });

  it('has an image of c6 when its build has ended', async () => {
    const { c6 = '' } = await ids();
    const build =
      '/konflux-cluster/apis/tekton.dev/v1/namespaces/demo-tenant/pipelineruns/demo-backend-on-push-shipc6';
    const image = () => current().ask(`/quay/v2/demo-org/demo-backend/manifests/${c6}`);
    expect(at(await item(build), 'status.conditions.0.status')).toBe('Unknown');
    expect((await image()).status).toBe(404);
    await current().to('2026-06-25T12:12:00Z');
    const done = await item(build);
    expect(at(done, 'status.conditions.0.status')).toBe('True');
    expect(at(done, 'status.results.1.value')).toBe((await image()).headers.get('docker-content-digest'));
  });
});

describe('a release by way of app-interface', () => {
  it('goes from the branch of the fork to the pods, and back again', async () => {
    const { c1 = '', c4 = '' } = await ids();
    const head = await push('release-demo', 'demo-prod', c1, c4);
    const opened = await open('release-demo', { labels: 'release' });
    expect(opened.status).toBe(201);
    const iid = Number(at(opened.body, 'iid'));
    const request = `${project(UPSTREAM)}/merge_requests/${iid}`;
    expect(opened.body).toMatchObject({
      sha: head,
      state: 'opened',
      source_project_id: 7003,
      project_id: 7002,
    });
    expect(at(opened.body, 'labels')).toEqual(['release', 'saas-file-update']);
    expect((await current().ask(`${request}/diffs`)).body).toMatchObject([
      {
        new_path: FILE,
        new_file: false,
        diff: expect.stringContaining(`-    ref: ${c1}\n+    ref: ${c4}\n`),
      },
    ]);
    expect((await open('release-demo')).status).toBe(409);

    await current().to('2026-06-25T12:10:00Z');
    expect(at(await item(request), 'head_pipeline.status')).toBe('success');
    await current().to('2026-06-25T12:59:59Z');
    expect(at(await item(`${request}/approvals`), 'approved_by.0.user.username')).toBe('ada');
    expect(await item(request)).toMatchObject({
      state: 'opened',
      labels: ['release', 'saas-file-update', 'self-serviceable', 'lgtm', 'bot/approved'],
    });
    const before = await refs(UPSTREAM);

    await current().to('2026-06-25T13:00:00Z');
    const merged = await item(request);
    expect(merged).toMatchObject({ state: 'merged', merged_at: '2026-06-25T13:00:00Z', sha: head });
    const after = await refs(UPSTREAM);
    expect(after['refs/heads/master']).toBe(at(merged, 'merge_commit_sha'));
    using checkout = new Checkout(current());
    await checkout.clone(UPSTREAM);
    expect(await checkout.git('log', '-1', '--format=%an|%cI|%P')).toBe(
      `The merging bot|2026-06-25T13:00:00+00:00|${before['refs/heads/master']} ${head}`,
    );
    expect(at((await current().ask(`${request}/changes`)).body, 'changes')).toHaveLength(1);

    const deployed = () => items(`${RUNS}?labelSelector=qontract.target_ref=${c4}`);
    expect(await deployed()).toEqual([]);
    await current().to('2026-06-25T13:02:00Z');
    const [run, ...others] = await deployed();
    expect(others).toEqual([]);
    expect(at(run, 'metadata.labels')).toMatchObject({
      'qontract.saas_file_name': 'demo-backend',
      'qontract.env_name': 'demo-production-env',
    });
    expect(at(run, 'status.conditions.0.status')).toBe('Unknown');

    const deployment = `${APPS}/demo-prod/deployments/demo-backend`;
    const image = 'spec.template.spec.containers.0.image';
    await current().to('2026-06-25T13:05:59Z');
    expect(at(await item(deployment), image)).toBe(`quay.io/demo-org/demo-backend:${c1.slice(0, 7)}`);
    await current().to('2026-06-25T13:06:30Z');
    expect(await item(deployment)).toMatchObject({
      metadata: { generation: 2, annotations: { 'deployment.kubernetes.io/revision': '14' } },
      status: { observedGeneration: 2, updatedReplicas: 2, unavailableReplicas: 2, replicas: 4 },
    });
    await current().to('2026-06-25T13:08:00Z');
    expect(at((await deployed())[0], 'status.conditions.0.status')).toBe('True');
    const wanted = `quay.io/demo-org/demo-backend:${c4.slice(0, 7)}`;
    expect(at(await item(deployment), image)).toBe(wanted);
    expect(at(await item(deployment), 'status')).toMatchObject({
      replicas: 2,
      readyReplicas: 2,
      updatedReplicas: 2,
      availableReplicas: 2,
    });
    expect(at(await item(deployment), 'status.unavailableReplicas')).toBeUndefined();
    const podsOf = () =>
      items('/apps-cluster/api/v1/namespaces/demo-prod/pods?labelSelector=app=demo-backend');
    const { headers } = await current().ask(`/quay/v2/demo-org/demo-backend/manifests/${c4}`);
    expect((await podsOf()).map((pod) => at(pod, 'status.containerStatuses.0'))).toMatchObject(
      Array.from({ length: 2 }, () => ({
        ready: true,
        image: wanted,
        imageID: `quay.io/demo-org/demo-backend@${headers.get('docker-content-digest')}`,
      })),
    );
    const sets = await items(`${APPS}/demo-prod/replicasets?labelSelector=app=demo-backend`);
    expect(sets.map((set) => at(set, 'spec.replicas')).sort()).toEqual([0, 2]);
    expect(at(await item(`${APPS}/demo-prod-billing/deployments/demo-backend`), image)).toContain(
      c1.slice(0, 7),
    );

    await push('rollback-demo', 'demo-prod', c4, c1);
    expect((await open('rollback-demo')).status).toBe(201);
    await current().control('/clock', { advance: '70m' });
    expect(at(await item(deployment), image)).toBe(`quay.io/demo-org/demo-backend:${c1.slice(0, 7)}`);
    // The ReplicaSet of the old version takes over again.
    const later = await items(`${APPS}/demo-prod/replicasets?labelSelector=app=demo-backend`);
    expect(later).toHaveLength(2);
    expect((await podsOf()).map((pod) => at(pod, 'status.containerStatuses.0.image'))).toEqual(
      Array.from({ length: 2 }, () => `quay.io/demo-org/demo-backend:${c1.slice(0, 7)}`),
    );
    expect((await current().effects()).map(({ kind }) => kind)).toEqual([
      'ref_updated',
      'merge_request_created',
      'ref_updated',
      'merge_request_created',
    ]);
  });

  it('is merged once, and the same way however the clock moves there', async () => {
    const { c1 = '', c4 = '' } = await ids();
    const heads: unknown[] = [];
    for (const stops of [
      ['2026-06-25T15:00:00Z'],
      ['2026-06-25T12:30:00Z', '2026-06-25T13:30:00Z', '2026-06-25T15:00:00Z'],
    ]) {
      await reset();
      using checkout = new Checkout(current());
      await checkout.clone(UPSTREAM);
      await push('release-demo', 'demo-prod', c1, c4);
      await open('release-demo');
      for (const stop of stops) await current().to(stop);
      await checkout.git('fetch', '--quiet');
      heads.push(await checkout.git('log', '-1', '--format=%cI %T', 'origin/master'));
      const pods = await items(
        '/apps-cluster/api/v1/namespaces/demo-prod/pods?labelSelector=app=demo-backend',
      );
      expect(pods.map((pod) => at(pod, 'status.startTime'))).toEqual(Array(2).fill('2026-06-25T13:06:02Z'));
    }
    expect(heads[0]).toBe(heads[1]);
  });

  it('is refused where the branch is not in the fork, and upstream takes no push', async () => {
    expect((await open('nothing-there')).status).toBeGreaterThanOrEqual(400);
    using checkout = new Checkout(current());
    await checkout.clone(UPSTREAM);
    await checkout.change('mine', 'mine', { 'README.md': 'x' });
    expect(await refusal(checkout.git('push', 'origin', 'mine'))).toContain('403');
    expect(await current().effects()).toEqual([]);
  });

  it('stays open where upstream has moved in the same line', async () => {
    const { c1 = '', c2 = '', c4 = '' } = await ids();
    await push('release-demo', 'demo-prod', c1, c4);
    const opened = await open('release-demo');
    const text = String(at(await file(), ''));
    const other = {
      message: 'somebody else',
      at: '2026-06-25T12:30:00Z',
      branch: 'master',
      files: { [FILE]: text.replaceAll(c1, c2) },
    };
    const patch = { git: { repositories: { [UPSTREAM]: { commits: { other } } } } };
    expect((await current().control('/scenario', { patch })).status).toBe(200);
    await current().to('2026-06-25T14:00:00Z');
    const request = await item(`${project(UPSTREAM)}/merge_requests/${at(opened.body, 'iid')}`);
    expect(request).toMatchObject({ state: 'opened', has_conflicts: true });
    // What somebody else brought in is rolled out as well: production and billing.
    expect(await items(`${RUNS}?labelSelector=qontract.target_ref=${c2}`)).toHaveLength(2);
  });

  it('of a commit without an image leaves the old pods where they are', async () => {
    const { c1 = '', c6 = '' } = await ids();
    await push('release-demo', 'demo-prod', c1, c6);
    await open('release-demo');
    const tags = { 'demo-org/demo-backend': { [c6.slice(0, 7)]: null } };
    await current().control('/scenario', { patch: { registry: { tags } } });
    await current().to('2026-06-25T13:30:00Z');
    const pods = await items('/apps-cluster/api/v1/namespaces/demo-prod/pods?labelSelector=app=demo-backend');
    const states = pods.map((pod) => at(pod, 'status.containerStatuses.0.state.waiting.reason') ?? 'running');
    expect(states.sort()).toEqual(['ImagePullBackOff', 'ImagePullBackOff', 'running', 'running']);
    const conditions = at(await item(`${APPS}/demo-prod/deployments/demo-backend`), 'status.conditions');
    expect(conditions).toContainEqual(
      expect.objectContaining({ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }),
    );
  });

  async function file() {
    const { text } = await current().ask(
      `${project(UPSTREAM)}/repository/files/${encodeURIComponent(FILE)}/raw?ref=master`,
    );
    return { '': text };
  }
});
