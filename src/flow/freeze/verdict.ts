import { isoTime } from '../../kit/clock.ts';
import {
  type Except,
  type FreezeRule,
  type FreezeSettings,
  INCIDENT_RULE,
} from '../../kit/freeze-settings.ts';
import type { Principal } from '../../kit/principal.ts';
import { samePerson } from '../approval.ts';
import { destinationOf } from '../definition.ts';
import { PRODUCTION } from '../environments.ts';
import type { RunOpened } from '../facts.ts';
import { stepOf } from '../graph.ts';
import { ownEffects } from '../own-effects.ts';
import { RunJournal } from '../run-journal.ts';
import type { ApprovalSettings, EngineServices } from '../services.ts';
import type { RunState } from '../state.ts';
import { waiverFor } from '../waivers.ts';
import { type CompiledRule, compileRule, nextOpening, type Say } from './evaluate.ts';
import { loadMoments } from './moments.ts';
import type { FreezeSources } from './sources.ts';

/** A run of this flow, or one that undoes another, takes back; a freeze holds it only if it says so. */
const ROLLBACK_FLOW = 'rollback';

/** For whom an environment is asked; `run` is absent for a call outside of any. */
export interface Asker {
  run?: RunState | undefined;
  principal: Principal;
  environment: string;
  signal?: AbortSignal | undefined;
}

/** One rule that does not simply let pass. */
export interface FreezeHold {
  rule: string;
  settings: FreezeRule;
  said: Exclude<Say, { state: 'open' }>;
  /** Why it does not hold this run back all the same; null when it does. */
  passes: { why: string; until: number | null; by: string } | null;
}

export interface FreezeVerdict {
  holds: FreezeHold[];
  /** The rules that were asked. */
  rules: string[];
  /** The first moment at which nothing holds the run back; null where that cannot be told. */
  opening: number | null;
}

/** The rules that have a say about an environment. An incident may be declared of any. */
export function rulesOf(settings: FreezeSettings, environment: string): [string, FreezeRule][] {
  const rules = Object.entries(settings).filter(
    ([, rule]) => rule.incident === true || rule.environments.includes(environment),
  );
  return settings[INCIDENT_RULE] === undefined ? [...rules, [INCIDENT_RULE, PLAIN_INCIDENT]] : rules;
}

/** What holds while an incident is open and the settings say nothing about it. */
const PLAIN_INCIDENT: FreezeRule = {
  title: 'An incident is open',
  environments: [],
  incident: true,
  overrun: 'block',
  rollbacks: 'go_on',
  except: [],
  grantors: 'waiver',
  requester_may_grant: false,
  unreachable: 'go_on',
};

/** What every rule says now, and what of it holds this run back. Throws nothing for a source that fails. */
export async function judge(
  settings: FreezeSettings,
  asker: Asker,
  sources: FreezeSources,
  services: EngineServices,
): Promise<FreezeVerdict> {
  const { environment, run, principal, signal } = asker;
  const now = await services.clock.now();
  const moments = await loadMoments();
  const line = run === undefined ? [] : await lineOf(run, services);
  const compiled: { rule: FreezeRule; says: CompiledRule; lasting: FreezeHold['passes'] }[] = [];
  const holds: FreezeHold[] = [];
  const named = rulesOf(settings, environment);
  for (const [name, rule] of named) {
    const facts = await sources.factsFor({ rule, environment, principal, now, signal }, services);
    const says = compileRule(name, rule, facts, moments);
    const lasting = run === undefined ? null : lastingPass(rule, environment, line, run, services.approvals);
    const said = says.says(now);
    compiled.push({ rule, says, lasting });
    if (said.state === 'open') continue;
    const passes =
      lasting ??
      grantedPass(name, asker, now) ??
      begunBefore(rule, says, asker, now) ??
      policyPass(rule, said, environment);
    holds.push({ rule: name, settings: rule, said, passes });
  }
  const excepted = new Map<string, number>(
    holds.flatMap(({ rule, passes }) =>
      passes === null ? [] : [[rule, passes.until ?? Number.POSITIVE_INFINITY]],
    ),
  );
  for (const { says, lasting } of compiled)
    if (lasting !== null) excepted.set(says.name, Number.POSITIVE_INFINITY);
  const opening = nextOpening(
    compiled.map(({ says }) => says),
    now,
    excepted,
  );
  return { holds, rules: named.map(([name]) => name), opening };
}

