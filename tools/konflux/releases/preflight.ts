import { parentOf } from '../resources/common.ts';
import type { Release, ReleasePlan } from '../resources/release.ts';
import type { Snapshot } from '../resources/snapshot.ts';
import { newestFirst } from '../resources/timing.ts';
import { promotability, snapshotVerdict } from '../snapshots/classify.ts';
import type { Match } from './admission-match.ts';
import { matchAdmissions } from './admission-match.ts';
import type { Admissions } from './admission-read.ts';
import { blocks } from './admission-view.ts';
import { classifyRelease } from './classify.ts';
import { autoRelease, matchedOf, planRow } from './plan-view.ts';

export const CHECKS = [
  'plan_exists',
  'snapshot_exists',
  'same_parent',
  'admission_matched',
  'admission_open',
  'pipeline_defined',
  'snapshot_promotable',
  'no_duplicate',
  'attribution',
  'images_by_digest',
] as const;
export type CheckName = (typeof CHECKS)[number];

export interface Check {
  name: CheckName;
  state: 'pass' | 'fail' | 'unknown';
  detail: string;
  /** Unknown, but ReleasePlan.status speaks for it: it does not hold a release up. */
  vouched?: boolean;
}

export type Lookup<T> = { object: T; archived: boolean } | { missing: string };

export interface PreflightFacts {
  plan: Lookup<ReleasePlan>;
  snapshot: Lookup<Snapshot>;
  admissions: Admissions;
  /** Of the same plan and snapshot, archived ones included. */
  releases: readonly Release[];
  /** Why the archive could not be asked for more of them. */
  archiveTrouble: string | undefined;
}

export interface Preflight {
  checks: Check[];
  verdict: 'pass' | 'fail' | 'unknown';
  /** Nothing fails, and what is unknown is vouched for by the plan's status. */
  ready: boolean;
}

/** Whether the release service would take a Release of this snapshot by this plan, and whether it should. */
export function preflight(facts: PreflightFacts): Preflight {
  const plan = 'object' in facts.plan ? facts.plan.object : undefined;
  const snapshot = 'object' in facts.snapshot ? facts.snapshot.object : undefined;
  const checks: Check[] = [
    planExists(facts.plan),
    snapshotExists(facts.snapshot),
    plan && snapshot ? sameParent(plan, snapshot) : notLooked('same_parent', plan, snapshot),
    plan ? matched(plan, facts.admissions) : notLooked('admission_matched', plan, snapshot),
    plan ? open(plan, facts.admissions) : notLooked('admission_open', plan, snapshot),
    plan ? pipelineDefined(plan, facts.admissions) : notLooked('pipeline_defined', plan, snapshot),
    snapshot ? promotable(snapshot) : notLooked('snapshot_promotable', snapshot, snapshot),
    noDuplicate(facts),
    plan ? attribution(plan) : notLooked('attribution', plan, snapshot),
    snapshot ? imagesByDigest(snapshot) : notLooked('images_by_digest', snapshot, snapshot),
  ];
  const any = (state: Check['state']) => checks.some((check) => check.state === state);
  return {
    checks,
    verdict: any('fail') ? 'fail' : any('unknown') ? 'unknown' : 'pass',
    ready: holding(checks).length === 0,
  };
}

/** The checks that hold a release up. */
export function holding(checks: readonly Check[]): Check[] {
  return checks.filter(({ state, vouched }) => state === 'fail' || (state === 'unknown' && vouched !== true));
}

/** What a person is told: with a failure, what could not be looked at because of it says nothing more. */
export function plainly(checks: readonly Check[]): readonly Check[] {
  const failures = checks.filter(({ state }) => state === 'fail');
  return failures.length > 0 ? failures : checks;
}

const pass = (name: CheckName, detail: string): Check => ({ name, state: 'pass', detail });
const fail = (name: CheckName, detail: string): Check => ({ name, state: 'fail', detail });
const unknown = (name: CheckName, detail: string): Check => ({ name, state: 'unknown', detail });

function notLooked(name: CheckName, plan: unknown, snapshot: unknown): Check {
  const what = plan === undefined && snapshot === undefined ? 'what it is about' : 'one of the two';
  return unknown(name, `Not looked at: ${what} is not there.`);
}

