import type { Step } from '../flow/definition.ts';
import type { RunReport } from '../flow/report.ts';
import { type RunState, type StepState, stepState } from '../flow/state.ts';
import { isoTime } from '../kit/clock.ts';
import { formatDuration } from '../kit/duration.ts';
import { style } from './output.ts';

/** Tells a person, line by line, what changes in a run: phases, steps, waits, decisions, approvals. */
export class ProgressTeller {
  readonly #say: (text: string) => void;
  readonly #told = new Map<string, string>();
  #reached = 0;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  tell(state: RunState): void {
    for (const step of state.opened.flow.steps) {
      const own = stepState(state, step.id);
      const line = lineOf(step, own, state.updatedAt);
      if (line === undefined || this.#told.get(step.id) === line.key) continue;
      this.#told.set(step.id, line.key);
      const phase = this.#enter(step, state);
      this.#say(`  ${style(isoTime(state.updatedAt), 'dim')}  ${style(phase, 'dim')} ${line.text}`);
    }
  }

  /** What a run that came to rest waits for. */
  rest(report: RunReport): void {
    for (const blocker of report.blocked_by) {
      this.#say(`\n  ${style(blocker.state.replace('_', ' '), 'yellow')} ${blocker.step}: ${blocker.cause}`);
    }
  }

  /** A heading when a phase is reached for the first time; its number, for every line. */
  #enter(step: Step, state: RunState): string {
    const phases = Object.keys(state.opened.flow.phases);
    const number = phases.indexOf(step.phase ?? '') + 1;
    if (number > this.#reached) {
      this.#reached = number;
      this.#say(
        `\n${style(`Phase ${number} of ${phases.length}: ${state.opened.flow.phases[step.phase ?? ''] ?? ''}`, 'bold')}`,
      );
    }
    return number === 0 ? ' ' : String(number);
  }
}

/** `key` tells lines apart that say the same again (a poll that found nothing new). */
function lineOf(step: Step, own: StepState, now: number): { key: string; text: string } | undefined {
  const name = step.title ?? step.id;
  const line = (mark: string, colour: Parameters<typeof style>[1], text: string, key = text) => ({
    key: `${own.attempt} ${mark} ${key}`,
    text: `${style(mark, colour)} ${name}${text === '' ? '' : `: ${text}`}`,
  });
  if (own.status === 'passed') return line('✓', 'green', own.cause);
  if (own.status === 'failed') return line('✗', 'red', own.cause);
  if (own.status === 'waived') return line('!', 'yellow', own.cause);
  if (own.status === 'skipped' || own.begunAt === null) return undefined;
  if (own.asked !== null)
    return line('?', 'yellow', `asks for approval of plan ${own.asked.planHash.slice(0, 12)}…`);
  if (own.question !== null) return line('?', 'yellow', own.question);
  if (own.lookState === null) return undefined;
  if (own.looks === 0 && own.ref !== null) {
    const usually = step.expected === undefined ? '' : `, usually takes ${step.expected}`;
    return line('▸', 'cyan', `begun (${own.ref.system} ${own.ref.id})${usually}`);
  }
  const next =
    own.nextAt > now ? `; next look ${isoTime(own.nextAt)} (in ${formatDuration(own.nextAt - now)})` : '';
  const blocked = own.lookState === 'blocked';
  return line(
    blocked ? '■' : '…',
    blocked ? 'red' : 'cyan',
    `${own.cause.replace(/\.$/, '')}${next}`,
    own.cause,
  );
}
