import { readAllowedSigners, signersOf } from '../kit/allowed-signers.ts';
import { canonicalJson } from '../kit/canonical.ts';
import { isoTime } from '../kit/clock.ts';
import { durationMs } from '../kit/duration.ts';
import { SluiceError } from '../kit/errors.ts';
import type { Principal } from '../kit/principal.ts';
import { assertUsableKey, signWithSshKey, verifySshSignature } from '../kit/ssh-signature.ts';
import { canonicalName, NAMESPACE, samePerson } from './approval.ts';
import type { BrokenGlass, SignedStatement } from './facts.ts';
import { stepOf } from './graph.ts';
import { demandReason } from './reason.ts';
import type { RunJournal } from './run-journal.ts';
import type { EngineServices } from './services.ts';
import { type RunState, stepState } from './state.ts';
import { demandUntil, waive } from './waive.ts';

/** Who may go round a rule in an emergency: a role of the settings. Nobody has it by default. */
export const BREAK_GLASS_ROLE = 'break-glass';
const STATEMENT_TYPE = 'sluice/break-glass/v1';
const DEFAULT_FOR = '4h';
const LONGEST = '24h';

export interface BreakGlassRequest {
  /** A gate, a guard (`freeze/year-end`), or an approve step. One, never a pattern. */
  what: string;
  reason: string;
  /** ISO time; four hours from now where it is not given, a day at most. */
  until?: string;
  keyFile: string;
  by: Principal;
}

/**
 * Goes round one rule of one release, now: signed, for a reason, told at once, with a review that
 * stays open until somebody else closes it. The requester may do it; the proof says that it was them.
 */
export async function breakGlass(
  journal: RunJournal,
  request: BreakGlassRequest,
  services: EngineServices,
): Promise<void> {
  const reason = demandReason(request.reason);
  const now = await services.clock.now();
  const until = await demandUntil(request.until ?? isoTime(now + durationMs(DEFAULT_FOR)), services, LONGEST);
  await assertUsableKey(request.keyFile);
  const planHash = planOf(journal, request.what);
  const statement = {
    type: STATEMENT_TYPE,
    release_id: journal.id,
    what: request.what,
    plan_hash: planHash,
    until: isoTime(until),
    reason,
    sandbox: journal.state.opened.sandbox,
    at: isoTime(now),
  };
  const signature = await signWithSshKey(canonicalJson(statement), NAMESPACE, request.keyFile);
  const signed = { statement, signature };
  const person = await whoBroke(signed, journal.state, services);
  const by = { ...request.by, id: person };
  if (planHash === null) {
    const granted = { gate: request.what, reason, until: isoTime(until), by, breakGlass: true };
    await waive(journal, granted, services);
  }
  const review = `review-${journal.state.reviews.length + 1}`;
  const data: BrokenGlass = { what: request.what, reason, by, until, review, plan_hash: planHash, signed };
  await journal.append({ kind: 'run.broke_glass', data }, { guard: (state) => state.closed === null });
}

/** For an approve step: the plan that is asked for now. */
function planOf(journal: RunJournal, what: string): string | null {
  const step = stepOf(journal.state.opened.flow, what);
  if (step?.kind !== 'approve') return null;
  const own = stepState(journal.state, step.id);
  if (own.asked !== null && own.status === 'open') return own.asked.planHash;
  throw new SluiceError('precondition', {
    cause: `${step.id} of ${journal.id} does not ask for an approval now.`,
    remedy: `See \`sluice status ${journal.id}\`.`,
  });
}

/** Proven by the signature now, not by what the journal says. Throws `forbidden`. */
export async function whoBroke(
  signed: SignedStatement,
  state: RunState,
  services: Pick<EngineServices, 'approvals'>,
): Promise<string> {
  const { approvals } = services;
  const refused = (cause: string, remedy: string) =>
    new SluiceError('forbidden', { cause, remedy, rule: 'break-glass' });
  const { statement, signature } = signed;
  const { publicKey } = await verifySshSignature(canonicalJson(statement), NAMESPACE, signature);
  if (statement.type !== STATEMENT_TYPE || statement.release_id !== state.opened.release_id)
    throw refused('The signed statement is for another release.', 'Sign for this one: sluice break-glass.');
  if (approvals.allowedSigners === undefined)
    throw refused('No allowed signers are configured.', 'Set approvals.allowed_signers in the settings.');
  const signers = await readAllowedSigners(approvals.allowedSigners);
  const [person] = signersOf(signers, publicKey, NAMESPACE, Date.parse(String(statement.at)));
  if (person === undefined)
    throw refused('The key that signed is not among the allowed signers.', 'Sign with a key that they name.');
  const members = approvals.roles[BREAK_GLASS_ROLE] ?? [];
  if (!members.some((member) => samePerson(member, person, approvals))) {
    const whom = members.join(', ') || `nobody: set approvals.roles.${BREAK_GLASS_ROLE} in the settings`;
    throw refused(`${person} does not hold the role ${BREAK_GLASS_ROLE}.`, `Ask one of: ${whom}.`);
  }
  return canonicalName(person, approvals);
}

/** Whether somebody went round the approval of this plan, proven now. */
export async function brokenApproval(
  step: string,
  planHash: string,
  state: RunState,
  now: number,
  services: Pick<EngineServices, 'approvals' | 'log'>,
): Promise<string | undefined> {
  for (const { what, plan_hash, until, signed } of state.reviews) {
    const bound = signed.statement;
    const same =
      bound.what === step && bound.plan_hash === planHash && Date.parse(String(bound.until)) === until;
    if (what !== step || plan_hash !== planHash || until <= now || !same) continue;
    try {
      return await whoBroke(signed, state, services);
    } catch (error) {
      services.log.warn({ step, error }, 'a broken glass does not count');
    }
  }
  return undefined;
}

/** Ends the review of a broken glass. It is another one than who broke it that looks into it. */
export async function closeReview(
  journal: RunJournal,
  request: { review: string; finding: string; by: Principal },
  services: EngineServices,
): Promise<void> {
  const finding = demandReason(request.finding);
  const { reviews } = journal.state;
  const review = reviews.find((known) => known.review === request.review);
  if (review === undefined || review.closed !== null) {
    const open = reviews.filter(({ closed }) => closed === null).map((known) => known.review);
    throw new SluiceError(review === undefined ? 'not_found' : 'precondition', {
      cause: `${journal.id} has no open review ${JSON.stringify(request.review)}.`,
      remedy: `Open: ${open.join(', ') || 'none'}.`,
    });
  }
  if (samePerson(review.by.id, request.by.id, services.approvals)) {
    throw new SluiceError('forbidden', {
      cause: `${request.by.id} went round ${review.what} and cannot review that.`,
      remedy: 'Somebody else looks into it and closes the review.',
      rule: 'separation-of-duties',
    });
  }
  await journal.append(
    { kind: 'review.closed', data: { review: review.review, finding, by: request.by } },
    {
      guard: (state) =>
        state.reviews.some((known) => known.review === review.review && known.closed === null),
    },
  );
}
