import { z } from 'zod';
import { defineTool } from '../define.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import { FLOW_TASKS, PHASES } from '../statebox/graph.ts';
import { ACTIONS, nextActions } from '../statebox/next-actions.ts';
import { demandBox } from '../statebox/write.ts';

export const getNextActions = defineTool({
  name: 'oar_get_next_actions',
  title: 'Say what a release needs next',
  description: `What to do next for each task of a release, from its StateBox alone: start it, poll a running job (refs), wait
for other tasks, decide about a blocker, nothing. Finds waits whose job is gone. For a run of Sluice see release_status.`,
  effect: 'read',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    release: z.string(),
    phase: z.enum(PHASES),
    actions: z.array(
      z.object({
        task: z.enum(FLOW_TASKS),
        action: z.enum(ACTIONS),
        why: z.string(),
        refs: z.array(z.object({ system: z.string(), id: z.string(), url: z.string().nullable() })),
      }),
    ),
    summary: z.string(),
  }),
  run: async ({ release }, { client }) => {
    const { phase, actions, off } = nextActions(await demandBox(client, parseRelease(release)));
    const due = ACTIONS.filter((action) => action !== 'none').flatMap((action) => {
      const tasks = actions.filter((one) => one.action === action).map(({ task }) => task);
      return tasks.length === 0 ? [] : [`${action} ${tasks.join(', ')}`];
    });
    const what = off ? 'it was called off, nothing is to be done' : due.join('; ') || 'every task passed';
    return { release, phase, actions, summary: `${release} (${phase}): ${what}.` };
  },
});
