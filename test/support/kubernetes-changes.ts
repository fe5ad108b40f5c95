import { describe, expect, it } from 'vitest';
import { lines } from '../real/support/kube-call.ts';
import {
  APPLICATIONS,
  application,
  DEPLOYMENTS,
  deployment,
  type Kube,
  type KubernetesUnderTest,
  RELEASES,
  refused,
  release,
  STRATEGIC,
  session,
} from './kubernetes-session.ts';

/** The part of the contract about what becomes of objects: changes, the end, and who hears of it. */
export function changesContract(api: () => KubernetesUnderTest): void {
  const { ask, get, made, merge, versionOf } = session(api);

  describe('changing', () => {
    it('merges: null removes, a list is replaced, and the generation counts what is wanted', async () => {
      const path = `${APPLICATIONS}/merged`;
      const before = await made(APPLICATIONS, application('merged', { a: '1', b: '2' }));
      const labelled = (await merge(path, { metadata: { labels: { a: null, c: '3' } } })).body as Kube;
      expect(labelled.metadata.labels).toEqual({ b: '2', c: '3' });
      expect(labelled.metadata.generation).toBe(1);
      expect(Number(labelled.metadata.resourceVersion)).toBeGreaterThan(
        Number(before.metadata.resourceVersion),
      );
      const wanted = (await merge(path, { spec: { displayName: 'another' } })).body as Kube;
      expect(wanted).toMatchObject({ metadata: { generation: 2 }, spec: { displayName: 'another' } });
      const same = (await merge(path, { spec: { displayName: 'another' } })).body as Kube;
      expect(same.metadata.resourceVersion).toBe(wanted.metadata.resourceVersion);
    });

    it('keeps status and the rest apart', async () => {
      await made(RELEASES, release('split'));
      const path = `${RELEASES}/split`;
      const main = await merge(path, { metadata: { labels: { a: 'b' } }, status: { target: 'main' } });
      expect(main.status).toBe(200);
      expect(main.body).not.toHaveProperty('status.target');
      const sub = await merge(`${path}/status`, {
        status: { target: 'there' },
        spec: { snapshot: 'other' },
      });
      expect(sub).toMatchObject({
        status: 200,
        body: { status: { target: 'there' }, spec: { snapshot: 'snapshot-1' } },
      });
      expect((sub.body as Kube).metadata.generation).toBe(1);
      const replaced = { startTime: 'yesterday' };
      expect(await merge(`${path}/status`, { status: replaced })).toMatchObject(
        refused(422, 'Invalid', { details: { causes: [{ field: 'status.startTime' }] } }),
      );
    });

    it('refuses to change an old version', async () => {
      const old = await made(APPLICATIONS, application('raced'));
      const path = `${APPLICATIONS}/raced`;
      expect((await merge(path, { spec: { displayName: 'first' } })).status).toBe(200);
      const late = { ...application('raced'), metadata: old.metadata };
      const conflict = refused(409, 'Conflict', {
        message: expect.stringContaining(
          'applications.appstudio.redhat.com "raced": the object has been modified',
        ),
      });
      expect(await ask('PUT', path, { body: late })).toMatchObject(conflict);
      const { resourceVersion } = old.metadata;
      const patch = { metadata: { resourceVersion }, spec: { displayName: 'second' } };
      expect(await merge(path, patch)).toMatchObject(conflict);
      expect((await get(path)).body).toMatchObject({ spec: { displayName: 'first' } });
    });

    it('leaves name, uid and kind as they are', async () => {
      await made(APPLICATIONS, application('same'));
      const path = `${APPLICATIONS}/same`;
      expect(await merge(path, { metadata: { name: 'other' } })).toMatchObject(refused(400, 'BadRequest'));
      for (const [patch, field] of [
        [{ metadata: { uid: '00000000-0000-4000-8000-000000000000' } }, 'metadata.uid'],
        [{ kind: 'Other' }, 'kind'],
      ] as const) {
        const answer = await merge(path, patch);
        expect(answer).toMatchObject(refused(422, 'Invalid'));
        const { causes } = (answer.body as { details: { causes: { field: string }[] } }).details;
        expect(causes[0]).toMatchObject({ field });
      }
    });

    it('patches in the ways that it knows', async () => {
      await made(APPLICATIONS, application('ways'));
      const path = `${APPLICATIONS}/ways`;
      expect(await merge(`${APPLICATIONS}/absent`, {})).toMatchObject(refused(404, 'NotFound'));
      const type = 'application/json-patch+json';
      const operations = [{ op: 'replace', path: '/spec/displayName', value: 'json' }];
      expect(await ask('PATCH', path, { type, body: operations })).toMatchObject({
        status: 200,
        body: { spec: { displayName: 'json' } },
      });
      for (const other of [STRATEGIC, 'application/json']) {
        expect(await ask('PATCH', path, { type: other, body: {} })).toMatchObject(
          refused(415, 'UnsupportedMediaType'),
        );
      }
    });

    it('scales a deployment and changes one of its containers', async () => {
      await made(DEPLOYMENTS, deployment('web'));
      const path = `${DEPLOYMENTS}/web`;
      const scaled = await merge(`${path}/scale`, { spec: { replicas: 3 } });
      expect(scaled).toMatchObject({ status: 200, body: { kind: 'Scale', spec: { replicas: 3 } } });
      const containers = [{ name: 'web', image: 'example.com/web:2' }];
      const body = { spec: { template: { spec: { containers } } } };
      expect((await ask('PATCH', path, { type: STRATEGIC, body })).status).toBe(200);
      const images = [{ image: 'example.com/web:2' }, { image: 'example.com/log:1' }];
      expect((await get(path)).body).toMatchObject({
        spec: { replicas: 3, template: { spec: { containers: images } } },
      });
    });
  });

  describe('deleting', () => {
    it('takes the one that is meant, once', async () => {
      const { metadata } = await made(APPLICATIONS, application('doomed'));
      const path = `${APPLICATIONS}/doomed`;
      const options = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
      const other = { ...options, preconditions: { uid: '00000000-0000-4000-8000-000000000000' } };
      expect(await ask('DELETE', path, { body: other })).toMatchObject(refused(409, 'Conflict'));
      const right = { ...options, preconditions: { uid: metadata.uid } };
      expect(await ask('DELETE', path, { body: right })).toMatchObject({
        status: 200,
        body: { kind: 'Status', status: 'Success', details: { name: 'doomed', uid: metadata.uid } },
      });
      expect(await ask('DELETE', path)).toMatchObject(refused(404, 'NotFound'));
    });

    it('waits for who asked to finish first', async () => {
      const object = application('kept');
      await made(APPLICATIONS, {
        ...object,
        metadata: { ...object.metadata, finalizers: ['example.com/wait'] },
      });
      const path = `${APPLICATIONS}/kept`;
      expect(await ask('DELETE', path)).toMatchObject({ status: 200 });
      expect((await get(path)).body).toHaveProperty('metadata.deletionTimestamp');
      expect((await merge(path, { metadata: { finalizers: null } })).status).toBe(200);
      expect((await get(path)).status).toBe(404);
    });
  });

  describe('watching', () => {
    const watch = (query: string, count: number, onFirst: () => unknown = () => undefined) =>
      lines(api(), `${APPLICATIONS}?watch=true&${query}`, { token: api().token }, (seen) => {
        if (seen.length === 1) onFirst();
        return seen.length >= count;
      });
    const event = (type: string, each: string, more: object = {}) => ({
      type,
      object: { kind: 'Application', metadata: { name: each }, ...more },
    });

    it('tells what happens after a version', async () => {
      const from = await versionOf(APPLICATIONS);
      const seen = watch(`resourceVersion=${from}&fieldSelector=metadata.name%3Dseen`, 3);
      await made(APPLICATIONS, application('unseen'));
      await made(APPLICATIONS, application('seen'));
      await merge(`${APPLICATIONS}/seen`, { spec: { displayName: 'changed' } });
      await ask('DELETE', `${APPLICATIONS}/seen`);
      expect(await seen).toMatchObject([
        event('ADDED', 'seen'),
        event('MODIFIED', 'seen', { spec: { displayName: 'changed' } }),
        event('DELETED', 'seen'),
      ]);
      const again = await watch(`resourceVersion=${from}&fieldSelector=metadata.name%3Dseen`, 3);
      expect(again).toEqual(await seen);
    });

    it('begins with what is there, and takes leave of what does not fit any more', async () => {
      await made(APPLICATIONS, application('leaving', { set: 'leave' }));
      const leave = () => merge(`${APPLICATIONS}/leaving`, { metadata: { labels: { set: 'left' } } });
      expect(await watch('labelSelector=set%3Dleave', 2, leave)).toMatchObject([
        event('ADDED', 'leaving'),
        event('DELETED', 'leaving'),
      ]);
    });

    it('ends when it was told to', async () => {
      const from = await versionOf(APPLICATIONS);
      const query = `resourceVersion=${from}&timeoutSeconds=1`;
      expect(await watch(query, Number.POSITIVE_INFINITY)).toEqual([]);
    });

    it('knows nothing from before its own beginning', async () => {
      const gone = { kind: 'Status', code: 410, reason: 'Expired' };
      expect(await watch('resourceVersion=1', 1)).toMatchObject([{ type: 'ERROR', object: gone }]);
    });

    it('knows nothing of forgotten versions', async () => {
      const page = (await get(`${APPLICATIONS}?limit=1`)).body as Kube;
      await made(APPLICATIONS, application('newer'));
      await api().forget();
      const next = `limit=1&continue=${encodeURIComponent(String(page.metadata.continue))}`;
      expect(await get(`${APPLICATIONS}?${next}`)).toMatchObject(refused(410, 'Expired'));
      const gone = { kind: 'Status', code: 410, reason: 'Expired' };
      expect(await watch('resourceVersion=1', 1)).toMatchObject([{ type: 'ERROR', object: gone }]);
      expect((await get(APPLICATIONS)).status).toBe(200);
    });
  });
}
