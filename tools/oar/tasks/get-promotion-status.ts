import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { defineTool } from '../define.ts';
import { parseRelease, ReleaseName } from '../release.ts';

export const getPromotionStatus = defineTool({
  name: 'oar_get_promotion_status',
  title: 'Get whether a release is promoted',
  description: `The phase of a release in the release controller: promoted when Accepted; Rejected and Failed need a person;
anything else is a wait. Absent while the controller does not know the release yet.`,
  effect: 'read',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    release: z.string(),
    phase: z.string().meta({ description: 'Pending, Ready, Accepted, Rejected, Failed or Absent.' }),
    promoted: z.boolean(),
    summary: z.string(),
  }),
  run: async (input, { client }) => {
    const { name: release } = parseRelease(input.release);
    const found = await client.releaseController().getRelease(release, { short: true }).catch(notThere);
    const phase = found?.phase ?? 'Absent';
    const promoted = phase === 'Accepted';
    const summary =
      found === undefined
        ? `The release controller does not know ${release} yet.`
        : `${release} is ${promoted ? 'promoted' : 'not promoted'}: its phase is ${phase}.`;
    return { release, phase, promoted, summary };
  },
});

function notThere(error: unknown): undefined {
  if (error instanceof SluiceError && error.code === 'not_found') return undefined;
  throw error;
}
