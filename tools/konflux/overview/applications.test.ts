import { describe, expect, it } from 'vitest';
import { runObject } from '../builds/testing/objects.ts';
import { CONDITIONS, planObject, releaseObject } from '../releases/testing/objects.ts';
import { snapshotNamed, world } from '../releases/testing/world.ts';
import { corpusObject, needsCorpus, noCorpus } from '../snapshots/testing/corpus.ts';
import {
  applicationObject,
  component,
  componentObject,
  FAILED,
  groupObject,
  IMAGE,
  SHA,
  scenarioObject,
} from '../snapshots/testing/objects.ts';

const objects = [
  applicationObject('demo-app'),
  groupObject('demo-group', ['demo-backend', 'loose']),
  componentObject('demo-backend'),
  componentObject('loose', {}),
  scenarioObject('demo-smoke'),
  scenarioObject('of-group', { spec: { application: undefined, componentGroup: 'demo-group' } }),
  snapshotNamed('demo-app-1'),
  snapshotNamed('demo-app-2', { created: '2026-01-15T11:00:00Z', conditions: FAILED }),
  snapshotNamed('of-group', {
    created: '2026-01-15T11:00:00Z',
    labels: {},
    spec: { componentGroup: 'demo-group', components: [component('loose')] },
  }),
  planObject(),
  releaseObject({ name: 'rel-ok', snapshot: 'demo-app-1', conditions: CONDITIONS.succeeded }),
];

describe('konflux_application_list', () => {
  it('W-K23 tells applications and component groups', async () => {
    await using w = await world({ objects });
    expect(await w.read('konflux_application_list', {})).toMatchObject({
      total: 2,
      applications: [
        {
          name: 'demo-app',
          kind: 'application',
          display_name: 'The demo-app',
          components: 1,
          newest_snapshot: 'demo-app-2',
          newest_state: 'failed',
          newest_passed: 'demo-app-1',
        },
        { name: 'demo-group', kind: 'component_group', components: 2, newest_passed: 'of-group' },
      ],
      summary: '1 application and 1 component group in demo-tenant, with 2 components.',
    });
  });

  it('of an empty namespace says so; a closed one is forbidden', async () => {
    await using w = await world({ objects: [] });
    expect(await w.read('konflux_application_list', {})).toMatchObject({
      applications: [],
      summary: 'There is no application or component group in demo-tenant.',
    });
    await using closed = await world({ forbidden: [{ resource: 'applications', namespace: 'demo-tenant' }] });
    await expect(closed.read('konflux_application_list', {})).rejects.toMatchObject({ code: 'forbidden' });
  });

  it.skipIf(noCorpus)(`as recorded ${needsCorpus}`, async () => {
    const recorded = ['application', 'component', 'snapshot-passed'].map(corpusObject) as object[];
    await using w = await world({ objects: recorded });
    expect(await w.read('konflux_application_list', {})).toMatchObject({
      applications: [{ name: 'demo-app', display_name: 'Demo App', components: 1, newest_state: 'passed' }],
    });
  });
});