function planExists(plan: Lookup<ReleasePlan>): Check {
  return 'missing' in plan
    ? fail('plan_exists', plan.missing)
    : pass('plan_exists', `ReleasePlan ${plan.object.metadata.name} is there.`);
}

function snapshotExists(snapshot: Lookup<Snapshot>): Check {
  if ('missing' in snapshot) return fail('snapshot_exists', snapshot.missing);
  const { name } = snapshot.object.metadata;
  if (!snapshot.archived) return pass('snapshot_exists', `Snapshot ${name} is there.`);
  return unknown(
    'snapshot_exists',
    `Snapshot ${name} has been pruned and is in KubeArchive alone: a release service that does not read the archive refuses it.`,
  );
}

function sameParent(plan: ReleasePlan, snapshot: Snapshot): Check {
  const ofPlan = parentOf(plan.spec);
  const ofSnapshot = parentOf(snapshot.spec);
  const same = ofPlan?.kind === ofSnapshot?.kind && ofPlan?.name === ofSnapshot?.name;
  if (same && ofPlan !== undefined) return pass('same_parent', `Both belong to ${ofPlan.name}.`);
  return fail(
    'same_parent',
    `The plan releases ${ofPlan === undefined ? 'nothing' : `${ofPlan.kind} ${ofPlan.name}`}, the snapshot belongs to ${ofSnapshot === undefined ? 'nothing' : `${ofSnapshot.kind} ${ofSnapshot.name}`}.`,
  );
}

function matched(plan: ReleasePlan, admissions: Admissions): Check {
  const name = 'admission_matched';
  if (admissions.access === 'none') return pass(name, 'The plan has no target and needs no admission.');
  if (admissions.access === 'forbidden') return matchedByStatus(plan, admissions.why);
  const match = matchAdmissions(plan, admissions.items);
  const [first] = match.admissions;
  if (match.admissions.length > 1)
    return fail(
      name,
      `Several admissions take it: ${match.admissions.map(({ metadata }) => metadata.name).join(', ')}.`,
    );
  if (first === undefined) return fail(name, unmatchedText(plan, match));
  if (matchedOf(plan) === false)
    return fail(name, `${first.metadata.name} would take it, but the plan's status says that none does.`);
  return pass(name, `${plan.spec.target}/${first.metadata.name} takes it.`);
}

function matchedByStatus(plan: ReleasePlan, why: string): Check {
  const name = 'admission_matched';
  const { admission } = planRow(plan);
  switch (matchedOf(plan)) {
    case true:
      return pass(
        name,
        `${admission ?? 'An admission'} takes it, says the plan's status (the admission itself may not be read).`,
      );
    case false:
      return fail(name, `The plan's status says that no admission in ${plan.spec.target} takes it.`);
    case null:
      return unknown(name, `The plan's status does not say, and: ${why}`);
  }
}

function unmatchedText(plan: ReleasePlan, { named, wrongOrigin }: Match): string {
  const { target } = plan.spec;
  if (wrongOrigin)
    return `The admission that the plan's label names takes releases from another namespace than ${plan.metadata.namespace}.`;
  if (named) return `The admission that the plan's label names is not in ${target}.`;
  return `No admission in ${target} takes ${parentOf(plan.spec)?.name ?? 'it'} from ${plan.metadata.namespace}.`;
}

/** The only admission of the plan, where it can be seen. */
function admissionOf(plan: ReleasePlan, admissions: Admissions) {
  if (admissions.access !== 'open') return undefined;
  const { admissions: found } = matchAdmissions(plan, admissions.items);
  return found.length === 1 ? found[0] : undefined;
}

function open(plan: ReleasePlan, admissions: Admissions): Check {
  const name = 'admission_open';
  if (admissions.access === 'none') return pass(name, 'No admission stands in between.');
  if (admissions.access === 'forbidden') return byStatus(name, plan, 'whether releases are blocked');
  const admission = admissionOf(plan, admissions);
  if (admission === undefined) return unknown(name, 'There is not exactly one admission to ask.');
  return blocks(admission)
    ? fail(
        name,
        `Releases are blocked: ${plan.spec.target}/${admission.metadata.name} has block-releases "true".`,
      )
    : pass(name, `${plan.spec.target}/${admission.metadata.name} does not block releases.`);
}

