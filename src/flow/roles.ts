import { SluiceError } from '../kit/errors.ts';
import type { Principal } from '../kit/principal.ts';
import { samePerson } from './approval.ts';
import type { ApprovalSettings } from './services.ts';

/** A role that a flow names must be held by somebody; one that only the settings know restricts if it is there. */
export function assertRole(role: string, by: Principal, named: boolean, settings: ApprovalSettings): void {
  const members = settings.roles[role] ?? (named ? [] : undefined);
  if (members === undefined || members.some((member) => samePerson(member, by.id, settings))) return;
  throw new SluiceError('forbidden', {
    cause: `${by.id} does not hold the role ${role}.`,
    remedy:
      members.length === 0
        ? `Nobody holds it: set approvals.roles.${role} in the settings.`
        : `Ask one of: ${members.join(', ')}.`,
    rule: 'role',
  });
}
