import { describe, expect, it } from 'vitest';
import { snapshotNamed, world } from '../releases/testing/world.ts';
import { LABEL } from '../resources/common.ts';
import { needsCorpus, noCorpus } from './testing/corpus.ts';
import { component, componentObject, DIGEST, groupObject, IMAGE, SHA } from './testing/objects.ts';

const NEW = `quay.io/demo-org/demo-backend@sha256:${'cd'.repeat(32)}`;
const NEW_SHA = 'fedcba9876543210fedcba9876543210fedcba98';
const application = {
  apiVersion: 'appstudio.redhat.com/v1alpha1',
  kind: 'Application',
  metadata: { name: 'demo-app', namespace: 'demo-tenant' },
  spec: { displayName: 'Demo' },
};
const base = snapshotNamed('demo-app-1', {
  spec: { application: 'demo-app', components: [component('demo-backend'), component('demo-web')] },
});
const objects = [application, base, componentObject('demo-backend'), componentObject('demo-web')];
const replacement = { name: 'demo-backend', image: NEW, revision: NEW_SHA };
const GIVEN = { key: 'demo 1.4.2', from: 'demo-app-1', components: [replacement] };

describe('from a Snapshot with one component replaced', () => {
  it('is created as an override, the rest taken over', async () => {
    await using w = await world({ objects });
    const answer = await w.write('konflux_snapshot_create', GIVEN);
    expect(answer).toMatchObject({
      created: true,
      name: expect.stringMatching(/^demo-app-override-[0-9a-f]{12}$/),
      component_count: 2,
      next: expect.stringContaining('konflux_snapshot_tests'),
    });
    const [request] = (await w.requests()).filter(({ method }) => method === 'POST');
    expect(request?.body).toEqual({
      apiVersion: 'appstudio.redhat.com/v1alpha1',
      kind: 'Snapshot',
      metadata: {
        name: (answer as { name: string }).name,
        namespace: 'demo-tenant',
        labels: { [LABEL.testType]: 'override', [LABEL.application]: 'demo-app' },
        annotations: {
          'sluice/snapshot-key': 'demo 1.4.2',
          'sluice/snapshot-content': expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
      spec: {
        application: 'demo-app',
        components: [component('demo-backend', NEW, NEW_SHA), component('demo-web')],
      },
    });
    expect(await w.happened()).toHaveLength(1);
  });

  it('the same key and content make one Snapshot; another key or content another one', async () => {
    await using w = await world({ objects });
    const first = (await w.write('konflux_snapshot_create', GIVEN)) as { name: string };
    expect(await w.write('konflux_snapshot_create', GIVEN)).toMatchObject({
      created: false,
      name: first.name,
      summary: expect.stringContaining('was there already'),
    });
    expect(await w.happened()).toHaveLength(1);
    const second = await w.write('konflux_snapshot_create', { ...GIVEN, key: 'demo 1.4.3' });
    const third = await w.write('konflux_snapshot_create', {
      ...GIVEN,
      components: [{ ...replacement, image: IMAGE }],
    });
    const names = [first, second, third].map((answer) => (answer as { name: string }).name);
    expect(new Set(names).size).toBe(3);
    expect(await w.happened()).toHaveLength(3);
  });

  it('a plan shows before and after, and sends nothing', async () => {
    await using w = await world({ objects });
    const [effect] = await w.effects('konflux_snapshot_create', GIVEN);
    expect(effect?.key).toMatch(/^konflux\/demo-tenant\/snapshot\/demo 1\.4\.2\/[0-9a-f]{16}$/);
    expect(effect?.preview).toMatchObject({
      action: 'create override snapshot',
      before: { 'demo-backend': IMAGE, 'demo-web': IMAGE },
      after: { 'demo-backend': NEW, 'demo-web': IMAGE },
    });
    expect(await effect?.find()).toEqual({ state: 'absent' });
    expect(await w.happened()).toEqual([]);
  });

  it('a Snapshot of that name that is not of this key leaves it unknown, and sends nothing', async () => {
    await using w = await world({ objects });
    const { name } = (await w.write('konflux_snapshot_create', GIVEN)) as { name: string };
    await using other = await world({ objects: [...objects, snapshotNamed(name)] });
    await expect(other.write('konflux_snapshot_create', GIVEN)).rejects.toMatchObject({ code: 'blocked' });
    expect(await other.happened()).toEqual([]);
  });
});

describe('from a full list', () => {
  const full = [
    replacement,
    { name: 'demo-web', image: NEW, revision: NEW_SHA, git_url: 'https://gitlab.example.com/fork/demo-web' },
  ];

  it("of an application: the repository is the component's own unless it is given", async () => {
    await using w = await world({ objects });
    await w.write('konflux_snapshot_create', { key: 'k', application: 'demo-app', components: full });
    expect((await w.happened())[0]?.data.object).toMatchObject({
      spec: {
        application: 'demo-app',
        components: [
          { source: { git: { url: 'https://gitlab.example.com/demo/demo-backend', revision: NEW_SHA } } },
          { source: { git: { url: 'https://gitlab.example.com/fork/demo-web', revision: NEW_SHA } } },
        ],
      },
    });
  });

  it('W-K23 of a component group', async () => {
    const group = groupObject('demo-group', ['demo-backend', 'demo-web']);
    const loose = [componentObject('demo-backend', {}), componentObject('demo-web', {})];
    await using w = await world({ objects: [group, ...loose] });
    expect(
      await w.write('konflux_snapshot_create', { key: 'k', application: 'demo-group', components: full }),
    ).toMatchObject({ created: true, name: expect.stringMatching(/^demo-group-override-/) });
    expect((await w.happened())[0]?.data.object).toMatchObject({
      metadata: { labels: { [LABEL.componentGroup]: 'demo-group' } },
      spec: { componentGroup: 'demo-group' },
    });
  });

  it('where an application and a group share the name, the kind has to be said', async () => {
    const group = groupObject('demo-app', ['demo-backend', 'demo-web']);
    await using w = await world({ objects: [...objects, group] });
    const given = { key: 'k', application: 'demo-app', components: full };
    await expect(w.effects('konflux_snapshot_create', given)).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: expect.stringContaining('kind'),
    });
    const [effect] = await w.effects('konflux_snapshot_create', { ...given, kind: 'componentGroup' });
    expect(effect?.preview.target).toContain('demo-app');
  });
});

