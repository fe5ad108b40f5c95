import type { Explanation } from '../flow/explain.ts';
import type { RunReport, StepReport } from '../flow/report.ts';
import { style } from './output.ts';
import { renderRollback, renderWayBack } from './render-rollback.ts';

const MARKS: Record<string, [string, Parameters<typeof style>[1]]> = {
  done: ['✓', 'green'],
  skipped: ['–', 'dim'],
  waived: ['!', 'yellow'],
  waiting: ['…', 'cyan'],
  running: ['▸', 'cyan'],
  pending: ['·', 'dim'],
  blocked: ['■', 'red'],
  needs_approval: ['?', 'yellow'],
  needs_decision: ['?', 'yellow'],
  failed: ['✗', 'red'],
  cancelled: ['×', 'dim'],
};

export function renderReport(report: RunReport): string {
  const lines = [
    `${style(report.release_id, 'bold')}${report.sandbox ? style('  SANDBOX', 'yellow') : ''}`,
    report.summary,
    '',
  ];
  let phase: string | null = null;
  const width = Math.max(...report.steps.map((step) => step.id.length));
  for (const step of report.steps) {
    if (step.phase !== phase) {
      phase = step.phase;
      lines.push(style(phase ?? '', 'dim'));
    }
    lines.push(renderStep(step, width));
  }
  for (const waiver of report.waivers) {
    lines.push(
      '',
      `${style('waiver', 'yellow')} ${waiver.gate}${waiver.environment === undefined ? '' : ` of ${waiver.environment}`} by ${waiver.by}${waiver.until === null ? '' : ` until ${waiver.until}`}: ${waiver.reason}`,
    );
  }
  for (const review of report.reviews) {
    lines.push(
      '',
      `${style('glass broken', 'red')} ${review.what} by ${review.by} at ${review.at}: ${review.reason}`,
      review.state === 'open'
        ? `  → ${review.review} is open: sluice review ${report.release_id} --review ${review.review} --finding "…" (somebody else)`
        : `  ${review.review} closed: ${review.finding}`,
    );
  }
  for (const blocker of report.blocked_by) {
    lines.push(
      '',
      `${style(blocker.state.replace('_', ' '), 'bold')} ${blocker.step}: ${blocker.cause}`,
      `  → ${blocker.remedy}`,
    );
  }
  for (const hold of report.holds ?? []) {
    const mark = hold.state === 'passes' ? style('lets pass', 'dim') : style('held', 'yellow');
    lines.push('', `${mark} ${hold.environment} by ${hold.gate}: ${hold.cause}`);
    if (hold.remedy !== '') lines.push(`  → ${hold.remedy}`);
  }
  if (report.effects !== undefined) lines.push('', ...renderEffects(report.effects));
  if (report.rollback_plan !== undefined) lines.push('', ...renderWayBack(report.rollback_plan));
  if (report.rollback !== undefined) lines.push('', ...renderRollback(report.rollback));
  lines.push('', `Next: ${report.next}`);
  return lines.join('\n');
}

function renderStep(step: StepReport, width: number): string {
  const [mark, colour] = MARKS[step.state] ?? [' ', 'dim'];
  const refs = step.refs.map((ref) => `${ref.system} ${ref.id}`).join(', ');
  const when = step.next_at === null ? '' : `  next look ${step.next_at}`;
  const attempt = step.attempt > 1 ? ` (attempt ${step.attempt})` : '';
  const cause = [step.cause, refs === '' ? '' : `[${refs}]`].filter(Boolean).join(' ');
  return `  ${style(mark, colour)} ${step.id.padEnd(width)}  ${step.state}${attempt}${cause === '' ? '' : `  ${style(cause, 'dim')}`}${when}`;
}

function renderEffects(effects: readonly unknown[]): string[] {
  if (effects.length === 0) return ['Effects: none.'];
  return [
    'Effects:',
    ...effects.map((effect) => {
      const fields = Object.fromEntries(Object.entries(effect ?? {}));
      if (fields.state === 'deferred')
        return `  · ${String(fields.step)}: not known yet (${String(fields.waits_for)})`;
      const change = fields.after === undefined ? '' : `: ${text(fields.before)} → ${text(fields.after)}`;
      const there = fields.present === true ? '  (there already)' : '';
      return `  ${fields.present === true ? '✓' : '+'} ${String(fields.step)}: ${String(fields.action)} on ${String(fields.target)}${change}${there}`;
    }),
  ];
}

function text(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function renderExplanation(explanation: Explanation): string {
  const lines = [renderReport(explanation)];
  for (const step of explanation.explained) {
    lines.push('', style(`${step.id}: ${step.title}`, 'bold'));
    if (step.needs.length > 0)
      lines.push(`  needs: ${step.needs.map((need) => `${need.step} (${need.state})`).join(', ')}`);
    if (step.question !== undefined) lines.push(`  question: ${step.question}`);
    for (const [name, title] of Object.entries(step.options ?? {})) lines.push(`    ${name}: ${title}`);
    for (const one of step.recommendations ?? [])
      lines.push(`  recommended by ${one.by}: ${one.option} (${one.reasons})`);
    for (const effect of step.effects) {
      lines.push(
        `  effect ${effect.state}: ${effect.action} on ${effect.target} [${effect.key}]${effect.detail === '' ? '' : ` ${effect.detail}`}`,
      );
    }
    for (const attempt of step.attempts)
      lines.push(`  attempt ${attempt.attempt}: ${attempt.outcome}; then: ${attempt.next}`);
    if (step.who_may !== undefined)
      lines.push(`  may approve: ${step.who_may.join(', ') || 'nobody (set approvals.roles)'}`);
    if (step.plan !== undefined && step.plan !== null)
      lines.push(`  plan: ${JSON.stringify(step.plan, undefined, 2).replaceAll('\n', '\n  ')}`);
    if (step.evidence !== null)
      lines.push(`  evidence: ${JSON.stringify(step.evidence, undefined, 2).replaceAll('\n', '\n  ')}`);
  }
  return lines.join('\n');
}
