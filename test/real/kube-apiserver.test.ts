import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ApiServer, startApiServer } from './support/kube-apiserver.ts';
import { type Asked, call, lines } from './support/kube-call.ts';
import { type Definition, definitionsIn, type KubeObject, objectsIn } from './support/kube-content.ts';
import { needs, needsVariable } from './support/needs.ts';

const server = needsVariable('KUBE_APISERVER', 'etcd', 'openssl');
const corpus = needsVariable('SLUICE_CORPUS');
const crds = join(process.env.SLUICE_CORPUS ?? '', 'konflux/crds');
const objects = join(process.env.SLUICE_CORPUS ?? '', 'konflux/objects');
const MERGE = 'application/merge-patch+json';

function pathOf(definitions: readonly Definition[], object: KubeObject, namespace?: string): string {
  const [group = '', version = ''] = object.apiVersion.split('/');
  const found = definitions.find(({ spec }) => spec.group === group && spec.names.kind === object.kind);
  if (found === undefined) throw new Error(`no definition of ${object.apiVersion} ${object.kind}`);
  const space = namespace ?? String(object.metadata.namespace);
  return `/apis/${group}/${version}/namespaces/${space}/${found.spec.names.plural}`;
}

function releaseIn(folder: string): KubeObject {
  const release = objectsIn(folder).find(({ kind }) => kind === 'Release');
  if (release === undefined) throw new Error('no Release was recorded');
  return release;
}

describe.skipIf(server.absent)(`a real kube-apiserver ${server.words}`, () => {
  let api: ApiServer;
  beforeAll(async () => {
    api = await startApiServer({ crds: undefined });
  });
  afterAll(() => api?.close());
  const as = (token: string, asked: Asked = {}) => ({ ...asked, token });
  const CONFIGS = '/api/v1/namespaces/default/configmaps';
  const config = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

  it('lets the admin in, and names a wrong, a missing and an expired login', async () => {
    expect((await call(api, 'GET', CONFIGS, as(api.token))).status).toBe(200);
    for (const token of ['wrong', api.expiredToken]) {
      const refused = await call(api, 'GET', CONFIGS, as(token));
      expect(refused.body).toMatchObject({ kind: 'Status', code: 401, reason: 'Unauthorized' });
    }
    // Who says nothing is system:anonymous, and that one has no rights.
    expect((await call(api, 'GET', CONFIGS)).status).toBe(403);
  });

  it('takes the same service account while its token lasts', async () => {
    const answer = await call(api, 'GET', CONFIGS, as(api.machineToken));
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({
      message: expect.stringContaining('system:serviceaccount:default:machine'),
    });
  });

  it('gives the reader what Konflux has and nothing else', async () => {
    const refused = await call(api, 'GET', '/api/v1/namespaces/default/secrets', as(api.readerToken));
    expect(refused.body).toMatchObject({
      kind: 'Status',
      code: 403,
      reason: 'Forbidden',
      details: { kind: 'secrets' },
    });
  });

  it('says 410 for a place in a list that was compacted away', async () => {
    for (const name of ['one', 'two', 'three']) {
      await call(api, 'POST', CONFIGS, as(api.token, { body: config(name) }));
    }
    const first = await call(api, 'GET', `${CONFIGS}?limit=1`, as(api.token));
    const { metadata } = first.body as { metadata: { continue: string } };
    await call(api, 'POST', CONFIGS, as(api.token, { body: config('four') }));
    await api.compact();
    const next = `${CONFIGS}?limit=1&continue=${encodeURIComponent(metadata.continue)}`;
    expect((await call(api, 'GET', next, as(api.token))).body).toMatchObject({
      kind: 'Status',
      code: 410,
      reason: 'Expired',
    });
  });

  it('writes a kubeconfig that a client can use', async () => {
    const written = parse(readFileSync(api.kubeconfig, 'utf8')) as Record<string, unknown>;
    expect(written).toMatchObject({
      'current-context': 'admin',
      clusters: [{ cluster: { server: api.url } }],
      contexts: [{ name: 'admin' }, { name: 'reader' }, { name: 'expired' }],
    });
  });

  it.skipIf(needs('kubectl').absent)('is what kubectl speaks to (needs kubectl)', async () => {
    const kubectl = async (...args: string[]) =>
      await promisify(execFile)('kubectl', ['--kubeconfig', api.kubeconfig, ...args]);
    expect((await kubectl('get', 'namespaces', '-o', 'name')).stdout).toContain('namespace/default');
    await expect(kubectl('--context', 'expired', 'get', 'namespaces')).rejects.toThrow(
      /logged in|nauthorized/,
    );
  });
});

