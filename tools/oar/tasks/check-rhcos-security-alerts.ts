import { z } from 'zod';
import { prose } from '../../../src/kit/hygiene.ts';
import { defineTool } from '../define.ts';
import { metadataOf } from '../metadata.ts';
import { parseRelease, ReleaseName } from '../release.ts';

export const checkRhcosSecurityAlerts = defineTool({
  name: 'oar_check_rhcos_security_alerts',
  title: 'Check the security alerts of the RHCOS advisory',
  description: `The security alerts of a release's RHCOS advisory that block it, with how to resolve each. Each alert's own
flag counts. Blocking alerts go to the product security team; they do not stop the tests.`,
  effect: 'read',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    release: z.string(),
    advisory: z.int().nullable().meta({ description: 'Null when the release has no RHCOS advisory.' }),
    blocking: z.array(
      z.object({ name: z.string(), text: prose('Errata Tool'), how_to_resolve: prose('Errata Tool') }),
    ),
    alerts: z.int().meta({ description: 'All alerts, also those that do not block.' }),
    summary: z.string(),
  }),
  run: async ({ release }, { client }) => {
    const { advisories } = await metadataOf(client, parseRelease(release));
    const advisory = advisories.rhcos;
    if (advisory === undefined) {
      return {
        release,
        advisory: null,
        blocking: [],
        alerts: 0,
        summary: `${release} has no RHCOS advisory.`,
      };
    }
    const { alerts } = await client.errata().securityAlerts(advisory);
    const blocking = alerts
      .filter((alert) => alert.blocking)
      .map(({ name, text, howToResolve }) => ({ name, text, how_to_resolve: howToResolve }));
    return {
      release,
      advisory,
      blocking,
      alerts: alerts.length,
      summary: `RHCOS advisory ${advisory} of ${release} has ${alerts.length} security alerts, ${blocking.length} of them blocking.`,
    };
  },
});
