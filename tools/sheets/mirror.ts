import type { Effect } from '../../src/kit/effect.ts';
import type { SheetsClient } from './client.ts';
import { cellEffects } from './effects.ts';
import { OVERALL_CELL, overallAfter, taskCell } from './layout.ts';
import { readReport } from './report.ts';

/**
 * What the sheet becomes when a task's status changes: the cell of the task, and B1 where it turns.
 * Empty for a task without a row in this layout. For the mirror of a journal.
 */
export async function taskMirror(
  client: SheetsClient,
  release: string,
  task: string,
  status: string,
): Promise<Effect[]> {
  const { document, layout, tasks } = await readReport(client, release);
  const cell = taskCell(layout, task);
  if (cell === undefined) return [];
  const statuses = new Map(tasks.map((one) => [one.task, one.status]));
  const overall = overallAfter(statuses, task, status);
  const colour = overall === undefined ? [] : [{ cell: OVERALL_CELL, value: overall }];
  return cellEffects(client, document, release, [{ cell, value: status }, ...colour]);
}