const both = { absent: server.absent || corpus.absent, words: '(needs KUBE_APISERVER, etcd, SLUICE_CORPUS)' };

describe.skipIf(both.absent)(`Konflux on a real kube-apiserver ${both.words}`, () => {
  let api: ApiServer;
  let definitions: Definition[];
  beforeAll(async () => {
    api = await startApiServer({ crds });
    definitions = definitionsIn(crds);
    const namespaces = new Set(objectsIn(objects).map(({ metadata }) => String(metadata.namespace)));
    for (const name of namespaces) {
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      await call(api, 'POST', '/api/v1/namespaces', { token: api.token, body });
    }
  });
  afterAll(() => api?.close());

  it('serves every definition', async () => {
    expect(definitions.length).toBeGreaterThanOrEqual(15);
    for (const { spec } of definitions) {
      for (const { name, served } of spec.versions.filter((version) => version.served)) {
        const path = `/apis/${spec.group}/${name}/${spec.names.plural}`;
        const { status } = await call(api, 'GET', path, { token: api.token });
        expect({ path, served, status }).toEqual({ path, served: true, status: 200 });
      }
    }
  });

  it('takes every recorded object, and its status through the subresource alone', async () => {
    const recorded = objectsIn(objects);
    expect(recorded.length).toBeGreaterThanOrEqual(20);
    for (const { status, ...object } of recorded) {
      const { creationTimestamp: _, ...metadata } = object.metadata;
      const path = pathOf(definitions, object);
      const created = await call(api, 'POST', path, { token: api.token, body: { ...object, status } });
      expect(created, path).toMatchObject({ status: 201 });
      expect(created.body).not.toHaveProperty('status.conditions');
      if (status !== undefined) {
        const patched = await call(api, 'PATCH', `${path}/${metadata.name}/status`, {
          token: api.token,
          type: MERGE,
          body: { status },
        });
        expect(patched, path).toMatchObject({ status: 200 });
      }
      // Nothing that was recorded was pruned.
      const read = await call(api, 'GET', `${path}/${metadata.name}`, { token: api.token });
      expect(read.body).toMatchObject({ ...object, metadata, ...(status === undefined ? {} : { status }) });
      // Some are two states of one object.
      const gone = await call(api, 'DELETE', `${path}/${metadata.name}`, { token: api.token });
      expect(gone.status, path).toBe(200);
    }
  });

  it('refuses a wrong object and names the field', async () => {
    const release = releaseIn(objects);
    const body = { ...release, metadata: { name: 'wrong' }, spec: { snapshot: 7 } };
    const answer = await call(api, 'POST', pathOf(definitions, release), { token: api.token, body });
    expect(answer.status).toBe(422);
    const { details } = answer.body as { details: { causes: { field: string; message: string }[] } };
    expect(answer.body).toMatchObject({
      kind: 'Status',
      reason: 'Invalid',
      details: { name: 'wrong', kind: 'Release' },
    });
    expect(details.causes.map(({ field }) => field).sort()).toEqual(['spec.releasePlan', 'spec.snapshot']);
  });

  it('says 410 for a watch from before what it knows', async () => {
    const release = releaseIn(objects);
    const path = `${pathOf(definitions, release)}?watch=1&resourceVersion=1`;
    const [event] = await lines(api, path, { token: api.token }, () => true);
    expect(event).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
  });

  it('lets the reader look at releases and change none', async () => {
    const release = releaseIn(objects);
    const path = pathOf(definitions, release);
    expect((await call(api, 'GET', path, { token: api.readerToken })).status).toBe(200);
    const patched = await call(api, 'PATCH', `${path}/${release.metadata.name}`, {
      token: api.readerToken,
      type: MERGE,
      body: { metadata: { labels: { a: 'b' } } },
    });
    expect(patched.body).toMatchObject({ kind: 'Status', code: 403, reason: 'Forbidden' });
  });
});
