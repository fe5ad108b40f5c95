import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { at, bench } from '../bench.ts';
import { Cluster } from '../kubernetes/cluster.ts';
import { resourcesOf } from '../kubernetes/resources.ts';
import { problemsOf } from '../kubernetes/schema-check.ts';
import { prune } from '../kubernetes/schema-shape.ts';
import { loadScenario } from '../scenario/load.ts';
import { checkScenario } from '../scenario/schema.ts';

const corpus = process.env.SLUICE_CORPUS ?? '';
const crds = join(corpus, 'konflux/crds');
const objects = join(corpus, 'konflux/objects');

/** What breaks the definitions, at any time of the first hour. */
function broken(definitions: string | undefined): string[] {
  const { kubernetes, clock } = checkScenario(loadScenario('konflux-team'), 'konflux-team');
  const clusters = [
    new Cluster('konflux-cluster', resourcesOf('konflux', definitions), kubernetes['konflux-cluster'], clock),
    new Cluster('apps-cluster', resourcesOf('apps', definitions), kubernetes['apps-cluster'], clock),
    new Cluster('kubearchive', resourcesOf('konflux', definitions), kubernetes.kubearchive, clock),
  ];
  const found = new Set<string>();
  for (const cluster of clusters) {
    for (let minute = 0; minute <= 60; minute += 5) {
      cluster.advance(clock + minute * 60_000);
      for (const { type, object } of cluster.store.everything()) {
        const { metadata: _, ...body } = object;
        const schema = type.versions.get(String(object.apiVersion).split('/').at(-1) ?? '') ?? {};
        const problems = problemsOf(schema, body).map(({ field, message }) => `${field}: ${message}`);
        for (const why of [...problems, ...prune(schema, object).unknown]) {
          found.add(`${type.kind} ${at(object, 'metadata.name')}: ${why}`);
        }
      }
    }
  }
  return [...found];
}

it('konflux-team fits the short definitions of the sandbox', () => expect(broken(undefined)).toEqual([]));

describe.skipIf(corpus === '')('with the real definitions (needs SLUICE_CORPUS)', () => {
  const { current } = bench({
    name: 'corpus',
    clock: '2026-06-25T12:00:00Z',
    kubernetes: {
      crds,
      'konflux-cluster': {
        objects: ['demo-tenant', 'managed-demo-tenant'].map((name) => ({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name },
        })),
      },
    },
  });
  const plurals: Record<string, string> = { EnterpriseContractPolicy: 'enterprisecontractpolicies' };
  const pathOf = (object: unknown) => {
    const kind = String(at(object, 'kind'));
    const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
    return `/konflux-cluster/apis/${at(object, 'apiVersion')}/namespaces/${at(object, 'metadata.namespace')}/${plural}`;
  };
  const recorded = (file: string): Record<string, unknown> =>
    parse(readFileSync(join(objects, file), 'utf8'));
  const files = corpus === '' ? [] : readdirSync(objects).filter((file) => file.endsWith('.yaml'));

  it('konflux-team fits them too', () => expect(broken(crds)).toEqual([]));

  it('there are recorded objects', () => expect(files.length).toBeGreaterThanOrEqual(20));

  it.each(files)('%s is created, and its status set', async (file) => {
    const object = recorded(file);
    const path = pathOf(object);
    // Two of them have one name: the one that is blocked stands for the other one.
    await current().ask(`${path}/${at(object, 'metadata.name')}`, { method: 'DELETE' });
    const created = await current().post(path, { json: object });
    expect([created.status, created.text]).toEqual([201, expect.any(String)]);
    expect(created.headers.get('warning')).toBeNull();
    expect(created.body).toMatchObject({ spec: object.spec });
    expect(created.body).not.toHaveProperty('status');
    if (object.status === undefined) return;
    const status = await current().ask(`${path}/${at(object, 'metadata.name')}/status`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      json: { status: object.status },
    });
    expect([status.status, at(status.body, 'message')]).toEqual([200, undefined]);
    expect(at(status.body, 'status')).toEqual(object.status);
  });

  it.each([
    [
      'release-succeeded.yaml',
      { spec: { releasePlan: 'Not A Name', snapshot: 'a' } },
      // The webhook has written it into a label before anybody looked at it.
      ['metadata.labels', 'spec.releasePlan'],
    ],
    ['release-succeeded.yaml', { spec: {} }, ['spec.releasePlan', 'spec.snapshot']],
    ['releaseplan.yaml', { spec: { application: 'a', componentGroup: 'b' } }, ['spec']],
    [
      'releaseplan.yaml',
      { spec: { application: 'a', releaseGracePeriodDays: 'week' } },
      ['spec.releaseGracePeriodDays'],
    ],
    ['releaseplanadmission.yaml', { spec: { applications: ['a'], origin: 'b' } }, ['spec.policy']],
    [
      'snapshot-passed.yaml',
      { spec: { application: 'a', components: [{ name: 'b' }] } },
      ['spec.components[0].containerImage'],
    ],
    ['component.yaml', { spec: { application: 'a', componentName: 'b' } }, ['spec.source']],
    [
      'its-required.yaml',
      { spec: { application: 'a', resolverRef: { params: [] } } },
      ['spec.resolverRef.resolver'],
    ],
    ['pipelinerun-test.yaml', { spec: { pipelineRef: 'build' } }, ['spec.pipelineRef']],
    ['application.yaml', { spec: {} }, ['spec.displayName']],
  ])('%s with %j is refused by its fields', async (file, wrong, fields) => {
    const object = { ...recorded(file), ...wrong, metadata: { name: 'wrong' } };
    const path = pathOf(recorded(file));
    const refused = await current().post(path, { json: object });
    expect([refused.status, at(refused.body, 'reason')]).toEqual([422, 'Invalid']);
    const causes = at(refused.body, 'details.causes');
    expect(Array.isArray(causes) ? causes.map((cause) => at(cause, 'field')).sort() : causes).toEqual(fields);
  });
});
