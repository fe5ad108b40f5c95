import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const APPSTUDIO = '/konflux-cluster/apis/appstudio.redhat.com/v1alpha1';
const TENANT = `${APPSTUDIO}/namespaces/demo-tenant`;
const RUNS = '/konflux-cluster/apis/tekton.dev/v1/namespaces/demo-tenant/pipelineruns';
const STAGE = '/apps-cluster/api/v1/namespaces/demo-stage';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const READER = { authorization: 'Bearer token-of-the-demo-reader' };

const { current, reset } = bench('konflux-team');
beforeEach(reset);

const get = (path: string, headers: Record<string, string> = {}) => current().ask(path, { headers });
const merge = (path: string, json: object) => current().ask(path, { method: 'PATCH', headers: MERGE, json });
const names = async (path: string) => {
  const items = at((await get(path)).body, 'items');
  return Array.isArray(items) ? items.map((item) => at(item, 'metadata.name')) : items;
};
const release = (more: object = {}) => ({
  apiVersion: 'appstudio.redhat.com/v1alpha1',
  kind: 'Release',
  metadata: {
    generateName: 'demo-app-manual-',
    labels: { 'release.appstudio.openshift.io/automated': 'false' },
  },
  spec: { releasePlan: 'demo-app-prod', snapshot: 'demo-app-20260624-081500-000' },
  ...more,
});

describe('who calls', () => {
  it('is told what it is', async () => {
    const review = await current().post('/konflux-cluster/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      json: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    });
    expect(review.status).toBe(201);
    expect(at(review.body, 'status.userInfo')).toMatchObject({
      username: 'demo-user',
      groups: ['demo-team', 'system:authenticated'],
    });
    expect(await current().requests()).toMatchObject([{ expected: true, mutating: false }]);
  });

  it('without a token sees the version and nothing else', async () => {
    expect((await current().ask('/konflux-cluster/version', { auth: false })).body).toMatchObject({
      gitVersion: 'v1.32.7',
    });
    const refused = await current().ask(`${TENANT}/releases`, { auth: false });
    expect(refused.status).toBe(403);
    expect(at(refused.body, 'message')).toBe(
      'releases.appstudio.redhat.com is forbidden: User "system:anonymous" cannot list resource "releases" in API group "appstudio.redhat.com" in the namespace "demo-tenant"',
    );
    expect((await current().ask('/konflux-cluster/apis', { auth: false })).status).toBe(403);
  });

  it('has a token that runs out', async () => {
    await current().control('/scenario', {
      patch: {
        kubernetes: {
          'konflux-cluster': {
            token: [{ value: 'valid' }, { at: '2026-06-25T13:00:00Z', value: 'expired' }],
          },
        },
      },
    });
    expect((await get(`${TENANT}/releases`)).status).toBe(200);
    await current().to('2026-06-25T13:00:00Z');
    expect((await get(`${TENANT}/releases`)).body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    });
    expect((await get(`${STAGE}/pods`)).status).toBe(200);
  });

  it('may not do what the scenario forbids it', async () => {
    const path = `${APPSTUDIO}/namespaces/managed-demo-tenant/releaseplanadmissions`;
    expect((await get(path)).status).toBe(200);
    const list = await get(path, READER);
    expect(list.status).toBe(403);
    expect(at(list.body, 'message')).toBe(
      'releaseplanadmissions.appstudio.redhat.com is forbidden: User "demo-reader" cannot list resource "releaseplanadmissions" in API group "appstudio.redhat.com" in the namespace "managed-demo-tenant"',
    );
    const one = await get(`${path}/demo-app-prod`, READER);
    expect(at(one.body, 'message')).toContain(
      'releaseplanadmissions.appstudio.redhat.com "demo-app-prod" is forbidden: User "demo-reader" cannot get',
    );
    // Who may not see one namespace may not see them all.
    expect(at((await get(`${APPSTUDIO}/releaseplanadmissions`, READER)).body, 'message')).toMatch(
      /at the cluster scope$/,
    );
    expect((await get(`${TENANT}/releases`, READER)).status).toBe(200);
    const log = await get(
      '/konflux-cluster/api/v1/namespaces/managed-demo-tenant/pods/managed-bad1-verify-conforma-pod/log',
      READER,
    );
    expect(at(log.body, 'message')).toContain('cannot get resource "pods/log" in API group ""');
  });
});

