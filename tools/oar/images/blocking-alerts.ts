import { SluiceError } from '../../../src/kit/errors.ts';
import { oneLine } from '../../../src/kit/text.ts';
import { READY_STATES, type ReleaseAdvisory } from '../advisories.ts';
import { see } from '../flow-page.ts';
import type { OarServices } from '../services.ts';

/** Throws `precondition` for a security advisory that product security holds back; asks anew, and waits. */
export async function demandNoBlockingAlert(
  services: OarServices,
  { id, kind, advisory }: ReleaseAdvisory,
): Promise<void> {
  if (advisory.type !== 'RHSA' || READY_STATES.has(advisory.status)) return;
  const { blocking, alerts } = await services.errata().refreshSecurityAlerts(id);
  if (!blocking) return;
  const named = alerts.filter((alert) => alert.blocking).map(({ name }) => name);
  throw new SluiceError('precondition', {
    cause: `The ${kind} advisory ${id} has blocking security alerts: ${oneLine(named.join(', ')) || 'not named'}.`,
    remedy: `oar_check_rhcos_security_alerts tells how to resolve each; ask product security, then try again. ${see('security-alerts')}`,
    rule: 'security_alerts',
  });
}
