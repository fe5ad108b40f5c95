import type { Effect } from '../kit/effect.ts';
import { SluiceError } from '../kit/errors.ts';
import type { Principal } from '../kit/principal.ts';
import { destinationOf } from './definition.ts';
import type { GuardCheck } from './facts.ts';
import type { EngineServices } from './services.ts';
import { type RunState, stepState } from './state.ts';
import type { StepWork } from './step-work.ts';

export interface GuardVerdict {
  verdict: 'pass' | 'fail' | 'unknown';
  /** What holds, or what stands against it. */
  cause: string;
  /** What lifts it, and who may. Said when it does not pass. */
  remedy: string;
  /** What it rests on: rules, sources, times. Kept in the journal. */
  evidence?: unknown;
  /** World time, ms, at which it lets pass by itself; absent where nobody can tell. */
  opensAt?: number;
}

/** One rule that holds an environment now, for plans and explanations. */
export interface GuardHold {
  /** As a waiver names it. */
  gate: string;
  title: string;
  environment: string;
  state: 'holds' | 'unknown' | 'passes';
  cause: string;
  until: string | null;
  /** When nothing holds the environment any more, as far as can be told. */
  next_opening: string | null;
  may_grant: { role: string; people: string[] };
  remedy: string;
}

/** For what an exception counts: never more than was asked for. */
export interface GrantedScope {
  environment: string;
  /** World time, ms. */
  until: number;
}

export interface GrantRequest {
  by: Principal;
  reason: string;
  /** The emergency's own role was checked already. */
  breakGlass?: boolean;
}

/** A rule of the house that is asked right before an effect of an environment, besides gates and approvals. */
export interface EffectGuard {
  /** Stands in refusals as the rule, and in waivers as the gate. */
  readonly name: string;
  /** As waivers name its rules, where it has several. */
  gates?(): string[];
  /** Undefined when it has no say about this environment. */
  check(work: StepWork, effect: Effect, environment: string): Promise<GuardVerdict | undefined>;
  /**
   * Whether this person may grant an exception of this rule (`freeze/year-end`), and how far it reaches.
   * Throws for a rule that is not there, or a person who may not. Without it: who holds the role `waiver`.
   */
  grant?(
    gate: string,
    request: GrantRequest,
    asked: GrantedScope,
    state: RunState,
    services: EngineServices,
  ): Promise<GrantedScope>;
  /** The same for a call outside of any run. */
  checkCall?(environment: string, services: EngineServices): Promise<GuardVerdict | undefined>;
  /** What of it holds an environment now. */
  holds?(state: RunState, environment: string, services: EngineServices): Promise<GuardHold[]>;
}

/** Throws `blocked` unless every guard lets the effect pass now. What they say is written down. */
export async function assertGuards(work: StepWork, effect: Effect): Promise<void> {
  const { step, journal, services } = work;
  const environment = destinationOf(journal.state.opened.flow, step);
  for (const guard of services.guards) {
    const said = await guard.check(work, effect, environment);
    if (said === undefined) continue;
    const { verdict, cause, remedy, evidence, opensAt } = said;
    await note(work, {
      guard: guard.name,
      verdict,
      cause,
      ...(verdict === 'pass' ? {} : { remedy }),
      ...(opensAt === undefined ? {} : { opens_at: opensAt }),
      ...(evidence === undefined ? {} : { result: evidence }),
    });
    if (verdict === 'pass') continue;
    const left = opensAt === undefined ? undefined : opensAt - (await services.clock.now());
    throw new SluiceError('blocked', {
      cause,
      remedy,
      rule: guard.name,
      ...(left === undefined ? {} : { retryAfterSeconds: Math.max(1, left / 1_000) }),
    });
  }
}

/** Throws `blocked` unless every guard lets a call outside of any run pass now. */
export async function assertCallGuards(
  tool: string,
  environments: readonly string[],
  services: EngineServices,
): Promise<void> {
  for (const environment of environments) {
    for (const guard of services.guards) {
      const said = await guard.checkCall?.(environment, services);
      if (said === undefined || said.verdict === 'pass') continue;
      const { cause, remedy } = said;
      throw new SluiceError('blocked', {
        cause: `${tool} leads to ${environment} in a flow. ${cause}`,
        remedy,
        rule: guard.name,
      });
    }
  }
}

async function note(work: StepWork, check: GuardCheck): Promise<void> {
  const { step, journal } = work;
  const last = stepState(journal.state, step.id).guards.get(check.guard);
  const same = last !== undefined && last.verdict === check.verdict && last.cause === check.cause;
  if (same) return;
  await journal.append(
    { kind: 'guard.checked', step: step.id, data: check },
    { guard: (state) => state.closed === null && stepState(state, step.id).status === 'open' },
  );
}
