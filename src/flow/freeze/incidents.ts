import { randomBytes } from 'node:crypto';
import { SluiceError } from '../../kit/errors.ts';
import type { Principal } from '../../kit/principal.ts';
import type { Store } from '../../store/store.ts';
import { destinationOf, type Flow } from '../definition.ts';
import { appendLedger, readLedger } from '../ledger.ts';
import { demandReason } from '../reason.ts';
import { assertRole } from '../roles.ts';
import type { EngineServices } from '../services.ts';

export interface Incident {
  incident: string;
  environment: string;
  reason: string;
  by: string;
  /** World time, ms. */
  at: number;
  resolved: { reason: string; by: string; at: number } | null;
}

/** Who may say that an incident is over; whoever it is, where the settings have no such role. */
export const INCIDENT_ROLE = 'incident';

/** Every incident that was declared here, the oldest first. */
export async function listIncidents(store: Store): Promise<Incident[]> {
  const incidents = new Map<string, Incident>();
  for (const { at, ...entry } of await readLedger(store)) {
    if (entry.kind === 'incident.declared') {
      const { incident, environment, reason, by } = entry.data;
      incidents.set(incident, { incident, environment, reason, by: by.id, at, resolved: null });
    } else if (entry.kind === 'incident.resolved') {
      const known = incidents.get(entry.data.incident);
      if (known !== undefined) known.resolved ??= { reason: entry.data.reason, by: entry.data.by.id, at };
    }
  }
  return [...incidents.values()];
}

export async function openIncidents(store: Store): Promise<Incident[]> {
  return (await listIncidents(store)).filter(({ resolved }) => resolved === null);
}

/** Nothing goes to this environment any more, but what takes it back. */
export async function declareIncident(
  request: { environment: string; reason: string; by: Principal },
  services: EngineServices,
): Promise<Incident> {
  const reason = demandReason(request.reason);
  assertPerson(request.by);
  const known = destinationsOf(services.flows.values());
  if (!known.includes(request.environment)) {
    throw new SluiceError('invalid_input', {
      cause: `No flow leads to an environment ${JSON.stringify(request.environment)}.`,
      remedy: `Name one of: ${known.join(', ')}.`,
    });
  }
  const { environment, by } = request;
  const incident = `incident-${randomBytes(4).toString('hex')}`;
  await appendLedger({ kind: 'incident.declared', data: { incident, environment, reason, by } }, services);
  return await demandIncident(incident, services.store);
}

export async function resolveIncident(
  request: { incident?: string | undefined; reason: string; by: Principal },
  services: EngineServices,
): Promise<Incident> {
  const reason = demandReason(request.reason);
  assertPerson(request.by);
  assertRole(INCIDENT_ROLE, request.by, false, services.approvals);
  const open = await openIncidents(services.store);
  const [only] = open;
  const named =
    request.incident === undefined
      ? open.length === 1
        ? only
        : undefined
      : open.find(({ incident }) => incident === request.incident);
  if (named === undefined) {
    const names = open.map(({ incident, environment }) => `${incident} (${environment})`).join(', ');
    throw new SluiceError(request.incident === undefined && open.length > 0 ? 'invalid_input' : 'not_found', {
      cause:
        request.incident === undefined
          ? `${open.length === 0 ? 'No incident is' : `${open.length} incidents are`} open.`
          : `No incident ${JSON.stringify(request.incident)} is open.`,
      remedy: names === '' ? 'Nothing to resolve.' : `Name one of: ${names}.`,
    });
  }
  const { incident } = named;
  await appendLedger({ kind: 'incident.resolved', data: { incident, reason, by: request.by } }, services);
  return await demandIncident(incident, services.store);
}

/** Every environment that a flow leads to. */
export function destinationsOf(flows: Iterable<Flow>): string[] {
  const found = [...flows].flatMap((flow) => flow.steps.map((step) => destinationOf(flow, step)));
  return [...new Set(found)].filter((environment) => environment !== 'none').sort();
}

/** An agent may see an incident and act on it; that there is one, or none any more, a person says. */
function assertPerson({ face, agent }: Principal): void {
  if (face === 'cli' && agent === undefined) return;
  throw new SluiceError('forbidden', {
    cause: 'An incident is declared and resolved by a person on the command line.',
    remedy: 'Ask them to run `sluice incident`.',
    rule: 'person',
  });
}

async function demandIncident(name: string, store: Store): Promise<Incident> {
  const found = (await listIncidents(store)).find(({ incident }) => incident === name);
  if (found === undefined) throw new Error(`${name} is not in the ledger that it was written to`);
  return found;
}
