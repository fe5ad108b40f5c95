import { describe, expect, test } from 'vitest';
import { LABEL } from '../resources/common.ts';
import { planObject } from './testing/objects.ts';
import { groupPlan, IN_ORDER, world } from './testing/world.ts';

describe('plans', () => {
  test('W-K06 the list says what each plan releases, and to whom', async () => {
    await using at = await world({
      objects: [...IN_ORDER, groupPlan()],
    });
    expect(await at.read('konflux_release_plan_list', {})).toMatchInlineSnapshot(`
      {
        "namespace": "demo-tenant",
        "release_plans": [
          {
            "active": true,
            "admission": "managed-demo-tenant/demo-app-prod",
            "application": "demo-app",
            "author": "demo-user",
            "auto_release": "off",
            "component_group": null,
            "matched": true,
            "name": "demo-app-prod",
            "standing_attribution": true,
            "target": "managed-demo-tenant",
          },
          {
            "active": null,
            "admission": null,
            "application": null,
            "author": "demo-user",
            "auto_release": "off",
            "component_group": "demo-group",
            "matched": null,
            "name": "group-prod",
            "standing_attribution": true,
            "target": "managed-demo-tenant",
          },
        ],
        "summary": "2 ReleasePlans in demo-tenant: 0 without an admission, 0 releasing by themselves.",
        "total": 2,
        "truncated": false,
      }
    `);
    expect(await at.read('konflux_release_plan_list', { application: 'demo-group' })).toMatchObject({
      total: 1,
      release_plans: [
        { name: 'group-prod', application: null, component_group: 'demo-group', matched: null },
      ],
    });
    expect(await at.read('konflux_release_plan_list', { application: 'nothing' })).toMatchObject({
      total: 0,
      summary: 'demo-tenant has no ReleasePlan of nothing. Those there belong to demo-app, demo-group.',
    });
  });

  test('W-K06 one of them: auto-release off, attributed to demo-user', async () => {
    await using at = await world();
    expect(await at.read('konflux_release_plan_get', { name: 'demo-app-prod' })).toMatchInlineSnapshot(`
      {
        "active": true,
        "admission": "managed-demo-tenant/demo-app-prod",
        "application": "demo-app",
        "archived": false,
        "author": "demo-user",
        "auto_release": "off",
        "auto_release_expression": null,
        "component_group": null,
        "data": {
          "releaseNotes": {
            "synopsis": "demo",
          },
        },
        "data_truncated": false,
        "final_pipeline": null,
        "grace_period_days": 7,
        "matched": true,
        "matched_message": null,
        "name": "demo-app-prod",
        "namespace": "demo-tenant",
        "next": "konflux_admission_get {"release_plan":"demo-app-prod","namespace":"demo-tenant"}",
        "standing_attribution": true,
        "summary": "demo-app-prod releases demo-app to managed-demo-tenant; matched to managed-demo-tenant/demo-app-prod; auto-release is off.",
        "target": "managed-demo-tenant",
        "tenant_pipeline": null,
      }
    `);
  });

  test('W-K07 one that no admission takes says so', async () => {
    await using at = await world({ objects: [planObject({ matched: 'False' })] });
    expect(await at.read('konflux_release_plan_get', { name: 'demo-app-prod' })).toMatchObject({
      matched: false,
      admission: null,
      active: null,
      summary: expect.stringContaining('no admission takes it, so releases would fail their validation'),
    });
  });

  test('the CEL text of auto-release is shown', async () => {
    const plan = planObject({
      labels: { [LABEL.standingAttribution]: 'true', [LABEL.author]: 'demo-user' },
      annotations: { [LABEL.autoRelease]: 'updatedComponentIs("demo-backend")' },
    });
    await using at = await world({ objects: [plan] });
    expect(await at.read('konflux_release_plan_get', { name: 'demo-app-prod' })).toMatchObject({
      auto_release: 'expression',
      auto_release_expression: 'updatedComponentIs("demo-backend")',
      summary: expect.stringContaining('decided by an expression and attributed to demo-user'),
    });
  });

  test('an unknown one names near ones', async () => {
    await using at = await world();
    await expect(at.read('konflux_release_plan_get', { name: 'demo-app' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: expect.stringContaining('demo-app-prod'),
    });
  });
});
