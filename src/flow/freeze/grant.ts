import { SluiceError } from '../../kit/errors.ts';
import type { FreezeSettings } from '../../kit/freeze-settings.ts';
import { nearest } from '../../kit/suggest.ts';
import { samePerson } from '../approval.ts';
import { destinationOf } from '../definition.ts';
import type { GrantedScope, GrantRequest } from '../guards.ts';
import { writeCallOf } from '../plan.ts';
import { assertRole } from '../roles.ts';
import type { EngineServices } from '../services.ts';
import { type RunState, satisfies, stepState } from '../state.ts';
import type { FreezeSources } from './sources.ts';
import { type FreezeHold, gateOf, judge, rulesOf } from './verdict.ts';

/** Where the end of a rule is not known: an incident, a source that does not answer. */
const LONGEST_MS = 86_400_000;

interface Exception {
  /** `freeze/RULE`: one rule, by its name. */
  gate: string;
  request: GrantRequest;
  asked: GrantedScope;
  settings: FreezeSettings;
  sources: FreezeSources;
}

/**
 * Whether this person may let this release pass this rule, and how far: one environment, never longer
 * than the rule holds now. The next window wants an exception of its own.
 */
export async function grantFreezeException(
  { gate, request, asked, settings, sources }: Exception,
  state: RunState,
  services: EngineServices,
): Promise<GrantedScope> {
  assertPerson(request);
  const now = await services.clock.now();
  const environments = destinations(state, services, now);
  const rule = demandRule(gate, environments, settings);
  const holding: { environment: string; hold: FreezeHold }[] = [];
  for (const environment of environments) {
    const asker = { run: state, principal: request.by, environment };
    const { holds } = await judge(settings, asker, sources, services);
    const hold = holds.find((one) => one.rule === rule && one.passes === null);
    if (hold !== undefined) holding.push({ environment, hold });
  }
  const found = holding.find(({ environment }) => environment === asked.environment) ?? holding[0];
  if (found === undefined) throw notHeld(gate, environments, state);
  const { environment, hold } = found;
  if (request.breakGlass !== true) assertGrantor(hold, request, state, services);
  const end = hold.said.state === 'frozen' ? hold.said.until : null;
  return { environment, until: Math.min(asked.until, end ?? now + LONGEST_MS) };
}

function assertPerson({ by }: GrantRequest): void {
  if (by.face === 'cli' && by.agent === undefined) return;
  throw new SluiceError('forbidden', {
    cause: 'An exception of a freeze is granted by a person on the command line.',
    remedy: 'Ask one of those who may grant it; `sluice explain` names them.',
    rule: 'person',
  });
}

/** The environments to which this run itself may still send something. */
function destinations(state: RunState, services: EngineServices, now: number): string[] {
  const { flow } = state.opened;
  const open = flow.steps.filter(
    (step) => !satisfies(stepState(state, step.id), now) && writeCallOf(step, services) !== undefined,
  );
  return [...new Set(open.map((step) => destinationOf(flow, step)))].filter((name) => name !== 'none');
}

function demandRule(gate: string, environments: readonly string[], settings: FreezeSettings): string {
  const known = [...new Set(environments.flatMap((name) => rulesOf(settings, name).map(([rule]) => rule)))];
  const rule = known.find((name) => gateOf(name) === gate);
  if (rule !== undefined) return rule;
  const hint = nearest(gate, known.map(gateOf));
  const names =
    known.map(gateOf).join(', ') || 'none: this release sends nothing more to any environment itself';
  throw new SluiceError('not_found', {
    cause: `${JSON.stringify(gate)} is no rule that holds for this release.`,
    remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}An exception names one rule: ${names}.`,
    rule: 'freeze',
  });
}

function notHeld(gate: string, environments: readonly string[], state: RunState): SluiceError {
  return new SluiceError('precondition', {
    cause: `${gate} does not hold ${state.opened.release_id} back now (${environments.join(', ')}).`,
    remedy: 'Nothing to grant. An exception is for a rule that holds, and ends with it.',
    rule: 'freeze',
  });
}

function assertGrantor(
  hold: FreezeHold,
  { by }: GrantRequest,
  state: RunState,
  services: EngineServices,
): void {
  const { grantors, requester_may_grant } = hold.settings;
  assertRole(grantors, by, true, services.approvals);
  const { requester } = state.opened;
  if (requester_may_grant || !samePerson(by.id, requester.id, services.approvals)) return;
  const others = (services.approvals.roles[grantors] ?? []).filter(
    (member) => !samePerson(member, requester.id, services.approvals),
  );
  throw new SluiceError('forbidden', {
    cause: `${by.id} began ${state.opened.release_id} and cannot grant it an exception of ${gateOf(hold.rule)}.`,
    remedy: `Ask one of: ${others.join(', ') || `nobody else holds the role ${grantors}`}.`,
    rule: 'separation-of-duties',
  });
}
