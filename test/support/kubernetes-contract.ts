import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesContract } from './kubernetes-changes.ts';
import {
  APPLICATIONS,
  application,
  GROUP,
  type Kube,
  type KubernetesUnderTest,
  RELEASES,
  REVIEWS,
  refused,
  release,
  SPACE,
  session,
} from './kubernetes-session.ts';

/** What every Kubernetes API does, as plain HTTP: a stand-in that differs would teach our tools a lie. */
export function kubernetesContract(name: string, start: () => Promise<KubernetesUnderTest>): void {
  describe(name, () => {
    let api: KubernetesUnderTest;
    const { ask, get, post, made, listed } = session(() => api);

    beforeAll(async () => {
      api = await start();
      await made('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SPACE } });
    });
    afterAll(() => api?.close());

    describe('creating', () => {
      it('gives what every object has, drops what nobody defined, and takes no status', async () => {
        const body = release('created', {
          spec: { snapshot: 'snapshot-1', releasePlan: 'plan-1', surprise: true },
          status: { target: 'somewhere' },
        });
        const object = await made(RELEASES, body);
        expect(object).toMatchObject({
          kind: 'Release',
          metadata: {
            name: 'created',
            namespace: SPACE,
            generation: 1,
            uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
            resourceVersion: expect.stringMatching(/^\d+$/),
            creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          },
        });
        expect(object.spec).not.toHaveProperty('surprise');
        expect(object).not.toHaveProperty('status.target');
        expect((await get(`${RELEASES}/created`)).body).toEqual(object);
      });

      it('makes a name from generateName', async () => {
        const body = release('', { metadata: { generateName: 'gen-' } });
        const names = [await made(RELEASES, body), await made(RELEASES, body)].map(
          ({ metadata }) => metadata.name,
        );
        for (const each of names) expect(each).toMatch(/^gen-[a-z0-9]{5}$/);
        expect(names[0]).not.toBe(names[1]);
      });

      it('refuses a name that is taken', async () => {
        await made(APPLICATIONS, application('taken'));
        expect(await post(APPLICATIONS, application('taken'))).toMatchObject(
          refused(409, 'AlreadyExists', {
            message: 'applications.appstudio.redhat.com "taken" already exists',
            details: { name: 'taken', group: 'appstudio.redhat.com', kind: 'applications' },
          }),
        );
      });

      it('names every wrong field', async () => {
        const answer = await post(RELEASES, release('wrong', { spec: { snapshot: 7 } }));
        expect(answer).toMatchObject(
          refused(422, 'Invalid', {
            details: { name: 'wrong', group: 'appstudio.redhat.com', kind: 'Release' },
          }),
        );
        const { causes } = (answer.body as { details: { causes: { reason: string; field: string }[] } })
          .details;
        expect(causes.map(({ reason, field }) => `${field} ${reason}`).sort()).toEqual([
          'spec.releasePlan FieldValueRequired',
          expect.stringMatching(/^spec\.snapshot FieldValue(Invalid|TypeInvalid)$/),
        ]);
      });

      it.each([
        ['a name', { metadata: { name: 'Not_A_Name' } }, 'metadata.name'],
        ['a label', { metadata: { name: 'fine', labels: { a: 'not a label' } } }, 'metadata.labels'],
        ['no name', { metadata: {} }, 'metadata.name'],
      ])('refuses %s that cannot be', async (_, more, field) => {
        expect(await post(RELEASES, release('', more))).toMatchObject(
          refused(422, 'Invalid', { details: { causes: [{ field }] } }),
        );
      });

      it('stores nothing on a dry run', async () => {
        expect((await post(`${RELEASES}?dryRun=All`, release('dry'))).status).toBe(201);
        expect((await post(`${RELEASES}?dryRun=All`, release('dry', { spec: {} }))).status).toBe(422);
        expect(await post(`${RELEASES}?dryRun=Some`, release('dry'))).toMatchObject(
          refused(422, 'Invalid', { details: { causes: [{ field: 'dryRun' }] } }),
        );
        expect((await get(`${RELEASES}/dry`)).status).toBe(404);
      });

      it('refuses a body that is no object of this kind or place', async () => {
        expect(await ask('POST', RELEASES, { body: '{"apiVersion":' })).toMatchObject(
          refused(400, 'BadRequest'),
        );
        const elsewhere = { metadata: { name: 'x', namespace: 'default' } };
        expect(await post(RELEASES, release('x', elsewhere))).toMatchObject(refused(400, 'BadRequest'));
        expect(await post(RELEASES, application('x'))).toMatchObject(refused(422, 'Invalid'));
        const another = release('x', { apiVersion: 'appstudio.redhat.com/v9' });
        expect(await post(RELEASES, another)).toMatchObject(refused(400, 'BadRequest'));
        expect(await ask('POST', RELEASES, { type: 'text/plain', body: release('x') })).toMatchObject(
          refused(415, 'UnsupportedMediaType'),
        );
      });

      it('refuses a namespace that is not there', async () => {
        const body = release('x', { metadata: { name: 'x' } });
        expect(await post(`${GROUP}/namespaces/nowhere/releases`, body)).toMatchObject(
          refused(404, 'NotFound', { message: 'namespaces "nowhere" not found' }),
        );
      });
    });

    describe('reading', () => {
      it('says what it is and serves', async () => {
        expect(await get('/version')).toMatchObject({
          status: 200,
          body: { major: '1', gitVersion: expect.stringMatching(/^v1\.\d+\.\d+/) },
        });
        const { resources } = (await get(GROUP)).body as { resources: { name: string }[] };
        expect(resources.find(({ name: each }) => each === 'releases')).toMatchObject({
          kind: 'Release',
          namespaced: true,
          verbs: expect.arrayContaining(['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']),
        });
        expect(resources.map(({ name: each }) => each)).toContain('releases/status');
      });

      it('says what was not found', async () => {
        expect(await get(`${RELEASES}/absent`)).toMatchObject(
          refused(404, 'NotFound', {
            message: 'releases.appstudio.redhat.com "absent" not found',
            details: { name: 'absent', group: 'appstudio.redhat.com', kind: 'releases' },
          }),
        );
        // What nobody defined is no object that is missing: that answer is no Status.
        const unknown = {
          status: 404,
          type: expect.stringContaining('text/plain'),
          body: '404 page not found\n',
        };
        expect(await get(`/apis/example.com/v1/namespaces/${SPACE}/things`)).toEqual(unknown);
        expect(await get(`${GROUP}/namespaces/${SPACE}/things`)).toEqual(unknown);
        expect(await get('/apis/appstudio.redhat.com/v9/releases')).toEqual(unknown);
        expect(await post(`${GROUP}/releases`, release('nowhere'))).toEqual(unknown);
        expect(await get(`/api/v1/namespaces/${SPACE}/things`)).toMatchObject(
          refused(404, 'NotFound', { message: 'the server could not find the requested resource' }),
        );
        expect(await post('/api/v1/configmaps', {})).toMatchObject(refused(405, 'MethodNotAllowed'));
      });

      it('selects by labels and by name', async () => {
        for (const [each, labels] of Object.entries({
          'sel-a': { set: 'sel', tier: 'one' },
          'sel-b': { set: 'sel', tier: 'two' },
          'sel-c': { set: 'sel' },
        })) {
          await made(APPLICATIONS, application(each, labels));
        }
        const by = (selector: string) =>
          listed(`${APPLICATIONS}?labelSelector=${encodeURIComponent(selector)}`);
        expect(await by('set=sel')).toEqual(['sel-a', 'sel-b', 'sel-c']);
        expect(await by('set=sel,tier=two')).toEqual(['sel-b']);
        expect(await by('set==sel,tier!=two')).toEqual(['sel-a', 'sel-c']);
        expect(await by('set=sel,tier in (one,two)')).toEqual(['sel-a', 'sel-b']);
        expect(await by('set=sel,tier notin (one)')).toEqual(['sel-b', 'sel-c']);
        expect(await by('set=sel,tier')).toEqual(['sel-a', 'sel-b']);
        expect(await by('set=sel,!tier')).toEqual(['sel-c']);
        expect(await listed(`${APPLICATIONS}?fieldSelector=metadata.name%3Dsel-b`)).toEqual(['sel-b']);
        expect(await listed(`${GROUP}/applications?labelSelector=set%3Dsel`)).toHaveLength(3);
        for (const query of ['labelSelector=a%20b%20c', 'fieldSelector=spec.displayName%3Dx']) {
          expect(await get(`${APPLICATIONS}?${query}`)).toMatchObject(refused(400, 'BadRequest'));
        }
      });

      it('gives a long list in pages of one version', async () => {
        for (const n of [1, 2, 3, 4, 5]) await made(APPLICATIONS, application(`page-${n}`, { set: 'page' }));
        const names: string[] = [];
        const versions = new Set<string>();
        const remaining: unknown[] = [];
        for (let next = ''; ; ) {
          const query = `limit=2${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
          const page = (await get(`${APPLICATIONS}?${query}`)).body as Kube;
          names.push(...page.items.map(({ metadata }) => metadata.name));
          versions.add(page.metadata.resourceVersion);
          remaining.push(page.metadata.remainingItemCount);
          next = String(page.metadata.continue ?? '');
          // What is made between two pages is not in the list that was begun.
          if (remaining.length === 1) await made(APPLICATIONS, application('page-zz', { set: 'page' }));
          if (next === '') break;
        }
        const all = await listed(APPLICATIONS);
        expect(names).toEqual(all.filter((each) => each !== 'page-zz'));
        expect(versions.size).toBe(1);
        expect(remaining[0]).toBe(names.length - 2);
        expect(remaining.at(-1)).toBeUndefined();
      });
    });

    changesContract(() => api);

    describe('rights', () => {
      it('knows no wrong token', async () => {
        expect(await ask('GET', RELEASES, { token: 'wrong' })).toMatchObject(
          refused(401, 'Unauthorized', { message: 'Unauthorized' }),
        );
      });

      it('says what may not be done, before it says whether it is there', async () => {
        const token = api.readerToken;
        expect((await ask('GET', RELEASES, { token })).status).toBe(200);
        expect(await ask('POST', RELEASES, { token, body: release('x') })).toMatchObject(
          refused(403, 'Forbidden', {
            message: expect.stringMatching(
              /^releases\.appstudio\.redhat\.com is forbidden: User "[^"]+" cannot create resource "releases" in API group "appstudio\.redhat\.com" in the namespace "contract"$/,
            ),
            details: { group: 'appstudio.redhat.com', kind: 'releases' },
          }),
        );
      });

      it('answers who asks before', async () => {
        const attributes = {
          namespace: SPACE,
          verb: 'create',
          group: 'appstudio.redhat.com',
          resource: 'releases',
        };
        const body = {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: attributes },
        };
        const allowed = await post(REVIEWS, body);
        expect(allowed).toMatchObject({ status: 201, body: { status: { allowed: true } } });
        const refused = await ask('POST', REVIEWS, { token: api.readerToken, body });
        expect(refused).toMatchObject({ status: 201, body: { status: { allowed: false } } });
      });
    });
  });
}
