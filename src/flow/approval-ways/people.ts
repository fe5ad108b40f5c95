import { refused } from '../approval.ts';
import type { WitnessWay } from '../facts.ts';
import type { Accounts, ApprovalSettings } from '../services.ts';

export const WAY_NAMES: Record<WitnessWay, string> = { gitlab: 'GitLab', slack: 'Slack' };

/** An account as its system names it. */
export interface Account {
  id: string | number;
  username?: string;
}

/** Whose account it is. Throws `forbidden` for one that is nobody's: a bot, an agent, a stranger. */
export function personOf(way: WitnessWay, account: Account, settings: ApprovalSettings): string {
  const owners = Object.entries(settings.people ?? {}).filter(([, accounts]) => isOf(way, account, accounts));
  const [owner, other] = owners;
  if (owner !== undefined && other === undefined) return owner[0];
  const name = account.username ?? String(account.id);
  throw refused(
    `${WAY_NAMES[way]} account ${name} is ${owner === undefined ? 'nobody’s' : 'more than one person’s'}: it counts for nobody.`,
    'Name the person and the account in approvals.people of the settings.',
    'approval-account',
  );
}

function isOf(way: WitnessWay, { id, username }: Account, accounts: Accounts): boolean {
  const own = accounts[way];
  if (own === undefined) return false;
  if (typeof own === 'number' || way === 'slack') return own === id;
  return own.toLowerCase() === username?.toLowerCase();
}
