import { canonicalJson } from '../kit/canonical.ts';
import { durationMs } from '../kit/duration.ts';
import type { Effect } from '../kit/effect.ts';
import { SluiceError, toSluiceError } from '../kit/errors.ts';
import { verifyStatement } from './approval.ts';
import { nextLookAt } from './approval-ways/decide-approval.ts';
import { assertStands, readStanding } from './approval-ways/gitlab.ts';
import { verifyClick } from './approval-ways/slack.ts';
import { brokenApproval } from './break-glass.ts';
import type { Step } from './definition.ts';
import { approvalsOver, stepOf, upstream } from './graph.ts';
import { judge } from './perform-gate.ts';
import { type Plan, planForApproval, planHash, readPlan } from './plan.ts';
import { Superseded } from './run-journal.ts';
import type { EngineServices } from './services.ts';
import { type ApprovalGiven, type RunState, type StepState, stepState } from './state.ts';
import { append, looked, type StepWork, settle } from './step-work.ts';

/** Fixes the plan that is to be approved. */
export async function askApproval(work: StepWork): Promise<void> {
  const { step, journal, services } = work;
  const plan = await planForApproval(step, journal.state, services);
  await append(work, { kind: 'approval.asked', step: step.id, data: { plan_hash: planHash(plan), plan } });
}

/** Settles an approve step once enough people have approved; drops approvals that do not hold. */
export async function checkApproval(work: StepWork): Promise<void> {
  const { step, journal, services } = work;
  const { asked, approvals } = stepState(journal.state, step.id);
  if (asked === null) return;
  const later = async (cause: string) => {
    const next = nextLookAt(asked, await services.clock.now());
    await looked(work, 'blocked', cause, next, { error: 'blocked' });
  };
  try {
    const count = await holding(work, step);
    const plan = await planForApproval(step, journal.state, services);
    if (planHash(plan) !== asked.planHash) await stale(work, step, changedBecause(asked, plan));
    else if (count.enough) await settle(work, 'passed', count.how);
    else if (approvals.length > 0) await stale(work, step, whyNot(count));
    else await later('the glass was broken by somebody who may not');
  } catch (thrown) {
    const error = toSluiceError(thrown);
    if (error.code !== 'blocked') throw thrown;
    await later(`${error.message} ${error.remedy}`);
  }
}

interface Count {
  enough: boolean;
  /** Who let it pass, in words. */
  how: string;
  /** What became of approvals that do not count any more. */
  lost: string[];
}

function whyNot({ lost }: Count): string {
  return `an approval that was given does not count any more: ${lost.join(' ') || 'nobody knows of it.'}`;
}

/**
 * Whether the asked plan is approved now. Each approval is proven again: a signature by its key, a click
 * by Slack's signature, a merge request by GitLab, which is asked where it matters. Throws `blocked` when
 * that cannot be told.
 */
async function holding(work: StepWork, approval: Step): Promise<Count> {
  const { journal, services } = work;
  const own = stepState(journal.state, approval.id);
  const given = own.approvals.filter(({ planHash }) => planHash === own.asked?.planHash);
  const quorum = approval.approve?.quorum ?? 1;
  const people = new Set<string>();
  const lost: string[] = [];
  const count = async (one: ApprovalGiven, prove: () => Promise<string>) => {
    try {
      people.add(await prove());
    } catch (thrown) {
      const error = toSluiceError(thrown);
      if (error.code === 'blocked') throw error;
      const { rule, message: cause } = error;
      const whose = { release: journal.id, step: approval.id, by: one.by, way: one.way };
      services.log.warn({ ...whose, rule, cause }, 'an approval does not count');
      lost.push(cause);
    }
  };
  for (const one of given) {
    if (one.way !== 'gitlab') await count(one, () => proveHere(one, approval, journal.state, services));
  }
  const elsewhere = given.flatMap((one) => (one.way === 'gitlab' ? [one] : []));
  if (people.size < quorum && elsewhere.length > 0) {
    const standing = await readStanding(work, approval);
    for (const one of elsewhere) {
      await count(one, async () => assertStands(work, approval, standing, one));
    }
  }
  const names = [...people].join(' and ');
  if (people.size >= quorum) return { enough: true, how: `approved by ${names}`, lost };
  const now = await services.clock.now();
  const broke = await brokenApproval(approval.id, own.asked?.planHash ?? '', journal.state, now, services);
  return { enough: broke !== undefined, how: `not approved: ${broke} broke the glass`, lost };
}

/** By what we hold ourselves: the keys that may sign, the secret that Slack signs with. */
async function proveHere(
  given: ApprovalGiven,
  approval: Step,
  state: RunState,
  { approvals }: EngineServices,
): Promise<string> {
  if (given.way === 'ssh')
    return await verifyStatement(given, approval, given.planHash, state, approvals, 'approve');
  return await verifyClick(given, approval, state, approvals);
}

/**
 * Makes sure, for a step behind an approval, that the plan is still the one that was approved, and
 * gives the check that is asked before each of its effects. Undefined when no approval covers it.
 */
