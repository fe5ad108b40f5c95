import { createHash } from 'node:crypto';
import { z } from 'zod';
import { absent, present } from '../../../src/kit/effect.ts';
import { defineTool } from '../define.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import { needSource } from '../services.ts';
import { TASKS } from '../statebox/tasks.ts';
import { stamp } from '../statebox/times.ts';
import { isUpdated, type TaskUpdate, updateTask } from '../statebox/update-task.ts';
import { demandBox, readBox, writeBox } from '../statebox/write.ts';
import { stateBoxPath, TASK_STATUSES } from '../statebox.ts';

export const updateTaskStatus = defineTool({
  name: 'oar_update_task_status',
  title: 'Update a task in the StateBox',
  description: `Sets the status of a task in a release's StateBox; times come from the log in result where it names any. A task
that has passed stays so unless a reason is given; Not Started always needs one. Repeating it writes nothing.`,
  effect: 'update',
  key: 'statebox/<path>/task/<task>/<status>#<digest of result and reason>',
  settles: '5s',
  input: z.object({
    release: ReleaseName,
    task: z
      .enum(TASKS, { error: 'Unsupported task name' })
      .meta({ description: 'The task, e.g. stage-testing.' }),
    status: z.enum(TASK_STATUSES, { error: 'Invalid task status' }),
    result: z.string().min(1).max(100_000).optional().meta({
      description: 'Log or words that replace what the task holds; credentials and addresses are masked.',
    }),
    reason: z
      .string()
      .trim()
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'Why a task begins anew; needed for Not Started and to reopen what has passed.' }),
  }),
  output: z.object({
    release: z.string(),
    task: z.string(),
    status: z.enum(TASK_STATUSES),
    started_at: z.string().nullable(),
    completed_at: z.string().nullable(),
    changed: z
      .boolean()
      .meta({ description: 'False when the StateBox said so already; nothing was written.' }),
    summary: z.string(),
  }),
  effects: async (input, { client, now, principal }) => {
    const release = parseRelease(input.release);
    const source = needSource(client, 'statebox');
    const path = stateBoxPath(release);
    const update: TaskUpdate = input;
    const operation = updateTask(update, principal, stamp(now));
    const { box } = await readBox(source, release);
    // Refused here already, before a plan shows what could not be done.
    operation.changes(box);
    const before = box.tasks.findLast(({ name }) => name === input.task)?.status ?? 'Not Started';
    return [
      {
        key: `statebox/${path}/task/${input.task}/${input.status}#${digest(update)}`,
        preview: {
          system: 'statebox',
          action: 'set task status',
          target: `${input.task} of ${release.name}`,
          before,
          after: input.status,
        },
        find: async () =>
          isUpdated((await readBox(source, release)).box, update) ? present({ path }) : absent,
        send: async (permit) => await writeBox(source, release, operation, stamp(now), permit),
      },
    ];
  },
  result: async ({ release, task, status }, { client }, [outcome]) => {
    const box = await demandBox(client, parseRelease(release));
    const stored = box.tasks.findLast(({ name }) => name === task);
    const changed = outcome?.outcome === 'sent';
    return {
      release,
      task,
      status: stored?.status ?? 'Not Started',
      started_at: stored?.started_at ?? null,
      completed_at: stored?.completed_at ?? null,
      changed,
      summary: `${task} of ${release} is ${stored?.status ?? 'Not Started'}${changed ? '' : ', as it was'}${stored !== undefined && stored.status !== status ? `; ${status} was written and somebody has changed it since` : ''}.`,
    };
  },
});

function digest({ result, reason }: TaskUpdate): string {
  return createHash('sha256')
    .update(JSON.stringify([result ?? null, reason ?? null]))
    .digest('hex')
    .slice(0, 12);
}