describe('discovery', () => {
  it('lists groups, their versions and their resources', async () => {
    expect((await get('/konflux-cluster/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    const groups = at((await get('/konflux-cluster/apis')).body, 'groups');
    expect(groups).toContainEqual({
      name: 'appstudio.redhat.com',
      versions: ['v1beta2', 'v1beta1', 'v1alpha1'].map((version) => ({
        groupVersion: `appstudio.redhat.com/${version}`,
        version,
      })),
      preferredVersion: { groupVersion: 'appstudio.redhat.com/v1beta2', version: 'v1beta2' },
    });
    expect((await get('/konflux-cluster/apis/tekton.dev')).body).toMatchObject({
      kind: 'APIGroup',
      preferredVersion: { version: 'v1' },
    });
    const served = async (path: string) => {
      const resources = at((await get(path)).body, 'resources');
      return Array.isArray(resources) ? resources.map((one) => at(one, 'name')) : [];
    };
    expect(await served(APPSTUDIO)).toContain('releases/status');
    expect(await served('/apps-cluster/apis/apps/v1')).toContain('deployments/scale');
    expect(await served('/konflux-cluster/api/v1')).toContain('pods/log');
    expect(await served('/apps-cluster/apis/cloud.redhat.com/v1alpha1')).toContain('namespacereservations');
    // What one cluster has the other has not.
    expect((await get('/konflux-cluster/apis/cloud.redhat.com/v1alpha1')).status).toBe(404);
    expect((await get('/apps-cluster/apis/appstudio.redhat.com/v1alpha1/releases')).status).toBe(404);
  });

  it('does not know what nobody thought of', async () => {
    expect((await get('/konflux-cluster/openapi/v2')).status).toBe(501);
    expect((await current().ask(`${TENANT}/releases`, { method: 'DELETE' })).status).toBe(501);
    expect(await current().requests()).toMatchObject([
      { expected: false },
      { expected: false, mutating: true },
    ]);
  });
});

describe('lists', () => {
  it('of built-in types leave out what the list says, those of custom ones repeat it', async () => {
    const pods = await get(`${STAGE}/pods?fieldSelector=status.phase%3DRunning&limit=1`);
    expect(pods.body).toMatchObject({ kind: 'PodList', apiVersion: 'v1' });
    expect(at(pods.body, 'items.0')).not.toHaveProperty('kind');
    expect(at(pods.body, 'metadata')).not.toHaveProperty('remainingItemCount');
    const releases = await get(`${TENANT}/releases?limit=2`);
    expect(at(releases.body, 'items.0')).toMatchObject({ kind: 'Release' });
    expect(at(releases.body, 'metadata')).toMatchObject({ remainingItemCount: 3 });
  });

  it('select events by what they are about', async () => {
    const field = encodeURIComponent('involvedObject.name=demo-ui-5b8c9d7f6-zz8wd,type=Warning');
    expect(await names(`${STAGE}/events?fieldSelector=${field}`)).toEqual(['demo-ui-5b8c9d7f6-zz8wd.18f1']);
  });

  it('show a custom resource in each version that is served', async () => {
    for (const version of ['v1', 'v1beta1']) {
      const { body } = await get(
        `/konflux-cluster/apis/tekton.dev/${version}/namespaces/demo-tenant/pipelineruns`,
      );
      expect(at(body, 'items.0.apiVersion')).toBe(`tekton.dev/${version}`);
    }
  });

  it('refuse a version that is still to come, and a token that is none', async () => {
    expect((await get(`${TENANT}/releases?resourceVersion=999999`)).status).toBe(504);
    expect((await get(`${TENANT}/releases?resourceVersion=abc`)).status).toBe(400);
    expect((await get(`${TENANT}/releases?continue=nonsense`)).status).toBe(400);
  });
});

describe('a release', () => {
  it('gets labels, a grace period and a name, and is journaled once', async () => {
    const created = await current().post(`${TENANT}/releases`, { json: release() });
    expect(created.status).toBe(201);
    const name = String(at(created.body, 'metadata.name'));
    expect(name).toMatch(/^demo-app-manual-[a-z0-9]{5}$/);
    expect(created.body).toMatchObject({
      metadata: {
        creationTimestamp: '2026-06-25T12:00:00Z',
        labels: {
          'release.appstudio.openshift.io/automated': 'false',
          'release.appstudio.openshift.io/author': 'demo-user',
          'release.appstudio.openshift.io/snapshot': 'demo-app-20260624-081500-000',
          'release.appstudio.openshift.io/releasePlan': 'demo-app-prod',
        },
      },
      spec: { gracePeriodDays: 7 },
    });
    expect(await current().effects()).toMatchObject([
      {
        system: 'konflux-cluster',
        kind: 'object_created',
        key: `releases.appstudio.redhat.com/demo-tenant/${name}`,
        data: {
          kind: 'Release',
          namespace: 'demo-tenant',
          name,
          object: { spec: { releasePlan: 'demo-app-prod' } },
        },
      },
    ]);
    expect(await current().requests()).toMatchObject([{ method: 'POST', status: 201, mutating: true }]);
  });

  it('of the integration service has no author of its own', async () => {
    const labels = { 'release.appstudio.openshift.io/automated': 'true' };
    const { body } = await current().post(`${TENANT}/releases`, {
      json: release({ metadata: { name: 'auto', labels } }),
    });
    expect(Object.keys(Object(at(body, 'metadata.labels')))).not.toContain(
      'release.appstudio.openshift.io/author',
    );
  });

  it('cannot be changed, nor can what its labels say', async () => {
    const path = `${TENANT}/releases/demo-rel-ok`;
    const refused = await merge(path, { spec: { snapshot: 'other' } });
    expect(refused.status).toBe(403);
    expect(at(refused.body, 'message')).toBe(
      'admission webhook "vrelease.kb.io" denied the request: release resources spec cannot be updated',
    );
    const label = (name: string) =>
      merge(path, { metadata: { labels: { [`release.appstudio.openshift.io/${name}`]: 'x' } } });
    expect(at((await label('author')).body, 'message')).toContain('release author label cannot be updated');
    expect(at((await label('snapshot')).body, 'message')).toContain(
      'release snapshot label cannot be updated',
    );
    expect((await label('other')).status).toBe(200);
    const [effect] = await current().effects();
    expect(effect).toMatchObject({
      kind: 'object_patched',
      data: { patch: { metadata: { labels: { 'release.appstudio.openshift.io/other': 'x' } } } },
    });
    expect(effect?.data).not.toHaveProperty('subresource');
  });

  it('is tried without being made', async () => {
    const dry = await current().post(`${TENANT}/releases?dryRun=All`, { json: release() });
    expect(dry.status).toBe(201);
    expect(at(dry.body, 'metadata.labels')).toHaveProperty(['release.appstudio.openshift.io/author']);
    const wrong = await current().post(`${TENANT}/releases?dryRun=All`, {
      json: release({ spec: { snapshot: 'a' } }),
    });
    expect(wrong.status).toBe(422);
    expect(at(wrong.body, 'message')).toMatch(
      /^Release\.appstudio\.redhat\.com "demo-app-manual-\w{5}" is invalid: spec\.releasePlan: Required value$/,
    );
    expect(await current().effects()).toEqual([]);
    expect(await current().requests()).toMatchObject([{ mutating: false }, { mutating: false }]);
    expect(await names(`${TENANT}/releases`)).toHaveLength(5);
  });

  it('says what it did not know, or refuses it', async () => {
    const json = release({ spec: { ...release().spec, colour: 'blue' } });
    const warned = await current().post(`${TENANT}/releases`, { json });
    expect(warned.headers.get('warning')).toBe(String.raw`299 - "unknown field \"spec.colour\""`);
    const strict = await current().post(`${TENANT}/releases?fieldValidation=Strict`, { json });
    expect(strict).toMatchObject({ status: 400 });
    expect(at(strict.body, 'message')).toBe('strict decoding error: unknown field "spec.colour"');
  });
});

describe('other rules', () => {
  it('of plans: exactly one parent; released automatically when nobody said otherwise', async () => {
    const plan = (spec: object, metadata: object = {}) =>
      current().post(`${TENANT}/releaseplans`, {
        json: {
          apiVersion: 'appstudio.redhat.com/v1alpha1',
          kind: 'ReleasePlan',
          metadata: { name: 'another', ...metadata },
          spec,
        },
      });
    const both = await plan({ application: 'demo-app', componentGroup: 'demo-group' });
    expect(at(both.body, 'details.causes.0')).toEqual({
      reason: 'FieldValueInvalid',
      message: 'Invalid value: "object": exactly one of application or componentGroup must be specified',
      field: 'spec',
    });
    const made = await plan({ application: 'demo-app' });
    expect(at(made.body, 'metadata.labels')).toEqual({
      'release.appstudio.openshift.io/auto-release': 'true',
    });
    expect(at(made.body, 'spec.releaseGracePeriodDays')).toBe(7);
  });

  it('of snapshots: their images stay', async () => {
    const path = `${TENANT}/snapshots/demo-app-20260624-081500-000`;
    const refused = await merge(path, { spec: { components: [] } });
    expect(refused.status).toBe(403);
    expect(at(refused.body, 'message')).toContain('components field is immutable');
    expect((await merge(path, { spec: { displayName: 'Noon' } })).status).toBe(200);
  });

  it('of runs: what is done is done', async () => {
    const refused = await merge(`${RUNS}/demo-backend-on-push-b1ok`, { spec: { status: 'Cancelled' } });
    expect(refused.status).toBe(400);
    expect(at(refused.body, 'message')).toBe(
      'admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: validation failed: invalid value: Once the PipelineRun is complete, no updates are allowed: spec',
    );
    const running = `${RUNS}/demo-backend-on-push-b2run`;
    expect(at((await merge(running, { spec: { params: [] } })).body, 'message')).toContain(
      'only status updates',
    );
    expect(at((await merge(running, { spec: { status: 'Stop' } })).body, 'message')).toContain(
      'Stop should be Cancelled, CancelledRunFinally, StoppedRunFinally or PipelineRunPending: spec.status',
    );
    expect(
      (await merge(`${RUNS}/demo-backend-on-push-b1ok`, { metadata: { labels: { a: 'b' } } })).status,
    ).toBe(200);
  });
});

describe('deleting', () => {
  it('takes what belongs to it along, unless it is told not to', async () => {
    const tasks = '/konflux-cluster/apis/tekton.dev/v1/namespaces/demo-tenant/taskruns';
    const owned = () => names(`${tasks}?labelSelector=tekton.dev%2FpipelineRun%3Ddemo-ui-on-push-d2bad`);
    expect(await owned()).toHaveLength(2);
    const path = `${RUNS}/demo-ui-on-push-d2bad`;
    expect((await current().ask(`${path}?propagationPolicy=Sometimes`, { method: 'DELETE' })).status).toBe(
      422,
    );
    const gone = await current().ask(path, { method: 'DELETE', json: { propagationPolicy: 'Foreground' } });
    expect(gone.body).toMatchObject({ kind: 'Status', status: 'Success', details: { kind: 'pipelineruns' } });
    expect(await owned()).toEqual([]);
    expect(await current().effects()).toMatchObject([
      {
        kind: 'object_deleted',
        key: 'pipelineruns.tekton.dev/demo-tenant/demo-ui-on-push-d2bad',
        data: { propagationPolicy: 'Foreground' },
      },
    ]);
    await reset();
    await current().ask(path, { method: 'DELETE', json: { propagationPolicy: 'Orphan' } });
    expect(await owned()).toHaveLength(2);
  });

  it('of a namespace takes everything in it', async () => {
    await current().ask(STAGE, { method: 'DELETE' });
    expect(await names('/apps-cluster/apis/apps/v1/deployments')).toEqual(['demo-backend', 'demo-ui']);
    expect((await get(STAGE)).status).toBe(404);
  });
});
