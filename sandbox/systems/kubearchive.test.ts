import { describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const TENANT = '/kubearchive/apis/appstudio.redhat.com/v1alpha1/namespaces/demo-tenant';
const TEKTON = '/kubearchive/apis/tekton.dev/v1/namespaces/demo-tenant';

const { current } = bench('konflux-team');
const get = (path: string) => current().ask(path);

describe('the archive', () => {
  it('keeps what the cluster has pruned, at the same paths', async () => {
    const pruned = await get(`${TENANT}/releases/demo-rel-old`);
    expect(pruned.body).toMatchObject({
      kind: 'Release',
      status: { completionTime: '2026-06-02T12:21:00Z' },
    });
    expect(
      (await get(`${TENANT.replace('kubearchive', 'konflux-cluster')}/releases/demo-rel-old`)).status,
    ).toBe(404);
    const uid = at(pruned.body, 'metadata.uid');
    expect((await get(`${TENANT}/releases/uid/${uid}`)).body).toEqual(pruned.body);
  });

  it('lists without versions', async () => {
    const list = await get(
      `${TEKTON}/pipelineruns?labelSelector=appstudio.openshift.io%2Fcomponent%3Ddemo-backend`,
    );
    expect(list.body).toMatchObject({ kind: 'List', apiVersion: 'v1', metadata: { continue: '' } });
    expect(at(list.body, 'items')).toHaveLength(1);
    expect(at((await get(`${TEKTON}/pipelineruns?name=*-on-push-*`)).body, 'items')).toHaveLength(1);
    expect(at((await get(`${TEKTON}/pipelineruns?name=other*`)).body, 'items')).toEqual([]);
    const until = (when: string) => get(`${TEKTON}/pipelineruns?creationTimestampBefore=${when}`);
    expect(at((await until('2026-06-02T10:00:01Z')).body, 'items')).toHaveLength(1);
    expect(at((await until('2026-06-02T10:00:00Z')).body, 'items')).toEqual([]);
  });

  it('gives pages, the newest first', async () => {
    const object = (name: string, created: string) => ({
      apiVersion: 'appstudio.redhat.com/v1alpha1',
      kind: 'Snapshot',
      metadata: { name, namespace: 'demo-tenant', creationTimestamp: created },
      spec: { application: 'demo-app' },
    });
    const old = [
      object('a', '2026-06-01T00:00:00Z'),
      object('b', '2026-06-03T00:00:00Z'),
      object('c', '2026-06-02T00:00:00Z'),
    ];
    await current().control('/scenario', { patch: { kubernetes: { kubearchive: { objects: { old } } } } });
    const first = await get(`${TENANT}/snapshots?limit=2`);
    expect([0, 1].map((n) => at(first.body, `items.${n}.metadata.name`))).toEqual(['b', 'c']);
    const next = encodeURIComponent(String(at(first.body, 'metadata.continue')));
    const last = await get(`${TENANT}/snapshots?limit=2&continue=${next}`);
    expect(last.body).toMatchObject({ items: [{ metadata: { name: 'a' } }], metadata: { continue: '' } });
    expect((await get(`${TENANT}/snapshots?continue=nonsense`)).body).toEqual({
      message: 'bad continue token',
    });
    expect((await get(`${TENANT}/snapshots?limit=1001`)).status).toBe(400);
  });

  it('finds the log of a run through its pod', async () => {
    const log = `${TEKTON}/pipelineruns/demo-backend-on-push-b7old/log`;
    expect((await get(log)).text).toContain('no space left on device');
    expect((await get(`${log}?container=step-build`)).status).toBe(200);
    expect((await get(`${TEKTON}/pipelineruns/nothing/log`)).status).toBe(404);
  });

  it('refuses in words of its own', async () => {
    const path = `${TENANT}/releases/nothing`;
    expect(await get(path)).toMatchObject({ status: 404, body: { message: 'resource not found' } });
    expect(await get(`${TENANT}/things`)).toMatchObject({
      status: 404,
      body: { message: 'unable to find the API resource things in the Kubernetes cluster' },
    });
    expect(await current().ask(path, { auth: false })).toMatchObject({ status: 400 });
    const wrong = await current().ask(path, { headers: { authorization: 'Bearer wrong' } });
    expect(wrong).toMatchObject({ status: 401, body: { message: 'authentication failed' } });
    await current().control('/scenario', {
      patch: {
        kubernetes: { kubearchive: { users: { 'demo-user': { forbidden: [{ resource: 'releases' }] } } } },
      },
    });
    expect(await get(path)).toMatchObject({ status: 401, body: { message: 'unauthorized' } });
  });

  it('is for reading', async () => {
    expect((await current().post(`${TENANT}/releases`, { json: {} })).status).toBe(501);
    expect((await current().ask(`${TENANT}/releases/demo-rel-old`, { method: 'DELETE' })).status).toBe(501);
  });
});
