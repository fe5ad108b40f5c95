import { z } from 'zod';
import { cleanDeep, oneLine } from '../../../src/kit/text.ts';
import { conditionOf } from '../../kubernetes/client.ts';
import { Limit, Name, Namespace } from '../inputs.ts';
import { parentOf } from '../resources/common.ts';
import { RELEASE_PLAN, type ReleasePlan } from '../resources/release.ts';
import { newestFirst } from '../resources/timing.ts';
import { call, defineTool } from '../tool.ts';
import { pipelineText } from './pipeline-text.ts';
import { autoRelease, PlanRow, planRow } from './plan-view.ts';

const DATA_SHOWN = 3_000;

const list = defineTool({
  name: 'konflux_release_plan_list',
  title: 'List release plans',
  description: `
The ReleasePlans of a namespace: what each releases, to which managed namespace, whether an admission takes it, and
whether it releases by itself. Start here to find the plan that a release needs.`,
  effect: 'read',
  input: z.object({
    namespace: Namespace,
    application: Name.optional().meta({ description: 'Only plans of this application or component group.' }),
    limit: Limit,
  }),
  output: z.object({
    namespace: z.string(),
    total: z.int(),
    truncated: z.boolean(),
    release_plans: z.array(PlanRow),
    summary: z.string(),
  }),
  run: async ({ application, limit, ...input }, { client, signal }) => {
    const namespace = await client.cluster.namespace(input.namespace);
    const { items } = await client.cluster.all(RELEASE_PLAN, { namespace, signal });
    const plans = items.filter(
      ({ spec }) => application === undefined || parentOf(spec)?.name === application,
    );
    const rows = newestFirst(plans).slice(0, limit).map(planRow);
    return {
      namespace,
      total: plans.length,
      truncated: rows.length < plans.length,
      release_plans: rows,
      summary: listSummary(plans, items, namespace, application),
    };
  },
});

function listSummary(
  plans: readonly ReleasePlan[],
  all: readonly ReleasePlan[],
  namespace: string,
  application: string | undefined,
): string {
  const of = application === undefined ? '' : ` of ${application}`;
  if (plans.length > 0) {
    const rows = plans.map(planRow);
    const unmatched = rows.filter(({ matched }) => matched === false).length;
    const automatic = rows.filter(({ auto_release }) => auto_release !== 'off').length;
    return `${rows.length} ReleasePlan${rows.length === 1 ? '' : 's'}${of} in ${namespace}: ${unmatched} without an admission, ${automatic} releasing by ${automatic === 1 ? 'itself' : 'themselves'}.`;
  }
  const others = [...new Set(all.flatMap(({ spec }) => parentOf(spec)?.name ?? []))].sort();
  const known = others.length === 0 ? '' : ` Those there belong to ${others.slice(0, 8).join(', ')}.`;
  return `${namespace} has no ReleasePlan${of}.${known}`;
}

const get = defineTool({
  name: 'konflux_release_plan_get',
  title: 'Get a release plan',
  description: `
One ReleasePlan: its application, target, pipelines and data, whether an admission takes it and is open, when it
releases by itself (with the CEL expression), and whom that is attributed to. For the admission: konflux_admission_get.`,
  effect: 'read',
  input: z.object({ name: Name, namespace: Namespace }),
  output: PlanRow.extend({
    namespace: z.string(),
    auto_release_expression: z.string().nullable(),
    tenant_pipeline: z.string().nullable(),
    final_pipeline: z.string().nullable(),
    grace_period_days: z.int().nullable(),
    data: z.unknown().meta({ description: 'As it stands in the plan; null when there is none.' }),
    data_truncated: z.boolean(),
    matched_message: z.string().nullable(),
    archived: z.boolean(),
    summary: z.string(),
    next: z.string(),
  }),
  run: async ({ name, ...input }, { client, signal }) => {
    const namespace = await client.cluster.namespace(input.namespace);
    const { object: plan, archived } = await client.get(RELEASE_PLAN, name, { namespace, signal });
    const row = planRow(plan);
    const large = JSON.stringify(plan.spec.data ?? null).length > DATA_SHOWN;
    const message = conditionOf(plan.status.conditions, 'Matched')?.message;
    return {
      ...row,
      namespace,
      auto_release_expression: autoRelease(plan).expression,
      tenant_pipeline: pipelineText(plan.spec.tenantPipeline),
      final_pipeline: pipelineText(plan.spec.finalPipeline),
      grace_period_days: plan.spec.releaseGracePeriodDays ?? null,
      data: large ? Object.keys(plan.spec.data ?? {}) : cleanDeep(plan.spec.data ?? null),
      data_truncated: large,
      matched_message: message ? oneLine(message) : null,
      archived,
      summary: `${plan.metadata.name} releases ${parentOf(plan.spec)?.name ?? 'nothing'} ${row.target === null ? 'in its own namespace' : `to ${row.target}`}; ${matchText(row)}; ${autoText(plan)}${archived ? '; it has been pruned from the cluster, this is from KubeArchive' : ''}.`,
      next: nextOf(row, namespace),
    };
  },
});

function matchText({ matched, admission, active, target }: PlanRow): string {
  if (target === null) return 'it needs no admission';
  if (matched === null) return 'whether an admission takes it is not decided yet';
  if (!matched) return 'no admission takes it, so releases would fail their validation';
  return `matched to ${admission ?? 'an admission'}${active === false ? ', which is not marked as open' : ''}`;
}

function autoText(plan: ReleasePlan): string {
  const { mode } = autoRelease(plan);
  const author = planRow(plan).author;
  const who = author === null ? 'nobody, so it fails' : author;
  if (mode === 'off') return 'auto-release is off';
  return `auto-release is ${mode === 'on' ? 'on' : 'decided by an expression'} and attributed to ${who}`;
}

function nextOf({ name, matched, target }: PlanRow, namespace: string): string {
  return matched === false || target === null
    ? call('konflux_release_list', { release_plan: name, namespace })
    : call('konflux_admission_get', { release_plan: name, namespace });
}

export const planTools = [list, get];
