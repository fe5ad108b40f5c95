import { isoTime } from '../../kit/clock.ts';
import type { Ref } from '../facts.ts';
import type { Blocker, RunReport, RunStateName } from '../report.ts';
import type { RunState } from '../state.ts';
import { type Left, leftOf } from './collect.ts';

/** How a rollback stands, as the release says it. */
export interface RollbackReport {
  release_id: string;
  reason: string;
  by: string;
  since: string;
  /** Of the run that undoes; null while it has not begun. */
  state: RunStateName | null;
  summary: string;
  /** What stays as it is, and why. */
  stays: Left[];
}

/** The other side of a rollback: the run that undoes, or the release that it undoes. */
export function refsOf({ opened, rollback }: RunState): { refs?: Ref[] } {
  const ids = [opened.undoes, rollback?.releaseId].filter((id) => id !== undefined);
  return ids.length === 0 ? {} : { refs: ids.map((id) => ({ system: 'sluice', id })) };
}

/** The report of a release that is being, or was, rolled back: what its way back waits for counts. */
export function withRollback(report: RunReport, state: RunState, undo: RunReport | undefined): RunReport {
  const { rollback, closed } = state;
  if (rollback === null) return report;
  const told: RollbackReport = {
    release_id: rollback.releaseId,
    reason: rollback.reason,
    by: rollback.by.id,
    since: isoTime(rollback.at),
    state: undo?.state ?? null,
    summary: undo?.summary ?? 'Not begun yet: what the release has under way is found out first.',
    stays: leftOf(state, new Set()),
  };
  if (closed?.state === 'rolled_back') return { ...report, rollback: told };
  const stands = stateOf(undo);
  const id = state.opened.release_id;
  return {
    ...report,
    rollback: told,
    state: stands,
    blocked_by: blockersOf(undo, id),
    plan_hash: undo?.plan_hash ?? null,
    next_at: undo?.next_at ?? report.next_at,
    next: undo === undefined || undo.state === 'done' ? `Drive on: sluice drive ${id}` : undo.next,
    summary: `${state.opened.flow.title} ${state.opened.key} is stopped and being rolled back by ${rollback.releaseId} (${rollback.reason}). ${told.summary}`,
  };
}

function stateOf(undo: RunReport | undefined): RunStateName {
  if (undo === undefined || undo.state === 'done') return 'running';
  return undo.state === 'cancelled' ? 'blocked' : undo.state;
}

function blockersOf(undo: RunReport | undefined, id: string): Blocker[] {
  if (undo === undefined) return [];
  if (undo.state !== 'cancelled') return undo.blocked_by;
  const remedy = `Begin it again: sluice rollback ${id} --reason "…"`;
  return [
    { step: 'rollback', state: 'blocked', cause: `${undo.release_id} was cancelled on its way`, remedy },
  ];
}

/** What runs below a run wait for, in the place of the steps that wait for them. */
export function withBlockersBelow(report: RunReport, below: ReadonlyMap<string, RunReport>): RunReport {
  const inner = (step: string) => {
    const run = below.get(step);
    return run === undefined || run.blocked_by.length === 0 ? undefined : run;
  };
  const first = report.blocked_by.map(({ step }) => inner(step)).find((run) => run !== undefined);
  if (first === undefined) return report;
  return {
    ...report,
    state: report.state === 'blocked' ? first.state : report.state,
    plan_hash: report.plan_hash ?? first.plan_hash,
    blocked_by: report.blocked_by.flatMap((blocker) => inner(blocker.step)?.blocked_by ?? [blocker]),
    next: first.next,
  };
}
