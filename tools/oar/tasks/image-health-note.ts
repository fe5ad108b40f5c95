import { z } from 'zod';
import { absent, present } from '../../../src/kit/effect.ts';
import { NotYet } from '../../../src/kit/errors.ts';
import { defineTool } from '../define.ts';
import { see } from '../flow-page.ts';
import { healthDigest, healthOf, healthSummary } from '../images/health.ts';
import { healthMarker, healthNote } from '../images/health-note.ts';
import { ReleaseName } from '../release.ts';

export const postImageHealthNote = defineTool({
  name: 'oar_post_image_health_note',
  title: 'Note the health of the images on the shipment',
  description: `Writes the result of oar_check_image_health into a note on the shipment merge request: totals, unhealthy images
and their vulnerabilities. The same result is noted once. Waits while the result is inconclusive.`,
  effect: 'notify',
  key: 'gitlab/<project>!<iid>/note/image-health/<verdict>/<digest of the result>',
  settles: '5s',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    release: z.string(),
    merge_request: z.string().meta({ description: 'project!number' }),
    verdict: z.string().meta({ description: 'healthy or unhealthy' }),
    note: z.int().nullable().meta({ description: 'Its id on the merge request.' }),
    summary: z.string(),
  }),
  effects: async ({ release }, context) => {
    const health = await healthOf(release, context);
    const { project, iid, name } = health.shipment;
    const { verdict } = health;
    const digest = healthDigest(health);
    const gitlab = context.client.gitlab();
    const note = (id: number) => ({ note: id, merge_request: name, verdict });
    return [
      {
        key: `gitlab/${name}/note/image-health/${verdict}/${digest}`,
        preview: {
          system: 'gitlab',
          action: 'note the health of the images',
          target: name,
          after: healthSummary(release, health),
        },
        ready: async () => {
          if (verdict !== 'inconclusive') return;
          const why = health.inconclusive[0]?.cause ?? 'nothing was read';
          throw new NotYet(`${healthSummary(release, health)} ${why}`, {
            remedy: `Look again when the container catalog answers. ${see('unhealthy-images')}`,
          });
        },
        find: async () => {
          const notes = await gitlab.listNotes(project, iid);
          const found = notes.find(({ body }) => body.includes(healthMarker(verdict, digest)));
          return found === undefined ? absent : present(note(found.id));
        },
        send: async (permit) => {
          const { id } = await gitlab.addNote(project, iid, healthNote(release, health, digest), permit);
          return note(id);
        },
      },
    ];
  },
  result: async ({ release }, _context, [outcome]) => {
    const done = Done.parse(outcome?.data ?? {});
    const { verdict = 'unknown', merge_request = '', note = null } = done;
    const summary = `The images of ${release} are ${verdict}: noted on ${merge_request}.`;
    return { release, merge_request, verdict, note, summary };
  },
});

const Done = z.object({
  note: z.int().optional(),
  merge_request: z.string().optional(),
  verdict: z.string().optional(),
});
