import { z } from 'zod';
import { defineTool } from '../define.ts';
import { RELEASE_STATUSES } from '../discovery/active.ts';
import { discover } from '../discovery/discover.ts';

export const discoverActiveReleases = defineTool({
  name: 'oar_discover_active_releases',
  title: 'Discover the active z-stream releases',
  description: `Every release that is being worked on, over all y-streams, previews included: up to a day after its date,
and beyond it while its work is open and it is neither shipped nor cancelled. Blocked ones first, then overdue ones. What
could not be read is in unreadable and may hide a release.`,
  effect: 'read',
  input: z.object({}),
  output: z.object({
    releases: z.array(
      z.object({
        release: z.string(),
        y_stream: z.string(),
        release_date: z.string().nullable(),
        status: z.enum(RELEASE_STATUSES),
        overdue: z.boolean(),
        blockers: z.array(z.string()).meta({ description: 'Unresolved blockers and failed tasks.' }),
        statebox: z.boolean().meta({ description: 'False when nobody has created its StateBox yet.' }),
      }),
    ),
    unreadable: z.array(z.object({ what: z.string(), cause: z.string() })),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async (_input, { client, now }) => {
    const { releases, unreadable, streams } = await discover(client, now);
    const overdue = releases.filter((one) => one.overdue).length;
    const blocked = releases.filter(({ status }) => status === 'BLOCKED').length;
    const unread = unreadable.length === 0 ? '' : `; ${unreadable.length} things could not be read`;
    const fresh = releases.filter(({ statebox }) => !statebox).map(({ y_stream: stream }) => stream);
    return {
      releases,
      unreadable,
      summary: `${releases.length} active releases in ${streams} y-streams, ${blocked} blocked, ${overdue} overdue${unread}.`,
      ...(fresh.length === 0
        ? {}
        : { next: `oar_start_release_detector creates what is missing in ${fresh.join(', ')}.` }),
    };
  },
});
