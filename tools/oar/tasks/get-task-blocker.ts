import { z } from 'zod';
import { defineTool } from '../define.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import { IssueShape } from '../statebox/issue-shape.ts';
import { blockerOf, generalBlockers } from '../statebox/issues.ts';
import { ISSUE_TASKS } from '../statebox/tasks.ts';
import { demandBox } from '../statebox/write.ts';

export const getTaskBlocker = defineTool({
  name: 'oar_get_task_blocker',
  title: 'Get what blocks a task',
  description: `The open blocker of one task of a release, and those that hold the whole release. Ask before you begin a task
that failed or has not begun. When the StateBox cannot be read the answer is an error, never "not blocked".`,
  effect: 'read',
  input: z.object({ release: ReleaseName, task: z.enum(ISSUE_TASKS, { error: 'Unsupported task name' }) }),
  output: z.object({
    release: z.string(),
    task: z.string(),
    blocked: z.boolean().meta({ description: 'By its own blocker or by one of the whole release.' }),
    blocker: IssueShape.nullable().meta({ description: 'The open blocker of this very task.' }),
    general_blockers: z.array(IssueShape),
    summary: z.string(),
  }),
  run: async ({ release, task }, { client }) => {
    const box = await demandBox(client, parseRelease(release));
    const blocker = blockerOf(box, task) ?? null;
    const general = generalBlockers(box);
    const blocked = blocker !== null || general.length > 0;
    return {
      release,
      task,
      blocked,
      blocker,
      general_blockers: general,
      summary: `${task} of ${release} is ${blocked ? `blocked: ${(blocker ?? general[0])?.issue ?? ''}` : 'not blocked'}.`,
    };
  },
});
