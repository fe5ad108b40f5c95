import { describe, expect, test } from 'vitest';
import { admissionObject, planObject } from './testing/objects.ts';
import { CLOSED, IN_ORDER, world } from './testing/world.ts';

describe('admissions', () => {
  test('W-K06 of a plan: its policy, pipeline and where each component goes', async () => {
    await using at = await world();
    const found = await at.read('konflux_admission_get', { release_plan: 'demo-app-prod' });
    expect(found).toMatchInlineSnapshot(`
      {
        "access": "open",
        "access_detail": null,
        "admission": {
          "applications": [
            "demo-app",
          ],
          "block_releases": false,
          "component_groups": [],
          "environment": null,
          "known_from": "admission",
          "name": "demo-app-prod",
          "namespace": "managed-demo-tenant",
          "origin": "demo-tenant",
          "policy": "registry-standard",
          "release_plans": [
            "demo-tenant/demo-app-prod",
          ],
          "release_plans_total": 1,
          "takes_total": 1,
        },
        "advisory_type": null,
        "mapping": [
          {
            "component": "demo-backend",
            "repository": "quay.io/demo-org/demo-app/demo-backend",
            "tags": [
              "latest",
              "{{ git_sha }}",
            ],
          },
        ],
        "mapping_total": 1,
        "next": "konflux_release_list {"release_plan":"demo-app-prod","namespace":"demo-tenant"}",
        "pipeline": "git https://git.example.com/release-catalog.git at production: pipelines/push.yaml",
        "plan_status": [
          {
            "active": true,
            "admission": "managed-demo-tenant/demo-app-prod",
            "matched": true,
            "release_plan": "demo-app-prod",
          },
        ],
        "service_account": "release-sa",
        "summary": "managed-demo-tenant/demo-app-prod takes releases of demo-app from demo-tenant, under policy registry-standard; components with a repository: 1.",
      }
    `);
    expect(await at.read('konflux_admission_get', { name: 'demo-app-prod' })).toEqual(found);
    expect(await at.read('konflux_admission_get', { name: 'managed-demo-tenant/demo-app-prod' })).toEqual(
      found,
    );
  });

  test('W-K08 a blocked one says so', async () => {
    await using at = await world({ objects: [planObject(), admissionObject({ blocked: true })] });
    expect(await at.read('konflux_admission_get', { release_plan: 'demo-app-prod' })).toMatchObject({
      access: 'open',
      admission: { block_releases: true },
      summary: expect.stringContaining('blocks releases'),
    });
    expect(await at.read('konflux_admission_list', {})).toMatchObject({
      total: 1,
      admissions: [{ name: 'demo-app-prod', block_releases: true }],
      summary: '1 admission for demo-tenant, blocked: demo-app-prod.',
    });
  });

  test("W-K08 a closed namespace is no error: the plan's status stands instead", async () => {
    await using at = await world({ forbidden: CLOSED });
    for (const input of [{ release_plan: 'demo-app-prod' }, { name: 'demo-app-prod' }]) {
      expect(await at.read('konflux_admission_get', input)).toMatchObject({
        access: 'forbidden',
        access_detail: expect.stringContaining('releaseplanadmissions'),
        admission: {
          name: 'demo-app-prod',
          namespace: 'managed-demo-tenant',
          applications: ['demo-app'],
          block_releases: null,
          policy: null,
          known_from: 'plan_status',
        },
        plan_status: [
          {
            release_plan: 'demo-app-prod',
            matched: true,
            admission: 'managed-demo-tenant/demo-app-prod',
            active: true,
          },
        ],
        summary: expect.stringContaining('whether releases are blocked is unknown'),
      });
    }
    expect(await at.read('konflux_admission_list', {})).toMatchObject({
      managed_namespaces: [{ namespace: 'managed-demo-tenant', access: 'forbidden' }],
      admissions: [{ name: 'demo-app-prod', block_releases: null, known_from: 'plan_status' }],
      summary: expect.stringContaining('We may not read managed-demo-tenant'),
    });
  });

  test('W-K07 none, and several, are refused by name', async () => {
    await using none = await world({ objects: [planObject({ matched: 'False' })] });
    await expect(none.read('konflux_admission_get', { release_plan: 'demo-app-prod' })).rejects.toMatchObject(
      {
        code: 'not_found',
        message: 'No admission in managed-demo-tenant takes ReleasePlan demo-app-prod.',
      },
    );
    await using two = await world({
      objects: [planObject(), admissionObject(), admissionObject({ name: 'twin' })],
    });
    await expect(two.read('konflux_admission_get', { release_plan: 'demo-app-prod' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('demo-app-prod, twin'),
    });
  });

  test('one that takes hundreds of applications stays a short answer', async () => {
    const names = Array.from({ length: 300 }, (_, n) => `application-${n}`);
    const components = names.map((name) => ({
      name,
      repository: `registry.example.com/product/${name}`,
      tags: ['latest'],
    }));
    const wide = admissionObject({
      spec: { applications: ['demo-app', ...names], data: { mapping: { components } } },
    });
    await using at = await world({ objects: [planObject(), wide] });
    const found = await at.read('konflux_admission_get', { release_plan: 'demo-app-prod' });
    expect(found).toMatchObject({ mapping_total: 300, admission: { takes_total: 301 } });
    expect(JSON.stringify(found).length).toBeLessThan(10_000);
    expect(await at.read('konflux_admission_list', { application: 'application-299' })).toMatchObject({
      total: 1,
    });
  });

  test('those for other tenants are left out unless asked for', async () => {
    const foreign = admissionObject({ name: 'foreign', spec: { origin: 'other-tenant' } });
    await using at = await world({ objects: [...IN_ORDER, foreign] });
    expect(await at.read('konflux_admission_list', {})).toMatchObject({ total: 1 });
    expect(await at.read('konflux_admission_list', { every_origin: true, limit: 1 })).toMatchObject({
      total: 2,
      truncated: true,
    });
  });
});
