import { readAllowedSigners, signersOf } from '../kit/allowed-signers.ts';
import { canonicalJson } from '../kit/canonical.ts';
import { isoTime } from '../kit/clock.ts';
import { SluiceError } from '../kit/errors.ts';
import { signWithSshKey, verifySshSignature } from '../kit/ssh-signature.ts';
import type { Step } from './definition.ts';
import type { SignedStatement } from './facts.ts';
import type { ApprovalSettings } from './services.ts';
import type { RunState } from './state.ts';

export const NAMESPACE = 'sluice-approval';
const STATEMENT_TYPE = 'sluice/approval/v1';

export interface ApprovalStatement {
  type: typeof STATEMENT_TYPE;
  verdict: 'approve' | 'decline';
  release_id: string;
  step: string;
  plan_hash: string;
  sandbox: boolean;
  /** When it was signed, the world's time. */
  at: string;
  reason: string | null;
}

export async function signStatement(
  fields: Omit<ApprovalStatement, 'type' | 'at'> & { now: number },
  keyFile: string,
): Promise<SignedStatement> {
  const { now, ...rest } = fields;
  const statement: ApprovalStatement = { type: STATEMENT_TYPE, ...rest, at: isoTime(now) };
  const signature = await signWithSshKey(canonicalJson(statement), NAMESPACE, keyFile);
  return { statement: { ...statement }, signature };
}

/**
 * Who gave this statement, proven by its signature now, not by what the journal says. Throws
 * `forbidden` when it does not count for this step of this run.
 */
export async function verifyStatement(
  signed: SignedStatement,
  step: Step,
  planHash: string,
  state: RunState,
  settings: ApprovalSettings,
  verdict: ApprovalStatement['verdict'],
): Promise<string> {
  const { statement, signature } = signed;
  const { publicKey } = await verifySshSignature(canonicalJson(statement), NAMESPACE, signature);
  const bound: Record<string, unknown> = {
    type: STATEMENT_TYPE,
    verdict,
    release_id: state.opened.release_id,
    step: step.id,
    plan_hash: planHash,
    sandbox: state.opened.sandbox,
  };
  for (const [field, wanted] of Object.entries(bound)) {
    if (statement[field] === wanted) continue;
    throw refused(
      `The signed statement is for another ${field} (${JSON.stringify(statement[field])}, not ${JSON.stringify(wanted)}).`,
      'Sign the plan that is asked for now: `sluice status` shows its hash.',
      'approval-binding',
    );
  }
  if (settings.allowedSigners === undefined) {
    throw refused(
      'No allowed signers are configured.',
      'Set approvals.allowed_signers in the settings.',
      'approval-signers',
    );
  }
  const signers = await readAllowedSigners(settings.allowedSigners);
  const people = signersOf(signers, publicKey, NAMESPACE, Date.parse(String(statement.at)));
  const person = people[0];
  if (person === undefined) {
    throw refused(
      'The key that signed is not among the allowed signers.',
      `Sign with a key that ${settings.allowedSigners} names, or have it added by its owner.`,
      'approval-signers',
    );
  }
  return assertMayAnswer(person, step, state, settings);
}

/**
 * The one name of a person who may answer for this step, by whatever way. Throws `forbidden` for who
 * does not hold its role, and for who asked for the release.
 */
export function assertMayAnswer(
  person: string,
  step: Step,
  state: RunState,
  settings: ApprovalSettings,
): string {
  const role = step.approve?.role ?? '';
  if (!(settings.roles[role] ?? []).some((member) => samePerson(member, person, settings))) {
    throw refused(
      `${person} does not hold the role ${role}.`,
      `Ask one of: ${(settings.roles[role] ?? []).join(', ') || 'nobody holds it: set approvals.roles in the settings'}.`,
      'approval-role',
    );
  }
  if (isRequester(person, state.opened.requester.id, settings)) {
    throw refused(
      `${person} asked for this release and cannot approve it.`,
      `Ask another one who holds the role ${role}.`,
      'separation-of-duties',
    );
  }
  return canonicalName(person, settings);
}

/** Also when the release was asked for under the name of one of this person's accounts. */
function isRequester(person: string, requester: string, settings: ApprovalSettings): boolean {
  if (samePerson(person, requester, settings)) return true;
  const own = Object.entries(settings.people ?? {}).filter(([name]) => samePerson(name, person, settings));
  const accounts = own.flatMap(([, { gitlab, slack }]) => [gitlab, slack]);
  return accounts.some(
    (account) => account !== undefined && samePerson(String(account), requester, settings),
  );
}

export function refused(cause: string, remedy: string, rule: string): SluiceError {
  return new SluiceError('forbidden', { cause, remedy, rule });
}

/** One name per person, so that aliases and the case of an address never count twice. */
export function canonicalName(name: string, settings: ApprovalSettings): string {
  const plain = name.trim().toLowerCase();
  for (const [person, aliases] of Object.entries(settings.aliases)) {
    const all = [person, ...aliases].map((alias) => alias.trim().toLowerCase());
    if (all.includes(plain)) return person.trim().toLowerCase();
  }
  return plain;
}

export function samePerson(a: string, b: string, settings: ApprovalSettings): boolean {
  return canonicalName(a, settings) === canonicalName(b, settings);
}
