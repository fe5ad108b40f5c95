import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import type { SheetsClient } from './client.ts';
import { LAYOUTS, tasksOf } from './layout.ts';
import { taskMirror } from './mirror.ts';

const TASKS = [...new Set(LAYOUTS.flatMap((layout) => tasksOf(layout).map(({ task }) => task)))];

const updateTask = toolsOf<SheetsClient>()({
  name: 'sheets_update_task',
  title: 'Set the status of a task in the report sheet',
  description: `Writes a task's status into its own cell of the release's tab, for either layout, and turns B1 red or green.
A release without a tab is left alone: its record is the StateBox. Repeating it writes nothing.`,
  effect: 'update',
  key: 'sheets/<document>/<release>/<cells>, by what the cells hold',
  settles: '10s',
  input: z.object({
    release: z
      .string()
      .max(60)
      .regex(/^\d+\.\d+\.\d+(-(rc|ec)\.\d+)?$/, 'a release such as 4.20.27'),
    task: z.enum(TASKS),
    status: z.enum(['Not Started', 'In Progress', 'Pass', 'Fail']),
  }),
  output: z.object({ release: z.string(), task: z.string(), changed: z.boolean(), summary: z.string() }),
  effects: async ({ release, task, status }, { client }) => {
    try {
      return await taskMirror(client, release, task, status);
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'not_found') return [];
      throw error;
    }
  },
  result: async ({ release, task, status }, _context, done) => {
    const changed = done.some(({ outcome }) => outcome === 'sent');
    const said = changed ? `says ${status} now` : 'needed no change';
    return { release, task, changed, summary: `The sheet of ${release}, ${task}: ${said}.` };
  },
});

export const taskTools = [updateTask];
