import { z } from 'zod';
import { AdvisoryState, stateOf } from '../advisories.ts';
import { defineTool } from '../define.ts';
import { SHIPPED_STATES, shippedState } from '../discovery/shipped.ts';
import { metadataOf } from '../metadata.ts';
import { parseRelease, ReleaseName } from '../release.ts';

export const isReleaseShipped = defineTool({
  name: 'oar_is_release_shipped',
  title: 'Is a release shipped?',
  description: `shipped when every advisory that was not dropped is ready (REL_PREP or beyond) and the shipment merge request is
merged or released to production (by its label or its pipeline); cancelled when that merge request was closed. An outside that does not answer is an
error, never a no.`,
  effect: 'read',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    release: z.string(),
    shipped: z.boolean(),
    state: z.enum(SHIPPED_STATES),
    merge_request: z.object({ iid: z.int(), state: z.string() }).nullable(),
    advisories: z.array(AdvisoryState.extend({ ready: z.boolean() })),
    summary: z.string(),
  }),
  run: async ({ release }, { client }) => {
    const metadata = await metadataOf(client, parseRelease(release));
    const { state, mergeRequest, advisories, open } = await shippedState(client, metadata);
    return {
      release,
      shipped: state === 'shipped',
      state,
      merge_request: mergeRequest,
      advisories: advisories.map((one) => ({ ...stateOf(one), ready: one.ready })),
      summary: `${release} is ${state.replace('_', ' ')}${open.length === 0 ? '' : `: ${open.join(', ')}`}.`,
    };
  },
});