export async function guardEffect(work: StepWork): Promise<((effect: Effect) => Promise<void>) | undefined> {
  const { step, journal, services } = work;
  const over = approvalsOver(journal.state.opened.flow, step.id);
  const statusOf = (approval: Step) => stepState(journal.state, approval.id).status;
  if (over.some((approval) => !['passed', 'skipped'].includes(statusOf(approval)))) {
    throw new Superseded('an approval over this step is open');
  }
  const approvals = over.filter((approval) => statusOf(approval) === 'passed');
  await refreshGates(work);
  if (approvals.length === 0) return undefined;
  const approved: Plan[] = [];
  for (const approval of approvals) {
    const asked = stepState(journal.state, approval.id).asked;
    const plan = await planForApproval(approval, journal.state, services);
    const hash = planHash(plan);
    if (asked === null || asked.planHash !== hash || readPlan(asked.plan, hash) === undefined) {
      await stale(work, approval, changedBecause(asked, plan));
      throw new Superseded('the approval is stale');
    }
    approved.push(plan);
  }
  return async (effect) => {
    for (const [index, approval] of approvals.entries()) {
      const count = await holding(work, approval);
      if (!count.enough) {
        await stale(work, approval, whyNot(count));
        throw new Superseded('the approval does not hold');
      }
      const planned = approved[index]?.effects.some(
        (candidate) =>
          candidate.state === 'resolved' && candidate.step === step.id && candidate.key === effect.key,
      );
      if (planned !== true) {
        await stale(
          work,
          approval,
          `"${effect.preview.action}" on ${effect.preview.target} is not in the plan that was approved`,
        );
        throw new Superseded('the effect was not approved');
      }
    }
  };
}

/** Evidence older than its `max_age` is judged again before anything rests on it. */
async function refreshGates(work: StepWork): Promise<void> {
  const { step, journal, services } = work;
  const { flow } = journal.state.opened;
  for (const id of upstream(flow, step.id)) {
    const gate = stepOf(flow, id);
    if (gate?.gate?.max_age === undefined) continue;
    const own = stepState(journal.state, id);
    const now = await services.clock.now();
    if (own.status !== 'passed' || now - own.since <= durationMs(gate.gate.max_age)) continue;
    const { verdict, cause } = await judge({ ...work, step: gate });
    if (verdict === 'pass') continue;
    await journal.append(
      {
        kind: 'step.reopened',
        step: id,
        data: { attempt: own.attempt + 1, reason: `its evidence was old and is now: ${cause}`, by: 'policy' },
      },
      { guard: (state) => stepState(state, id).status === 'passed' },
    );
    throw new Superseded(`gate ${id} does not hold any more`);
  }
}

async function stale(work: StepWork, approval: Step, why: string): Promise<void> {
  const planHashBefore = stepState(work.journal.state, approval.id).asked?.planHash;
  await work.journal.append(
    { kind: 'approval.staled', step: approval.id, data: { why } },
    {
      guard: (state) =>
        stepState(state, approval.id).asked?.planHash === planHashBefore && planHashBefore !== undefined,
    },
  );
}

function changedBecause(asked: StepState['asked'], plan: Plan): string {
  return `the plan is not the one that was approved any more (${changes(asked, plan)})`;
}

/** What differs between the plan that was asked for and the one of now, for people. */
export function changes(asked: { plan: unknown; planHash: string } | null, after: Plan): string {
  if (asked === null) return 'nothing was asked';
  const before = readPlan(asked.plan, asked.planHash);
  if (before === undefined)
    return 'what the journal keeps of it is not what was approved, or is of another version of Sluice';
  const parts: string[] = [];
  for (const field of Object.keys(after.frame) as (keyof Plan['frame'])[]) {
    if (field === 'gates' || field === 'windows')
      parts.push(...differing(before.frame[field], after.frame[field]).map((name) => `${field} ${name}`));
    else if (canonicalJson(before.frame[field]) !== canonicalJson(after.frame[field])) parts.push(field);
  }
  parts.push(...differing(before.shows, after.shows));
  const keys = (plan: Plan) =>
    plan.effects.map((effect) =>
      effect.state === 'resolved' ? `${effect.key} → ${JSON.stringify(effect.after)}` : effect.step,
    );
  const was = new Set(keys(before));
  const is = new Set(keys(after));
  parts.push(...[...is].filter((key) => !was.has(key)).map((key) => `new: ${key}`));
  parts.push(...[...was].filter((key) => !is.has(key)).map((key) => `gone: ${key}`));
  return parts.join(', ') || 'its order changed';
}

function differing(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter(
    (name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null),
  );
}

export function staleError(releaseId: string, step: string, hash: string, why: string): SluiceError {
  return new SluiceError('stale', {
    cause: `The plan of ${releaseId} is not the one that you name: ${why}.`,
    remedy: `Read the plan that is asked for now (\`sluice explain ${releaseId} ${step}\`), then sign ${hash}.`,
    rule: 'approval-binding',
  });
}