/** This run, and those whose steps it does, while they are open. */
async function lineOf(run: RunState, services: EngineServices): Promise<RunOpened[]> {
  const line = [run.opened];
  let { parent } = run.opened;
  while (parent !== null && line.length < 10) {
    // Without a sound journal of it there is nothing that it could except.
    const above = await RunJournal.load(parent, services).catch(() => undefined);
    if (above === undefined || above.state.closed !== null || above.state.cancelled !== null) break;
    line.push(above.state.opened);
    parent = above.state.opened.parent;
  }
  return line;
}

/** What the settings let pass, whenever the rule holds. */
function lastingPass(
  rule: FreezeRule,
  environment: string,
  line: readonly RunOpened[],
  run: RunState,
  approvals: ApprovalSettings,
): FreezeHold['passes'] {
  const flows = line.map(({ flow }) => flow.flow);
  const takesBack = flows.includes(ROLLBACK_FLOW) || line.some(({ undoes }) => undoes !== undefined);
  if (rule.rollbacks === 'go_on' && takesBack)
    return { why: 'it does not hold back a rollback', until: null, by: 'the settings' };
  const fits = (except: Except) =>
    flows.includes(except.flow) &&
    (except.environments?.includes(environment) ?? true) &&
    (except.needs === undefined || holdsRole(except.needs, run.opened.requester.id, approvals));
  const except = rule.except.find(fits);
  if (except === undefined) return null;
  return { why: `${except.flow} is excepted: ${except.reason}`, until: null, by: 'the settings' };
}

function holdsRole(role: string, person: string, approvals: ApprovalSettings): boolean {
  return (approvals.roles[role] ?? []).some((member) => samePerson(member, person, approvals));
}

/** What a person has granted to this release, for this rule and environment. */
function grantedPass(rule: string, { run, environment }: Asker, now: number): FreezeHold['passes'] {
  if (run === undefined) return null;
  const waiver = waiverFor(run, gateOf(rule), environment, now);
  if (waiver === undefined) return null;
  return { why: waiver.reason, until: waiver.until, by: waiver.by.id };
}

export function gateOf(rule: string): string {
  return `freeze/${rule}`;
}

/** `overrun: finish`: what had begun before the window goes on in it. */
function begunBefore(
  rule: FreezeRule,
  says: CompiledRule,
  { run, environment }: Asker,
  now: number,
): FreezeHold['passes'] {
  if (rule.overrun !== 'finish' || run === undefined) return null;
  const since = says.heldSince(now);
  const first = firstEffect(run, environment);
  if (since === null || first === undefined || first >= since) return null;
  return { why: `it was under way there at ${isoTime(since)}`, until: null, by: 'the settings' };
}

/** When this run first sent something toward the environment. What others had done is not its own. */
function firstEffect(run: RunState, environment: string): number | undefined {
  const { flow } = run.opened;
  const times = [...run.steps.values()].flatMap((own) => {
    const step = stepOf(flow, own.id);
    if (step === undefined || destinationOf(flow, step) !== environment) return [];
    return ownEffects(own).flatMap(({ status, at }) =>
      ['sent', 'found', 'intended', 'doubted'].includes(status) ? [at] : [],
    );
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

function policyPass(rule: FreezeRule, said: Say, environment: string): FreezeHold['passes'] {
  if (said.state !== 'unknown' || environment === PRODUCTION || rule.unreachable === 'block') return null;
  return {
    why: `its source cannot be read, and only ${PRODUCTION} waits for that`,
    until: null,
    by: 'the settings',
  };
}