describe('konflux_application_get', () => {
  it('tells what belongs to it', async () => {
    await using w = await world({ objects });
    expect(await w.read('konflux_application_get', { name: 'demo-app' })).toMatchObject({
      kind: 'application',
      components: ['demo-backend'],
      tests: [{ name: 'demo-smoke', optional: false }],
      release_plans: [{ name: 'demo-app-prod', matched: true }],
      snapshots: [{ name: 'demo-app-2' }, { name: 'demo-app-1' }],
      releases: [{ name: 'rel-ok', state: 'succeeded' }],
      summary:
        'demo-app has 1 component, 1 integration test and 1 release plan. Its newest Snapshot demo-app-2 has failed its tests.',
    });
  });

  it('W-K23 of a component group gives the same answers', async () => {
    await using w = await world({ objects });
    expect(await w.read('konflux_application_get', { name: 'demo-group' })).toMatchObject({
      kind: 'component_group',
      components: ['demo-backend', 'loose'],
      tests: [{ name: 'of-group' }],
      snapshots: [{ name: 'of-group' }],
      release_plans: [],
    });
  });

  it('a name that both have needs the kind; an unknown one lists near ones', async () => {
    await using w = await world({ objects: [...objects, groupObject('demo-app', [])] });
    await expect(w.read('konflux_application_get', { name: 'demo-app' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(
      await w.read('konflux_application_get', { name: 'demo-app', kind: 'componentGroup' }),
    ).toMatchObject({ kind: 'component_group', components: [] });
    await expect(w.read('konflux_application_get', { name: 'demo' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: 'Near names: demo-app. Component groups: demo-app, demo-group.',
    });
  });
});

describe('konflux_component_list', () => {
  it('of a namespace, and of one application or group', async () => {
    await using w = await world({ objects });
    expect(await w.read('konflux_component_list', {})).toMatchObject({
      total: 2,
      components: [
        {
          name: 'demo-backend',
          application: 'demo-app',
          component_groups: ['demo-group'],
          git_url: 'https://gitlab.example.com/demo/demo-backend',
          revision: 'main',
        },
        { name: 'loose', application: null, component_groups: ['demo-group'] },
      ],
    });
    expect(await w.read('konflux_component_list', { application: 'demo-app' })).toMatchObject({
      matching: 1,
      components: [{ name: 'demo-backend' }],
      summary: 'demo-app has 1 component.',
    });
    expect(await w.read('konflux_component_list', { application: 'demo-group' })).toMatchObject({
      matching: 2,
    });
    await expect(w.read('konflux_component_list', { application: 'nobody' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('konflux_component_get', () => {
  const built = componentObject('demo-backend', undefined, {
    annotations: {
      'build.appstudio.openshift.io/status': JSON.stringify({
        pac: {
          state: 'enabled',
          'merge-url': 'https://gitlab.example.com/demo/demo-backend/-/merge_requests/1',
          'configuration-time': 'Thu, 15 Jan 2026 08:00:00 UTC',
        },
        message: 'done',
      }),
      'build.appstudio.openshift.io/request': 'trigger-pac-build',
    },
    spec: { 'build-nudges-ref': ['demo-web'] },
    status: { lastBuiltCommit: SHA, lastPromotedImage: IMAGE },
  });

  it('tells the last build, the promoted image, its Snapshots and how its pipelines are set up', async () => {
    const runs = [
      runObject({ name: 'old', outcome: 'True/Succeeded', created: '2026-01-15T09:00:00Z' }),
      runObject({
        name: 'new',
        outcome: 'False/Failed',
        created: '2026-01-15T11:00:00Z',
        started: '2026-01-15T11:00:00Z',
        ended: '2026-01-15T11:12:30Z',
      }),
      runObject({ name: 'a-test', type: 'test', outcome: 'True/Succeeded', created: '2026-01-15T11:30:00Z' }),
    ];
    await using w = await world({ objects: [built, snapshotNamed('demo-app-1'), ...runs] });
    expect(await w.read('konflux_component_get', { name: 'demo-backend' })).toMatchObject({
      application: 'demo-app',
      last_built_commit: SHA,
      last_promoted_image: IMAGE,
      nudges: ['demo-web'],
      build_setup: {
        pac_state: 'enabled',
        merge_url: 'https://gitlab.example.com/demo/demo-backend/-/merge_requests/1',
        configured_at: '2026-01-15T08:00:00Z',
        error: null,
        message: 'done',
        unreadable: false,
      },
      build_requested: 'trigger-pac-build',
      last_build: { name: 'new', state: 'failed', duration: '12m 30s' },
      snapshots: [{ name: 'demo-app-1', state: 'passed' }],
      summary: `Last build of demo-backend: new (failed). Last built commit: ${SHA}. Newest Snapshot: demo-app-1 (passed).`,
      next: 'konflux_build_list {"component":"demo-backend","namespace":"demo-tenant"}',
    });
  });

  it.each([
    ['{', { unreadable: true, pac_state: null }],
    [
      '{"pac":{"state":"error","error-id":74,"error-message":"Access token is unrecognizable"}}',
      { pac_state: 'error', error: '74 Access token is unrecognizable', unreadable: false },
    ],
  ])('the status of build-service %s', async (text, expected) => {
    const annotations = { 'build.appstudio.openshift.io/status': text };
    await using w = await world({ objects: [componentObject('demo-backend', undefined, { annotations })] });
    expect(await w.read('konflux_component_get', { name: 'demo-backend' })).toMatchObject({
      build_setup: expected,
      build_requested: null,
      last_build: null,
      summary:
        'No build of demo-backend is left in the cluster. It has not been built yet. It has no Snapshot.',
    });
  });

  it('the newer model: a repository with versions', async () => {
    const source = {
      git: undefined,
      url: 'https://gitlab.example.com/demo/new-model',
      versions: [{ name: 'v1', revision: 'release-1' }],
    };
    await using w = await world({ objects: [componentObject('new-model', {}, { spec: { source } })] });
    expect(await w.read('konflux_component_get', { name: 'new-model' })).toMatchObject({
      application: null,
      git_url: 'https://gitlab.example.com/demo/new-model',
      revision: 'release-1',
      versions: [{ name: 'v1', revision: 'release-1' }],
      build_setup: null,
    });
  });

  it('W-K24 one that is in the archive alone; one that is nowhere', async () => {
    await using w = await world({ objects, archived: [componentObject('gone')] });
    expect(await w.read('konflux_component_get', { name: 'gone' })).toMatchObject({ archived: true });
    await expect(w.read('konflux_component_get', { name: 'backend' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: 'Near names: demo-backend.',
    });
  });

  it.skipIf(noCorpus)(`as recorded ${needsCorpus}`, async () => {
    await using w = await world({ objects: [corpusObject('component') as object] });
    expect(await w.read('konflux_component_get', { name: 'demo-backend' })).toMatchObject({
      application: 'demo-app',
      last_built_commit: SHA,
      context: './',
    });
  });
});
