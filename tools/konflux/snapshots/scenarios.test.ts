import { describe, expect, it } from 'vitest';
import { world } from '../releases/testing/world.ts';
import { corpusObject, needsCorpus, noCorpus } from './testing/corpus.ts';
import { scenarioObject } from './testing/objects.ts';

const application = {
  apiVersion: 'appstudio.redhat.com/v1alpha1',
  kind: 'Application',
  metadata: { name: 'demo-app', namespace: 'demo-tenant' },
  spec: { displayName: 'Demo' },
};
const objects = [
  application,
  scenarioObject('demo-smoke'),
  scenarioObject('demo-perf', { optional: true, spec: { contexts: [{ name: 'push' }] } }),
  scenarioObject('broken', {
    conditions: ['IntegrationTestScenarioValid=False/Invalid: Application other-app was not found'],
    spec: { application: 'other-app', contexts: [{ name: 'disabled' }] },
  }),
  scenarioObject('of-group', {
    conditions: [],
    optional: false,
    spec: { application: undefined, componentGroup: 'demo-group', contexts: [] },
  }),
];

describe('konflux_test_list', () => {
  it('W-K17 lists definitions with the optional flag, and no result', async () => {
    await using w = await world({ objects });
    const answer = await w.read('konflux_test_list', { application: 'demo-app' });
    expect(answer).toMatchInlineSnapshot(`
      {
        "namespace": "demo-tenant",
        "optional": 1,
        "required": 1,
        "scenarios": [
          {
            "application": "demo-app",
            "component_group": null,
            "contexts": [
              "push",
            ],
            "disabled": false,
            "name": "demo-perf",
            "optional": true,
            "pipeline": "git https://gitlab.example.com/demo/its main pipelines/smoke.yaml",
            "valid": true,
          },
          {
            "application": "demo-app",
            "component_group": null,
            "contexts": [
              "application",
            ],
            "disabled": false,
            "name": "demo-smoke",
            "optional": false,
            "pipeline": "git https://gitlab.example.com/demo/its main pipelines/smoke.yaml",
            "valid": true,
          },
        ],
        "summary": "2 integration tests are defined for demo-app: 1 required, 1 optional.",
        "total": 2,
        "truncated": false,
      }
    `);
    expect(JSON.stringify(answer)).not.toMatch(/passed|failed|TestPassed|TestFail/);
  });

  it('W-K23 those of a component group too, and what is wrong with one', async () => {
    await using w = await world({ objects });
    expect(await w.read('konflux_test_list', { application: 'demo-group' })).toMatchObject({
      scenarios: [{ name: 'of-group', component_group: 'demo-group', valid: null, contexts: [] }],
    });
    expect(await w.read('konflux_test_list', {})).toMatchObject({
      total: 4,
      required: 3,
      optional: 1,
      scenarios: [
        { name: 'broken', valid: false, disabled: true, invalid_why: 'Application other-app was not found' },
        { name: 'demo-perf' },
        { name: 'demo-smoke' },
        { name: 'of-group' },
      ],
      summary: '4 integration tests are defined for demo-tenant: 3 required, 1 optional. Invalid: broken.',
    });
  });

  it('of an application that is not there is refused', async () => {
    await using w = await world({ objects });
    await expect(w.read('konflux_test_list', { application: 'nobody' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it.skipIf(noCorpus)(`W-K17 as recorded ${needsCorpus}`, async () => {
    await using w = await world({ objects: [corpusObject('its-required') as object] });
    expect(await w.read('konflux_test_list', {})).toMatchObject({
      scenarios: [
        {
          name: 'demo-smoke',
          optional: false,
          valid: true,
          contexts: ['application'],
          pipeline: 'git https://gitlab.example.com/demo/its main pipelines/smoke.yaml',
        },
      ],
    });
  });
});

describe('konflux_test_get', () => {
  it('tells the definition', async () => {
    await using w = await world({ objects });
    expect(await w.read('konflux_test_get', { name: 'demo-perf' })).toMatchObject({
      name: 'demo-perf',
      optional: true,
      resolver: 'git',
      resource_kind: 'pipeline',
      resolver_params: [{ name: 'url', value: 'https://gitlab.example.com/demo/its' }, {}, {}],
      summary: 'demo-perf is an optional integration test of demo-app, valid, for: push.',
      next: 'konflux_test_results {"scenario":"demo-perf","namespace":"demo-tenant"}',
    });
    expect(await w.read('konflux_test_get', { name: 'of-group' })).toMatchObject({
      summary: 'of-group is a required integration test of demo-group, not checked yet, for: every Snapshot.',
    });
  });

  it('one that is not there lists near names', async () => {
    await using w = await world({ objects });
    await expect(w.read('konflux_test_get', { name: 'demo' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: 'Near names: demo-perf, demo-smoke.',
    });
  });
});
