import type { Command } from 'commander';
import { declareIncident, type Incident, listIncidents, resolveIncident } from '../flow/freeze/incidents.ts';
import { isoTime } from '../kit/clock.ts';
import { type CommonOptions, command, type Outcome, show, withApp } from './context.ts';

/** What closes an environment by hand. A person's: no agent's face has these. */
export function addPolicyCommands(program: Command, _outcome: Outcome): void {
  const incident = command(program, 'incident', 'incidents: without a word every one that was declared here');
  incident
    .option('--open', 'only those that are not over')
    .action(async (options: CommonOptions & { open?: true }) => {
      await withApp(options, async (app) => {
        const { store } = (await app.engine()).services;
        const all = await listIncidents(store);
        const shown = options.open === true ? all.filter(({ resolved }) => resolved === null) : all;
        show(options, { incidents: shown.map(rowOf) }, () =>
          shown.length === 0 ? 'No incidents.' : shown.map(lineOf).join('\n'),
        );
      });
    });

  command(incident, 'declare', 'close an environment until the incident is resolved; rollbacks stay possible')
    .requiredOption('--reason <text>', 'what is wrong; stands wherever a release is held back by it')
    .option('--environment <name>', 'what is closed', 'production')
    .action(async (_options: unknown, own: Command) => {
      const options: CommonOptions & { reason: string; environment: string } = own.optsWithGlobals();
      const { environment, reason } = options;
      await withApp(options, async (app) => {
        const { services } = await app.engine();
        const declared = await declareIncident({ environment, reason, by: app.principal }, services);
        show(
          options,
          rowOf(declared),
          () => `${lineOf(declared)}\nOver? sluice incident resolve ${declared.incident} --reason "…"`,
        );
      });
    });

  command(incident, 'resolve', 'open the environment again')
    .argument('[incident]', 'its id, where more than one is open')
    .requiredOption('--reason <text>', 'what was done')
    .action(async (name: string | undefined, _options: unknown, own: Command) => {
      const options: CommonOptions & { reason: string } = own.optsWithGlobals();
      await withApp(options, async (app) => {
        const { services } = await app.engine();
        const request = { incident: name, reason: options.reason, by: app.principal };
        const resolved = await resolveIncident(request, services);
        show(options, rowOf(resolved), () => lineOf(resolved));
      });
    });
}

function rowOf({ incident, environment, reason, by, at, resolved }: Incident) {
  return {
    incident,
    environment,
    state: resolved === null ? 'open' : 'resolved',
    reason,
    by,
    at: isoTime(at),
    resolved: resolved === null ? null : { ...resolved, at: isoTime(resolved.at) },
  };
}

function lineOf({ incident, environment, reason, by, at, resolved }: Incident): string {
  const begun = `${incident}  ${environment}  declared by ${by} at ${isoTime(at)}: ${reason}`;
  if (resolved === null) return `${begun}  (open)`;
  return `${begun}\n  resolved by ${resolved.by} at ${isoTime(resolved.at)}: ${resolved.reason}`;
}
