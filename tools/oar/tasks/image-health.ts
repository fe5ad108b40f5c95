import { z } from 'zod';
import { defineTool } from '../define.ts';
import { healthOf, healthSummary, Unclear, Unhealthy } from '../images/health.ts';
import { ReleaseName } from '../release.ts';

const MOST_SHOWN = 15;
const MOST_VULNERABILITIES = 10;

export const checkImageHealth = defineTool({
  name: 'oar_check_image_health',
  title: 'Check the health grades of the images of a release',
  description: `The freshness grade, as of now, of every container that a release's shipment has put on stage: unhealthy is
worse than B or Unknown, with its vulnerabilities. An image that could not be asked about makes it inconclusive, never
healthy. Waits for the stage release.`,
  effect: 'read',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    release: z.string(),
    verdict: z.enum(['healthy', 'unhealthy', 'inconclusive']),
    checked: z.int(),
    unhealthy: z.array(Unhealthy),
    inconclusive: z.array(Unclear),
    truncated: z.boolean().meta({ description: `Each list shows at most ${MOST_SHOWN}.` }),
    summary: z.string(),
  }),
  run: async ({ release }, context) => {
    const health = await healthOf(release, context);
    const { verdict, checked, unhealthy, inconclusive } = health;
    return {
      release,
      verdict,
      checked,
      unhealthy: unhealthy.slice(0, MOST_SHOWN).map((image) => ({
        ...image,
        vulnerabilities: image.vulnerabilities.slice(0, MOST_VULNERABILITIES),
      })),
      inconclusive: inconclusive.slice(0, MOST_SHOWN),
      truncated:
        unhealthy.length > MOST_SHOWN ||
        inconclusive.length > MOST_SHOWN ||
        unhealthy.some(({ vulnerabilities }) => vulnerabilities.length > MOST_VULNERABILITIES),
      summary: healthSummary(release, health),
    };
  },
});
