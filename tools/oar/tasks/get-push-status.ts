import { z } from 'zod';
import { defineTool } from '../define.ts';
import { metadataOf } from '../metadata.ts';
import { AdvisoryPush, PUSH_STATES, pushedAdvisories, pushState, reportPushes } from '../push-read.ts';
import { parseRelease, ReleaseName } from '../release.ts';

export const getPushStatus = defineTool({
  name: 'oar_get_push_status',
  title: 'Get the state of the pushes to CDN staging',
  description: `How far the advisories of a release are pushed to the staging CDN. Complete only when the newest push of every
live advisory is; failed when the newest of any is. Reads only; oar_push_to_cdn_staging starts pushes.`,
  effect: 'read',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    state: z.enum(PUSH_STATES),
    advisories: z.array(AdvisoryPush),
    cause: z.string(),
    summary: z.string(),
  }),
  run: async ({ release }, { client }) => {
    const advisories = await pushedAdvisories(client, await metadataOf(client, parseRelease(release)));
    const { state, cause } = pushState(advisories);
    return {
      state,
      advisories: reportPushes(advisories),
      cause,
      summary: `The push of ${release} to CDN staging is ${state}: ${cause}.`,
    };
  },
});