describe('is refused before anything is sent', () => {
  it.each([
    [
      'an image without a digest',
      { ...GIVEN, components: [{ ...replacement, image: 'quay.io/demo/x:latest' }] },
      'invalid_input',
    ],
    [
      'a digest that is cut',
      { ...GIVEN, components: [{ ...replacement, image: IMAGE.slice(0, -1) }] },
      'invalid_input',
    ],
    [
      'a shortened commit',
      { ...GIVEN, components: [{ ...replacement, revision: SHA.slice(0, 8) }] },
      'invalid_input',
    ],
    ['a component twice', { ...GIVEN, components: [replacement, replacement] }, 'invalid_input'],
    [
      'an unknown component',
      { ...GIVEN, components: [{ ...replacement, name: 'demo-backent' }] },
      'not_found',
    ],
    ['a Snapshot that is not there', { ...GIVEN, from: 'demo-app-9' }, 'not_found'],
    ['both from and application', { ...GIVEN, application: 'demo-app' }, 'invalid_input'],
    ['neither', { key: 'k', components: [replacement] }, 'invalid_input'],
    ['an unknown application', { key: 'k', application: 'demo', components: [replacement] }, 'not_found'],
    ['W-K18 a commit as from', { ...GIVEN, from: SHA }, 'invalid_input'],
  ])('%s', async (_, given, code) => {
    await using w = await world({ objects });
    await expect(w.write('konflux_snapshot_create', given)).rejects.toMatchObject({ code });
    expect(await w.happened()).toEqual([]);
  });

  it('a component of another application, or one that the Snapshot has not', async () => {
    const alien = componentObject('demo-alien', { application: 'other' });
    const spare = componentObject('demo-spare');
    await using w = await world({ objects: [...objects, alien, spare] });
    const with_ = (name: string) => ({ ...GIVEN, components: [{ ...replacement, name }] });
    await expect(w.effects('konflux_snapshot_create', with_('demo-alien'))).rejects.toMatchObject({
      message: 'demo-app has no component "demo-alien".',
    });
    await expect(w.effects('konflux_snapshot_create', with_('demo-spare'))).rejects.toMatchObject({
      message: 'The Snapshot demo-app-1 has no component demo-spare to replace.',
    });
  });

  it('a base with an image that has no digest, unless that one is replaced', async () => {
    const tagged = snapshotNamed('tagged', {
      spec: {
        application: 'demo-app',
        components: [component('demo-backend', 'quay.io/demo-org/x:1'), component('demo-web')],
      },
    });
    await using w = await world({ objects: [...objects, tagged] });
    const other = { ...replacement, name: 'demo-web' };
    await expect(
      w.effects('konflux_snapshot_create', { ...GIVEN, from: 'tagged', components: [other] }),
    ).rejects.toMatchObject({
      code: 'precondition',
      remedy: expect.stringContaining('Replace demo-backend'),
    });
    expect(await w.effects('konflux_snapshot_create', { ...GIVEN, from: 'tagged' })).toHaveLength(1);
  });
});

it.skipIf(noCorpus)(`the recorded CRD takes what is created ${needsCorpus}`, async () => {
  // The world of these tests checks by the recorded CRDs where they are at hand.
  await using w = await world({ objects });
  expect(await w.write('konflux_snapshot_create', GIVEN)).toMatchObject({ created: true });
  expect((await w.happened())[0]?.data.object).toMatchObject({
    spec: { components: [{ containerImage: NEW }, { containerImage: expect.stringContaining(DIGEST) }] },
  });
});
