import { SluiceError } from '../../src/kit/errors.ts';

/**
 * The report of a release: one tab, a task a row, its status in column B. Releases with a shipment
 * have no Greenwave row, so everything below stands one row higher than in the older layout.
 */
export const LAYOUTS = ['konflux', 'errata'] as const;
export type Layout = (typeof LAYOUTS)[number];

const ROWS: readonly (readonly [task: string, errata: number, konflux: number | undefined])[] = [
  ['take-ownership', 8, 8],
  ['update-bug-list', 9, 9],
  ['image-consistency-check', 10, 10],
  ['analyze-candidate-build', 11, 11],
  ['analyze-promoted-build', 12, 12],
  ['check-greenwave-cvp-tests', 13, undefined],
  ['check-cve-tracker-bug', 14, 13],
  ['push-to-cdn-staging', 15, 14],
  ['stage-testing', 16, 15],
  ['image-signed-check', 17, 16],
  ['drop-bugs', 18, 17],
  ['change-advisory-status', 19, 18],
];

export const FIRST_ROW = 8;
export const LAST_ROW = 19;
export const OVERALL_CELL = 'B1';

export function tasksOf(layout: Layout): { task: string; row: number }[] {
  return ROWS.flatMap(([task, errata, konflux]) => {
    const row = layout === 'errata' ? errata : konflux;
    return row === undefined ? [] : [{ task, row }];
  });
}

/** The one cell of a task; undefined for a task that has no row in this layout. */
export function taskCell(layout: Layout, task: string): string | undefined {
  const found = tasksOf(layout).find((one) => one.task === task);
  return found === undefined ? undefined : `B${found.row}`;
}

/** Which layout a tab has, by the names in column A; `names` begins at row 8. */
export function layoutOf(where: string, names: readonly string[]): Layout {
  const name = (row: number) => names[row - FIRST_ROW] ?? '';
  if (/greenwave/i.test(name(13))) return 'errata';
  if (/cve/i.test(name(13))) return 'konflux';
  throw new SluiceError('schema_drift', {
    cause: `${where}: A13 is ${JSON.stringify(name(13).slice(0, 80))}, neither the Greenwave row nor the one of CVE trackers.`,
    remedy: 'Put the row names of the template back into column A.',
  });
}

/**
 * What B1 becomes once `task` has `status`: red as soon as any task failed, green when a task ended
 * and none is failed any more; undefined when it stays. Every cell is looked up once, by its task.
 */
export function overallAfter(
  statuses: ReadonlyMap<string, string>,
  task: string,
  status: string,
): 'Red' | 'Green' | undefined {
  const after = new Map(statuses).set(task, status);
  if ([...after.values()].some((one) => one.trim() === 'Fail')) return 'Red';
  return status === 'In Progress' ? undefined : 'Green';
}
