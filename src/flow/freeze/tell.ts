import { isoTime } from '../../kit/clock.ts';
import type { GuardHold, GuardVerdict } from '../guards.ts';
import type { ApprovalSettings } from '../services.ts';
import { type FreezeHold, type FreezeVerdict, gateOf } from './verdict.ts';

/** The verdict in words: which rule holds, when it opens, and who may let this release pass. */
export function tellVerdict(
  verdict: FreezeVerdict,
  environment: string,
  release: string | null,
  approvals: ApprovalSettings,
): GuardVerdict {
  const { holds, rules, opening } = verdict;
  const holding = holds.filter(({ passes }) => passes === null);
  const evidence = {
    environment,
    rules,
    holds: holds.map((hold) => tellHold(hold, environment, opening, release, approvals)),
  };
  if (holding.length === 0) {
    const passed = holds.map((hold) => `${hold.rule} lets it pass (${hold.passes?.why})`);
    const cause =
      passed.length === 0 ? `no freeze of ${environment} holds` : `${environment}: ${passed.join('; ')}`;
    return { verdict: 'pass', cause, remedy: '', evidence };
  }
  const frozen = holding.filter(({ said }) => said.state === 'frozen');
  const when = opening === null ? '' : ` It opens at ${isoTime(opening)}.`;
  return {
    verdict: frozen.length > 0 ? 'fail' : 'unknown',
    cause: `${environment} is closed: ${holding.map(causeOf).join('; ')}.${when}`,
    remedy: remedyOf(holding, opening, release, approvals),
    evidence,
    ...(opening === null ? {} : { opensAt: opening }),
  };
}

export function tellHold(
  hold: FreezeHold,
  environment: string,
  opening: number | null,
  release: string | null,
  approvals: ApprovalSettings,
): GuardHold {
  const { rule, settings, said, passes } = hold;
  const until = passes?.until ?? (said.state === 'frozen' ? said.until : null);
  return {
    gate: gateOf(rule),
    title: settings.title ?? rule,
    environment,
    state: passes === null ? (said.state === 'frozen' ? 'holds' : 'unknown') : 'passes',
    cause: passes === null ? causeOf(hold) : `${causeOf(hold)}, but ${passes.why} (${passes.by})`,
    until: until === null ? null : isoTime(until),
    next_opening: opening === null ? null : isoTime(opening),
    may_grant: { role: settings.grantors, people: peopleOf(hold, approvals) },
    remedy: passes === null ? remedyOf([hold], opening, release, approvals) : '',
  };
}

function causeOf({ rule, settings, said }: FreezeHold): string {
  const name = settings.title === undefined ? rule : `${rule} (${settings.title})`;
  if (said.state === 'unknown') return `whether ${name} holds cannot be told: ${said.why}`;
  const why = said.why === '' ? '' : `, ${said.why}`;
  const until = said.until === null ? '' : ` until ${isoTime(said.until)}`;
  return settings.only === undefined ? `${name} holds${until}${why}` : `outside of ${name}${until}${why}`;
}

function remedyOf(
  holding: readonly FreezeHold[],
  opening: number | null,
  release: string | null,
  approvals: ApprovalSettings,
): string {
  const wait = opening === null ? waitFor(holding) : `Nothing: it goes on by itself at ${isoTime(opening)}`;
  if (release === null)
    return `${wait}. In an emergency drive its flow: an exception is granted to a release.`;
  const [first] = holding;
  if (first === undefined) return wait;
  const people = peopleOf(first, approvals).join(', ') || `nobody holds it, see approvals.roles`;
  const more =
    holding.length > 1
      ? `, and the same for ${holding
          .slice(1)
          .map(({ rule }) => gateOf(rule))
          .join(', ')}`
      : '';
  return `${wait}. Or, as an exception for this release, by who holds the role ${first.settings.grantors} (${people}): sluice waive ${release} --gate ${gateOf(first.rule)} --reason "…" --until TIME${more}`;
}

function waitFor(holding: readonly FreezeHold[]): string {
  const unknown = holding.find(({ said }) => said.state === 'unknown');
  if (unknown !== undefined) return `Mend the source of ${unknown.rule}; it is asked again by itself`;
  return holding.some(({ settings }) => settings.incident === true)
    ? 'Once it is over: sluice incident resolve'
    : 'It is asked again by itself';
}

function peopleOf({ settings }: FreezeHold, approvals: ApprovalSettings): string[] {
  return [...(approvals.roles[settings.grantors] ?? [])];
}
