import type { RunReport } from '../flow/report.ts';
import type { RollbackPlan } from '../flow/rollback/plan.ts';

/** How a release would be taken back: where each change stood before, and what stays. */
export function renderWayBack(plan: RollbackPlan): string[] {
  if (plan.steps.length === 0) return ['Way back: nothing that needs one.'];
  const lines = ['Way back, last things first:'];
  for (const { flow, inputs } of plan.runs) lines.push(`  ↩ flow ${flow} ${words(inputs)}`);
  if (plan.unresolved !== undefined) lines.push(`  ! not known: ${plan.unresolved}`);
  for (const { step, changes, waits_for, undo } of plan.steps) {
    const how =
      undo.by === 'nothing'
        ? `stays: ${undo.why}`
        : undo.by === 'unknown'
          ? 'nothing says how it is undone'
          : undo.calls.map((call) => `${call.tool} ${words(call.with)}`).join('; ');
    if (changes.length === 0)
      lines.push(`  ↩ ${step}: not known yet (${waits_for ?? 'nothing to change'}); ${how}`);
    for (const { target, previous, before } of changes) {
      const was =
        previous === 'known'
          ? `was ${text(before)}`
          : previous === 'nothing'
            ? 'nothing before'
            : 'before: unknown';
      lines.push(`  ↩ ${step}: ${target} (${was}); ${how}`);
    }
  }
  return lines;
}

export function renderRollback(rollback: NonNullable<RunReport['rollback']>): string[] {
  const { release_id: id, by, since, reason, stays } = rollback;
  return [
    `Rolled back by the run ${id}, asked for by ${by} at ${since}: ${reason}`,
    ...stays.map(({ step, target, why }) => `  stays: ${step}, ${target}: ${why}`),
  ];
}

function words(inputs: Readonly<Record<string, unknown>>): string {
  return Object.entries(inputs)
    .map(([name, value]) => `${name}=${text(value)}`)
    .join(' ');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
