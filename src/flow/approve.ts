import { durationMs } from '../kit/duration.ts';
import type { Effect } from '../kit/effect.ts';
import { SluiceError } from '../kit/errors.ts';
import { verifyStatement } from './approval.ts';
import type { Step } from './definition.ts';
import { approvalsOver, stepOf, upstream } from './graph.ts';
import { judge } from './perform-gate.ts';
import { type Plan, planForApproval, planHash } from './plan.ts';
import { Superseded } from './run-journal.ts';
import { stepState } from './state.ts';
import { append, type StepWork, settle } from './step-work.ts';

/** Fixes the plan that is to be approved. */
export async function askApproval(work: StepWork): Promise<void> {
  const { step, journal, services } = work;
  const plan = await planForApproval(step, journal.state, services);
  await append(work, { kind: 'approval.asked', step: step.id, data: { plan_hash: planHash(plan), plan } });
}

/** Settles an approve step once enough valid statements are there; drops those that do not hold. */
export async function checkApproval(work: StepWork): Promise<void> {
  const { step } = work;
  const people = await approvers(work, step);
  if (people.length < (step.approve?.quorum ?? 1)) {
    await stale(work, step, 'an approval that was given does not count any more');
    return;
  }
  await settle(work, 'passed', `approved by ${people.join(' and ')}`);
}

/** The distinct people whose approval of the asked plan holds now. */
async function approvers(work: StepWork, approval: Step): Promise<string[]> {
  const { journal, services } = work;
  const own = stepState(journal.state, approval.id);
  const people = new Set<string>();
  for (const given of own.approvals) {
    if (given.planHash !== own.asked?.planHash || given.way !== 'ssh') continue;
    try {
      people.add(
        await verifyStatement(given, approval, given.planHash, journal.state, services.approvals, 'approve'),
      );
    } catch (error) {
      services.log.warn({ step: approval.id, by: given.by, error }, 'an approval does not count');
    }
  }
  return [...people];
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
    if (asked === null || asked.planHash !== hash) {
      await stale(
        work,
        approval,
        `the plan is not the one that was approved any more (${changes(asked?.plan, plan)})`,
      );
      throw new Superseded('the approval is stale');
    }
    approved.push(plan);
  }
  return async (effect) => {
    for (const [index, approval] of approvals.entries()) {
      const people = await approvers(work, approval);
      if (people.length < (approval.approve?.quorum ?? 1)) {
        await stale(work, approval, 'an approval that was given does not count any more');
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

/** What differs between two plans, for people. */
export function changes(before: unknown, after: Plan): string {
  if (before === null || typeof before !== 'object') return 'nothing was asked';
  const old = before as Plan;
  const parts: string[] = [];
  for (const field of Object.keys(after.frame) as (keyof Plan['frame'])[]) {
    if (JSON.stringify(old.frame[field]) !== JSON.stringify(after.frame[field])) parts.push(field);
  }
  for (const name of new Set([...Object.keys(old.shows), ...Object.keys(after.shows)])) {
    if (JSON.stringify(old.shows[name]) !== JSON.stringify(after.shows[name])) parts.push(name);
  }
  const keys = (plan: Plan) =>
    plan.effects.map((effect) =>
      effect.state === 'resolved' ? `${effect.key} → ${JSON.stringify(effect.after)}` : effect.step,
    );
  const was = new Set(keys(old));
  const is = new Set(keys(after));
  parts.push(...[...is].filter((key) => !was.has(key)).map((key) => `new: ${key}`));
  parts.push(...[...was].filter((key) => !is.has(key)).map((key) => `gone: ${key}`));
  return parts.join(', ') || 'its order changed';
}

export function staleError(releaseId: string, step: string, hash: string, why: string): SluiceError {
  return new SluiceError('stale', {
    cause: `The plan of ${releaseId} is not the one that you name: ${why}.`,
    remedy: `Read the plan that is asked for now (\`sluice explain ${releaseId} ${step}\`), then sign ${hash}.`,
    rule: 'approval-binding',
  });
}
