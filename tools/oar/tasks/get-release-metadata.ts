import { z } from 'zod';
import { defineTool } from '../define.ts';
import { buildDataOf, complete, driftBetween, fromStateBox, notReady, stateBoxOf } from '../metadata.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import { needSource } from '../services.ts';
import { trackingDrift } from '../tracking-drift.ts';

export const getReleaseMetadata = defineTool({
  name: 'oar_get_release_metadata',
  title: 'Get the metadata of a z-stream release',
  description: `What an OpenShift release is made of: advisories, Jira ticket, candidate builds, release date and
shipment merge request. From the build data; from the StateBox where the build data lacks the release. Differences
between the two, and from the tracking file, are warnings.`,
  effect: 'read',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    release: z.string(),
    flow: z.enum(['konflux', 'errata']),
    advisories: z.record(z.string(), z.int()),
    jira_ticket: z.string().nullable(),
    candidate_builds: z.record(z.string(), z.string()),
    release_date: z
      .string()
      .nullable()
      .meta({ description: 'As it stands at its source, e.g. 2026-Jun-30.' }),
    release_day: z.string().nullable().meta({ description: 'Midnight UTC of the release date, ISO 8601.' }),
    shipment_mr: z.string().nullable(),
    warnings: z.array(z.string()),
    summary: z.string(),
  }),
  run: async (input, { client }) => {
    const release = parseRelease(input.release);
    if (client.sources.statebox === undefined) needSource(client, 'build_data');
    const [assembly, box] = await Promise.all([buildDataOf(client, release), stateBoxOf(client, release)]);
    const chosen = assembly ?? (box && fromStateBox(box));
    if (chosen === undefined) throw notReady(release);

    const metadata = complete(release, chosen);
    const warnings: string[] = [];
    if (assembly === undefined)
      warnings.push('The build data does not know this release: this is what its StateBox says.');
    else if (box !== undefined) warnings.push(...driftBetween(assembly, fromStateBox(box)));
    if (assembly !== undefined) warnings.push(...(await trackingDrift(client, release, assembly)));
    if (metadata.release_date === null) warnings.push('The release date is not known.');
    else if (metadata.release_day === null) {
      warnings.push(`The release date ${metadata.release_date} is not of the form YYYY-Mon-DD.`);
    }
    if (metadata.jira_ticket === 'ART-0') warnings.push('The Jira ticket ART-0 is a placeholder.');

    const kinds = Object.entries(metadata.advisories).map(([kind, id]) => `${kind} ${id}`);
    return {
      release: release.name,
      flow: metadata.flow,
      advisories: metadata.advisories,
      jira_ticket: metadata.jira_ticket,
      candidate_builds: metadata.candidate_builds,
      release_date: metadata.release_date,
      release_day: metadata.release_day,
      shipment_mr: metadata.shipment_mr,
      warnings,
      summary: `${release.name} (${metadata.flow} flow) ships on ${metadata.release_date ?? 'an unknown day'} with ${kinds.join(', ') || 'no advisories'}; ${warnings.length} warnings.`,
    };
  },
});
