import { isoTime } from '../kit/clock.ts';
import { durationMs, formatDuration } from '../kit/duration.ts';
import { SluiceError } from '../kit/errors.ts';
import type { Principal } from '../kit/principal.ts';
import type { Step } from './definition.ts';
import { stepOf } from './graph.ts';
import type { GrantedScope } from './guards.ts';
import { demandReason } from './reason.ts';
import { assertRole } from './roles.ts';
import type { RunJournal } from './run-journal.ts';
import type { EngineServices } from './services.ts';
import { type RunState, type StepState, stepState } from './state.ts';
import { subjectOf } from './waivers.ts';

export interface WaiveRequest {
  /** A gate step, or a guard of the house and its rule: `freeze/year-end`. One, never a pattern. */
  gate: string;
  reason: string;
  /** ISO time. */
  until: string;
  by: Principal;
  /** In an emergency: the role was checked already, and a review stays open. */
  breakGlass?: boolean;
}

const NAME = /^[a-z][a-z0-9-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)?$/;
/** A waiver is for this release, not for good. */
const LONGEST = '90d';

/** Lets one release pass one gate, for a reason and a time. Appends what was granted. */
export async function waive(
  journal: RunJournal,
  request: WaiveRequest,
  services: EngineServices,
): Promise<void> {
  assertName(request.gate, journal.state, services);
  if (journal.state.closed !== null)
    throw notNow(journal, request.gate, `the release is ${journal.state.closed.state}`);
  const reason = demandReason(request.reason);
  const until = await demandUntil(request.until, services);
  const step = stepOf(journal.state.opened.flow, request.gate);
  if (step === undefined) await waiveGuard(journal, { ...request, reason }, until, services);
  else await waiveGate(journal, step, { ...request, reason }, until, services);
}

async function waiveGate(
  journal: RunJournal,
  step: Step,
  request: WaiveRequest,
  until: number,
  services: EngineServices,
): Promise<void> {
  const own = stepState(journal.state, step.id);
  if (!isWaivable(own)) {
    throw notNow(journal, step.id, own.status === 'open' ? 'it is not judged yet' : `it is ${own.status}`);
  }
  if (request.breakGlass !== true) assertRole('waiver', request.by, false, services.approvals);
  const subject = subjectOf(step, journal.state, services.expressions);
  await journal.append(
    {
      kind: 'waiver.granted',
      step: step.id,
      data: {
        reason: request.reason,
        by: request.by,
        until,
        ...(subject === undefined ? {} : { subject }),
        ...(request.breakGlass === true ? { break_glass: true } : {}),
      },
    },
    { guard: (state) => stepState(state, step.id).status === own.status && state.closed === null },
  );
}

async function waiveGuard(
  journal: RunJournal,
  request: WaiveRequest,
  until: number,
  services: EngineServices,
): Promise<void> {
  const guard = services.guards.find(({ name }) => name === request.gate.split('/')[0]);
  const asked: GrantedScope = { environment: 'production', until };
  const scope = (await guard?.grant?.(request.gate, request, asked, journal.state, services)) ?? asked;
  if (guard?.grant === undefined && request.breakGlass !== true)
    assertRole('waiver', request.by, false, services.approvals);
  await journal.append(
    {
      kind: 'run.waived',
      data: {
        gate: request.gate,
        reason: request.reason,
        by: request.by,
        until: Math.min(until, scope.until),
        environment: scope.environment,
        break_glass: request.breakGlass ?? false,
      },
    },
    { guard: (state) => state.closed === null },
  );
}

function isWaivable(own: StepState): boolean {
  return own.status === 'failed' || (own.status === 'open' && own.lookState !== null);
}

function assertName(gate: string, state: RunState, services: EngineServices): void {
  const gates = state.opened.flow.steps.filter(({ kind }) => kind === 'gate').map(({ id }) => id);
  const guards = services.guards.map(({ name }) => name);
  const rules = services.guards.flatMap((guard) => guard.gates?.() ?? [guard.name]);
  const [head = ''] = gate.split('/');
  if (NAME.test(gate) && (gates.includes(gate) || guards.includes(head))) return;
  const pattern = /[*?[\]{}]|^all$|^any$/.test(gate)
    ? ' A waiver names one gate; patterns do not exist.'
    : '';
  throw new SluiceError('invalid_input', {
    cause: `${JSON.stringify(gate)} of ${state.opened.release_id} is not a step of kind gate, nor a rule of the house.${pattern}`,
    remedy: `Of that kind are: ${[...gates, ...rules].join(', ') || 'none'}.`,
    rule: 'waiver',
  });
}

export async function demandUntil(
  text: string,
  services: EngineServices,
  longest = LONGEST,
): Promise<number> {
  const now = await services.clock.now();
  const until = Date.parse(text);
  if (Number.isNaN(until) || until <= now) {
    throw new SluiceError('invalid_input', {
      cause: `--until ${JSON.stringify(text)} is not a moment in the future (it is ${isoTime(now)}).`,
      remedy: `Give a time such as ${isoTime(now + 86_400_000)}: a waiver always ends.`,
    });
  }
  if (until - now <= durationMs(longest)) return until;
  throw new SluiceError('invalid_input', {
    cause: `--until ${text} is ${formatDuration(until - now)} away, and the longest is ${longest}.`,
    remedy: `Give a time before ${isoTime(now + durationMs(longest))}.`,
    rule: 'waiver',
  });
}

function notNow(journal: RunJournal, gate: string, why: string): SluiceError {
  return new SluiceError('precondition', {
    cause: `Gate ${gate} of ${journal.id} needs no waiver now (${why}).`,
    remedy: `See \`sluice explain ${journal.id} ${gate}\`.`,
  });
}