/** The admission is closed to us; its plan remembers whether it was open when they were matched. */
function byStatus(name: CheckName, plan: ReleasePlan, what: string): Check {
  const { matched: taken, active } = planRow(plan);
  const says =
    active === null
      ? "the plan's status says nothing of it"
      : `the plan's status says active: ${active}${active ? '' : ', so it may be blocked'}`;
  const check = unknown(
    name,
    `${what[0]?.toUpperCase()}${what.slice(1)} is unknown: ${plan.spec.target} may not be read; ${says}.`,
  );
  return taken === true && active === true ? { ...check, vouched: true } : check;
}

function pipelineDefined(plan: ReleasePlan, admissions: Admissions): Check {
  const name = 'pipeline_defined';
  if (plan.spec.tenantPipeline !== undefined) return pass(name, 'The plan has a tenant pipeline.');
  if (admissions.access === 'none') return fail(name, 'The plan has neither a tenant pipeline nor a target.');
  if (admissions.access === 'forbidden') return byStatus(name, plan, 'which pipeline the admission runs');
  const admission = admissionOf(plan, admissions);
  if (admission === undefined) return unknown(name, 'There is not exactly one admission to ask.');
  return admission.spec.pipeline === undefined
    ? fail(name, 'Neither the plan nor the admission has a pipeline.')
    : pass(name, 'The admission has a managed pipeline.');
}

function promotable(snapshot: Snapshot): Check {
  const { promotable: yes, reasons } = promotability(snapshot);
  if (yes) return pass('snapshot_promotable', 'Its tests passed, and it comes from a push.');
  const { state } = snapshotVerdict(snapshot);
  return fail('snapshot_promotable', `The snapshot is ${state}: ${reasons.join(' ')}`);
}

const LIVING = ['pending', 'progressing', 'succeeded'];

/** Releases of the same plan and snapshot that make another one a duplicate, newest first. */
export function duplicatesOf(releases: readonly Release[]): Release[] {
  return newestFirst(releases).filter((release) => LIVING.includes(classifyRelease(release).state));
}

function noDuplicate({ releases, archiveTrouble }: PreflightFacts): Check {
  const name = 'no_duplicate';
  const found = duplicatesOf(releases);
  if (found.length > 0) {
    const named = found
      .slice(0, 3)
      .map((release) => `${release.metadata.name} (${classifyRelease(release).state})`);
    return fail(name, `This snapshot has a Release by this plan: ${named.join(', ')}.`);
  }
  if (archiveTrouble !== undefined)
    return unknown(
      name,
      `None in the cluster; KubeArchive could not be asked for older ones: ${archiveTrouble}`,
    );
  return pass(
    name,
    releases.length === 0
      ? 'This snapshot has no Release by this plan.'
      : `None is under way or done; ${releases.length} failed before.`,
  );
}

/** Whoever creates a Release by hand is its author: only automatic ones need what the plan says. */
function attribution(plan: ReleasePlan): Check {
  const { author, standing_attribution } = planRow(plan);
  const name = 'attribution';
  if (standing_attribution && author === null)
    return fail(name, 'The plan says standing-attribution, but names no author.');
  if (author !== null)
    return pass(name, `Made by hand it is attributed to whoever makes it; by the plan to ${author}.`);
  return pass(
    name,
    `It is attributed to whoever makes it${autoRelease(plan).mode === 'off' ? '' : '; automatic releases of this plan fail, because it names no author'}.`,
  );
}

function imagesByDigest({ spec }: Snapshot): Check {
  const name = 'images_by_digest';
  const loose = spec.components.filter(({ containerImage }) => !/@sha256:[0-9a-f]{64}$/.test(containerImage));
  if (spec.components.length === 0) return fail(name, 'The snapshot has no component.');
  if (loose.length > 0)
    return fail(name, `Without a digest: ${loose.map((component) => component.name).join(', ')}.`);
  return pass(
    name,
    `${spec.components.length} image${spec.components.length === 1 ? '' : 's'}, each by its digest.`,
  );
}
