import { z } from 'zod';
import { oneLine } from '../../../src/kit/text.ts';
import { Name, Namespace } from '../inputs.ts';
import { parentOf } from '../resources/common.ts';
import { demandNames } from '../resources/parent.ts';
import { isOptional, SCENARIO, type Scenario, validityOf } from '../resources/scenario.ts';
import { isoOf } from '../resources/timing.ts';
import { call, defineTool } from '../tool.ts';
import { parentFields, parentFieldsShape } from './rows.ts';

const Row = z.object({
  name: z.string(),
  ...parentFieldsShape,
  optional: z.boolean().meta({ description: 'Its failure does not block a Snapshot.' }),
  contexts: z.array(z.string()).meta({ description: 'Empty: for every Snapshot.' }),
  disabled: z.boolean(),
  valid: z.boolean().nullable().meta({ description: 'Null: not looked at yet.' }),
  invalid_why: z.string().optional(),
  pipeline: z.string().meta({ description: 'Where its pipeline comes from.' }),
});

const list = defineTool({
  name: 'konflux_test_list',
  title: 'List integration tests',
  description: `
The integration test scenarios that are defined: whether optional, for which Snapshots (contexts), whether valid, where
the pipeline comes from. Definitions have no result: see konflux_snapshot_tests and konflux_test_results for these.`,
  effect: 'read',
  input: z.object({
    namespace: Namespace,
    application: Name.optional().meta({ description: 'Or the component group.' }),
    limit: z.int().min(1).max(40).default(20),
  }),
  output: z.object({
    namespace: z.string(),
    total: z.int(),
    required: z.int(),
    optional: z.int(),
    scenarios: z.array(Row),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ namespace: given, application, limit }, { client, signal }) => {
    const namespace = await client.cluster.namespace(given);
    const { items } = await client.cluster.all(SCENARIO, { namespace, signal });
    const found = items
      .filter(({ spec }) => application === undefined || parentOf(spec)?.name === application)
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    if (found.length === 0) await demandNames(client, { application }, { namespace, signal });
    const optional = found.filter(isOptional).length;
    const required = found.length - optional;
    return {
      namespace,
      total: found.length,
      required,
      optional,
      scenarios: found.slice(0, limit).map(rowOf),
      truncated: found.length > limit,
      summary: summaryOf(found, required, optional, application ?? namespace),
    };
  },
});

function summaryOf(found: readonly Scenario[], required: number, optional: number, where: string): string {
  if (found.length === 0) return `No integration test is defined for ${where}.`;
  const invalid = found.filter((one) => validityOf(one).valid === false).map(({ metadata }) => metadata.name);
  return [
    `${found.length} integration test${found.length === 1 ? ' is' : 's are'} defined for ${where}:`,
    `${required} required, ${optional} optional.`,
    ...(invalid.length === 0 ? [] : [`Invalid: ${invalid.join(', ')}.`]),
  ].join(' ');
}

function rowOf(scenario: Scenario): z.output<typeof Row> {
  const { metadata, spec } = scenario;
  const { valid, why } = validityOf(scenario);
  return {
    name: metadata.name,
    ...parentFields(spec),
    optional: isOptional(scenario),
    contexts: spec.contexts.map(({ name }) => name),
    disabled: spec.contexts.some(({ name }) => name === 'disabled'),
    valid,
    ...(why === '' ? {} : { invalid_why: oneLine(why, 200) }),
    pipeline: pipelineOf(scenario),
  };
}

/** `git https://…/its main pipelines/smoke.yaml`: the resolver and its parameters. */
function pipelineOf({ spec }: Scenario): string {
  const { resolver, params } = spec.resolverRef;
  const value = (name: string) => params.find((param) => param.name === name)?.value;
  const known = ['url', 'revision', 'pathInRepo', 'bundle', 'name'].map(value);
  return oneLine([resolver, ...known.filter((part) => part !== undefined)].join(' '), 200);
}

const get = defineTool({
  name: 'konflux_test_get',
  title: 'Get an integration test',
  description: `
One integration test scenario as it is defined: resolver and parameters of its pipeline, parameters of the test,
contexts, whether optional and valid. It has no result of its own.`,
  effect: 'read',
  input: z.object({ name: Name.meta({ description: 'Of the scenario.' }), namespace: Namespace }),
  output: z.object({
    namespace: z.string(),
    archived: z.boolean(),
    ...Row.shape,
    created_at: z.string().nullable(),
    resolver: z.string(),
    resource_kind: z.string(),
    resolver_params: z.array(z.object({ name: z.string(), value: z.string() })),
    params: z.array(z.object({ name: z.string(), value: z.string() })),
    context_notes: z.array(z.object({ name: z.string(), description: z.string() })),
    dependents: z.array(z.string()),
    summary: z.string(),
    next: z.string(),
  }),
  run: async ({ name, namespace: given }, { client, signal }) => {
    const namespace = await client.cluster.namespace(given);
    const { object, archived } = await client.get(SCENARIO, name, { namespace, signal });
    const { metadata, spec } = object;
    const row = rowOf(object);
    return {
      namespace,
      archived,
      ...row,
      created_at: isoOf(metadata.creationTimestamp),
      resolver: spec.resolverRef.resolver,
      resource_kind: spec.resolverRef.resourceKind ?? 'pipeline',
      resolver_params: spec.resolverRef.params.map((param) => ({
        name: param.name,
        value: oneLine(param.value),
      })),
      params: spec.params.map((param) => ({
        name: param.name,
        value: oneLine(param.value ?? (param.values ?? []).join(', ')),
      })),
      context_notes: spec.contexts.map((one) => ({
        name: one.name,
        description: oneLine(one.description, 160),
      })),
      dependents: spec.dependents,
      summary: describe(row),
      next: call('konflux_test_results', { scenario: name, namespace }),
    };
  },
});

function describe(row: z.output<typeof Row>): string {
  const of = row.application ?? row.component_group ?? 'nothing';
  const kind = row.optional ? 'an optional' : 'a required';
  const validity = { true: 'valid', false: 'invalid', null: 'not checked yet' }[`${row.valid}`];
  const scope = row.contexts.length === 0 ? 'every Snapshot' : row.contexts.join(', ');
  const off = row.disabled ? ' It is disabled.' : '';
  return `${row.name} is ${kind} integration test of ${of}, ${validity}, for: ${scope}.${off}`;
}

export const scenarioTools = [list, get];
