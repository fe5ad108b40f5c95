import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { oneLine } from '../../../src/kit/text.ts';
import type { KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import { ADMISSION, type Admission, RELEASE_PLAN, type ReleasePlan } from '../resources/release.ts';
import { call, defineTool } from '../tool.ts';
import { designated, matchAdmissions } from './admission-match.ts';
import { admissionsFor } from './admission-read.ts';
import { AdmissionRow, admissionRow, advisoryType, mappingOf, shortRow } from './admission-view.ts';
import { rowsFromPlans } from './admissions.ts';
import { pipelineText } from './pipeline-text.ts';
import { matchedOf } from './plan-view.ts';

const PlanSays = z.object({
  release_plan: z.string(),
  matched: z.boolean().nullable(),
  admission: z.string().nullable(),
  active: z.boolean().nullable().meta({ description: 'It takes releases, as the plan remembers it.' }),
});

const Output = z.object({
  access: z.enum(['open', 'forbidden']),
  access_detail: z.string().nullable(),
  admission: AdmissionRow.nullable(),
  pipeline: z.string().nullable(),
  service_account: z.string().nullable(),
  advisory_type: z.string().nullable(),
  mapping: z.array(z.object({ component: z.string(), repository: z.string(), tags: z.array(z.string()) })),
  mapping_total: z.int(),
  plan_status: z.array(PlanSays).meta({ description: "What the tenant's plans say of it." }),
  summary: z.string(),
  next: z.string().optional(),
});

export const getAdmission = defineTool({
  name: 'konflux_admission_get',
  title: 'Get a release plan admission',
  description: `
One ReleasePlanAdmission, by a plan that it takes or by its name: whether releases are blocked, its policy, environment,
pipeline, and to which repository each component goes. Where the managed namespace is closed to us the answer is
access: forbidden, with what ReleasePlan.status says.`,
  effect: 'read',
  input: z.object({
    release_plan: Name.optional().meta({ description: 'A plan of the tenant; or give `name`.' }),
    name: z
      .string()
      .max(300)
      .regex(/^([a-z0-9][-a-z0-9]*\/)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'name or namespace/name')
      .optional(),
    managed_namespace: Name.optional(),
    namespace: Namespace,
    limit: z.int().min(1).max(100).default(20).meta({ description: 'Mapped components at most.' }),
  }),
  output: Output,
  run: async ({ release_plan, name: given, managed_namespace, limit, ...input }, { client, signal }) => {
    const namespace = await client.cluster.namespace(input.namespace);
    if ((release_plan === undefined) === (given === undefined)) {
      throw new SluiceError('invalid_input', {
        cause: 'konflux_admission_get takes one of release_plan and name.',
        remedy: `For the names: ${call('konflux_admission_list', { namespace })}.`,
      });
    }
    const { items: plans } = await client.cluster.all(RELEASE_PLAN, { namespace, signal });
    if (release_plan !== undefined) {
      const plan = plans.find(({ metadata }) => metadata.name === release_plan);
      if (plan === undefined) throw await client.missing(RELEASE_PLAN, release_plan, namespace);
      return shortened(await ofPlan(client, plan, namespace, signal), limit);
    }
    const [name = '', inName] = (given ?? '').split('/').reverse();
    const where = inName ?? managed_namespace ?? soleTarget(plans, name, namespace);
    return shortened(await named(client, plans, { name, where, namespace }, signal), limit);
  },
});

function shortened(answer: z.output<typeof Output>, limit: number): z.output<typeof Output> {
  const { admission, mapping } = answer;
  return { ...answer, admission: admission && shortRow(admission), mapping: mapping.slice(0, limit) };
}

async function ofPlan(
  client: KonfluxClient,
  plan: ReleasePlan,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<z.output<typeof Output>> {
  const seen = await admissionsFor(client, plan, signal);
  const says = planSays(plan);
  if (seen.access === 'none') {
    throw new SluiceError('not_found', {
      cause: `ReleasePlan ${plan.metadata.name} has no target, so no admission takes its releases.`,
      remedy: 'Nothing is missing: its tenant pipeline releases in its own namespace.',
    });
  }
  if (seen.access === 'forbidden') return closed(plan.spec.target ?? '', [plan], namespace, seen.why);
  const { admissions } = matchAdmissions(plan, seen.items);
  const [match] = admissions;
  if (match === undefined || admissions.length > 1) {
    const label = designated(plan);
    throw new SluiceError(match === undefined ? 'not_found' : 'conflict', {
      cause:
        match === undefined
          ? `No admission in ${plan.spec.target} takes ReleasePlan ${plan.metadata.name}${label === undefined ? '' : ` (its label names ${label})`}.`
          : `Several admissions in ${plan.spec.target} take ReleasePlan ${plan.metadata.name}: ${admissions.map(({ metadata }) => metadata.name).join(', ')}.`,
      remedy: `Releases of this plan fail their validation until exactly one takes it; see ${call('konflux_admission_list', { namespace })}.`,
    });
  }
  return open(match, [says], namespace);
}

async function named(
  client: KonfluxClient,
  plans: readonly ReleasePlan[],
  { name, where, namespace }: { name: string; where: string; namespace: string },
  signal: AbortSignal | undefined,
): Promise<z.output<typeof Output>> {
  const said = plans.filter(({ status }) => status.releasePlanAdmission?.name === `${where}/${name}`);
  try {
    const { object } = await client.get(ADMISSION, name, { namespace: where, signal });
    return open(object, said.map(planSays), namespace);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'forbidden') throw error;
    return closed(where, said, namespace, error.message);
  }
}

/** Without a managed namespace: the one in which the plans say it is, or the only one that they target. */
function soleTarget(plans: readonly ReleasePlan[], name: string, namespace: string): string {
  const all = plans.flatMap(({ spec }) => spec.target || []);
  const said = plans.flatMap(({ status }) => status.releasePlanAdmission?.name || []);
  const naming = said.filter((full) => full.endsWith(`/${name}`)).map((full) => full.split('/')[0] ?? '');
  const targets = [...new Set(naming.length > 0 ? naming : all)];
  const [only] = targets;
  if (only !== undefined && targets.length === 1) return only;
  throw new SluiceError('invalid_input', {
    cause: `In which managed namespace the admission ${name} is cannot be told from the plans of ${namespace}.`,
    remedy:
      targets.length === 0
        ? 'Give managed_namespace.'
        : `Give managed_namespace: ${targets.sort().join(', ')}.`,
  });
}

function planSays(plan: ReleasePlan): z.output<typeof PlanSays> {
  const admission = plan.status.releasePlanAdmission;
  return {
    release_plan: plan.metadata.name,
    matched: matchedOf(plan),
    admission: admission?.name || null,
    active: admission?.name ? admission.active : null,
  };
}

function open(
  admission: Admission,
  says: z.output<typeof PlanSays>[],
  namespace: string,
): z.output<typeof Output> {
  const row = admissionRow(admission);
  const mapping = mappingOf(admission);
  const [plan] = row.release_plans.filter((full) => full.startsWith(`${namespace}/`));
  return {
    access: 'open',
    access_detail: null,
    admission: row,
    pipeline: pipelineText(admission.spec.pipeline),
    service_account: admission.spec.pipeline?.serviceAccountName ?? null,
    advisory_type: advisoryType(admission),
    mapping,
    mapping_total: mapping.length,
    plan_status: says,
    summary: `${row.namespace}/${row.name} ${row.block_releases === true ? 'blocks releases' : 'takes releases'} of ${listed([...row.applications, ...row.component_groups])} from ${row.origin}, under policy ${row.policy ?? 'none'}; ${mapping.length === 0 ? 'no component is mapped to a repository' : `components with a repository: ${new Set(mapping.map(({ component }) => component)).size}`}.`,
    ...(plan === undefined
      ? {}
      : { next: call('konflux_release_list', { release_plan: plan.split('/')[1], namespace }) }),
  };
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'nothing';
  return names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

function closed(
  target: string,
  plans: readonly ReleasePlan[],
  namespace: string,
  why: string,
): z.output<typeof Output> {
  const says = plans.map(planSays);
  const [row] = rowsFromPlans(plans, target, namespace);
  const [first] = says;
  const told =
    first === undefined || first.matched === null
      ? 'no plan says anything of it'
      : first.matched
        ? `the plan says that ${first.admission ?? 'an admission'} takes it and is ${first.active === true ? 'open' : 'not marked as open'}`
        : 'the plan says that no admission takes it';
  return {
    access: 'forbidden',
    access_detail: oneLine(why),
    admission: row ?? null,
    pipeline: null,
    service_account: null,
    advisory_type: null,
    mapping: [],
    mapping_total: 0,
    plan_status: says,
    summary: `We may not read ${target}: whether releases are blocked is unknown; ${told}.`,
  };
}
