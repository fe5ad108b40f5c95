import { z } from 'zod';
import { oneLine } from '../../../src/kit/text.ts';
import { Limit, Name, Namespace } from '../inputs.ts';
import { parentOf } from '../resources/common.ts';
import { RELEASE_PLAN, type ReleasePlan } from '../resources/release.ts';
import { defineTool } from '../tool.ts';
import { admissionsIn } from './admission-read.ts';
import { AdmissionRow, admissionRow, shortRow } from './admission-view.ts';
import { matchedOf } from './plan-view.ts';

const Access = z.object({
  namespace: z.string(),
  access: z.enum(['open', 'forbidden']),
  detail: z.string().nullable(),
});

export const listAdmissions = defineTool({
  name: 'konflux_admission_list',
  title: 'List release plan admissions',
  description: `
The ReleasePlanAdmissions that take releases of a tenant: whether they are blocked, their policy and environment. They
live in managed namespaces; where those are closed to us (access: forbidden), what the tenant's plans say stands instead.`,
  effect: 'read',
  input: z.object({
    namespace: Namespace,
    managed_namespace: Name.optional().meta({
      description: "Where to look; else every target of the tenant's plans.",
    }),
    application: Name.optional().meta({ description: 'Only those that take this application or group.' }),
    every_origin: z.boolean().default(false).meta({ description: 'Those for other tenants too.' }),
    limit: Limit,
  }),
  output: z.object({
    namespace: z.string(),
    managed_namespaces: z.array(Access),
    total: z.int(),
    truncated: z.boolean(),
    admissions: z.array(AdmissionRow),
    summary: z.string(),
  }),
  run: async ({ managed_namespace, application, every_origin, limit, ...input }, { client, signal }) => {
    const namespace = await client.cluster.namespace(input.namespace);
    const plans = (await client.cluster.all(RELEASE_PLAN, { namespace, signal })).items;
    const targets =
      managed_namespace === undefined
        ? [...new Set(plans.flatMap(({ spec }) => spec.target || []))].sort()
        : [managed_namespace];
    const read = await Promise.all(
      targets.map(async (target) => ({ target, seen: await admissionsIn(client, target, signal) })),
    );
    const rows = read
      .flatMap(({ target, seen }) =>
        seen.access === 'open' ? seen.items.map(admissionRow) : rowsFromPlans(plans, target, namespace),
      )
      .filter(({ origin }) => every_origin || origin === namespace)
      .filter(
        (row) =>
          application === undefined ||
          row.applications.includes(application) ||
          row.component_groups.includes(application),
      );
    const closed = read.filter(({ seen }) => seen.access === 'forbidden').map(({ target }) => target);
    return {
      namespace,
      managed_namespaces: read.map(({ target, seen }) => ({
        namespace: target,
        access: seen.access,
        detail: seen.access === 'open' ? null : oneLine(seen.why),
      })),
      total: rows.length,
      truncated: rows.length > limit,
      admissions: rows.slice(0, limit).map(shortRow),
      summary: summaryOf(rows, closed, namespace, targets),
    };
  },
});

/** What ReleasePlan.status knows of the admissions of a namespace that we may not read. */
export function rowsFromPlans(
  plans: readonly ReleasePlan[],
  target: string,
  namespace: string,
): AdmissionRow[] {
  const rows = new Map<string, AdmissionRow>();
  for (const plan of plans) {
    const full = plan.status.releasePlanAdmission?.name ?? '';
    const [where, name] = full.split('/');
    if (where !== target || name === undefined || matchedOf(plan) !== true) continue;
    const row = rows.get(full) ?? {
      name,
      namespace: target,
      origin: namespace,
      applications: [],
      component_groups: [],
      takes_total: 0,
      policy: null,
      environment: null,
      block_releases: null,
      release_plans: [],
      release_plans_total: 0,
      known_from: 'plan_status' as const,
    };
    const parent = parentOf(plan.spec);
    const list = parent?.kind === 'componentGroup' ? row.component_groups : row.applications;
    if (parent !== undefined && !list.includes(parent.name)) list.push(parent.name);
    row.release_plans.push(`${namespace}/${plan.metadata.name}`);
    row.takes_total = row.applications.length + row.component_groups.length;
    row.release_plans_total = row.release_plans.length;
    rows.set(full, row);
  }
  return [...rows.values()];
}

function summaryOf(
  rows: readonly AdmissionRow[],
  closed: readonly string[],
  namespace: string,
  targets: readonly string[],
): string {
  if (targets.length === 0)
    return `No plan of ${namespace} has a target, so no admission takes its releases: its plans release in ${namespace} itself.`;
  const blocked = rows.filter(({ block_releases }) => block_releases === true).map(({ name }) => name);
  const state = blocked.length === 0 ? 'none known to be blocked' : `blocked: ${blocked.join(', ')}`;
  const unseen =
    closed.length === 0
      ? ''
      : ` We may not read ${closed.join(', ')}: of those, only what the plans' status says.`;
  return `${rows.length} admission${rows.length === 1 ? '' : 's'} for ${namespace}, ${state}.${unseen}`;
}
