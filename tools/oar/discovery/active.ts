import { oneLine } from '../../../src/kit/text.ts';
import { releaseDay } from '../dates.ts';
import { compareReleases } from '../release.ts';
import type { StateBox } from '../statebox.ts';

/** In the order in which a lead wants to see them, after those that are overdue. */
export const RELEASE_STATUSES = ['SHIPPED', 'COMPLETE', 'BLOCKED', 'IN PROGRESS', 'NOT STARTED'] as const;
export type ReleaseState = (typeof RELEASE_STATUSES)[number];

export interface ActiveRelease {
  release: string;
  y_stream: string;
  release_date: string | null;
  status: ReleaseState;
  overdue: boolean;
  blockers: string[];
  /** False for a release that was announced and whose StateBox nobody has created yet. */
  statebox: boolean;
}

const DAY_MS = 86_400_000;

/** Days from today (UTC) to the release date; undefined when there is no such date. */
export function daysLeft(date: string | null, now: number): number | undefined {
  const day = date === null ? undefined : releaseDay(date);
  return day === undefined ? undefined : Date.parse(day) / DAY_MS - Math.floor(now / DAY_MS);
}

/** A release is looked at until the day after its date, whatever its state. */
export function withinWindow(date: string | null, now: number): boolean {
  const left = daysLeft(date, now);
  return left !== undefined && left >= -1;
}

export function statusOfBox(box: StateBox, shipped: boolean): ReleaseState {
  const statusOf = (name: string) => box.tasks.findLast((task) => task.name === name)?.status;
  if (shipped) return 'SHIPPED';
  if (statusOf('change-advisory-status') === 'Pass') return 'COMPLETE';
  if (blockersOf(box).length > 0) return 'BLOCKED';
  return statusOf('take-ownership') === 'Pass' ? 'IN PROGRESS' : 'NOT STARTED';
}

/** Unresolved blockers, and failed tasks: nothing else holds a release up. */
export function blockersOf(box: StateBox): string[] {
  const latest = new Map(box.tasks.map(({ name, status }) => [name, status]));
  return [
    ...box.issues.filter(({ blocker, resolved }) => blocker && !resolved).map(({ issue }) => oneLine(issue)),
    ...[...latest].filter(([, status]) => status === 'Fail').map(([name]) => `[TASK FAILED] ${name}`),
  ];
}

export function isOverdue(status: ReleaseState, date: string | null, now: number): boolean {
  return status !== 'SHIPPED' && status !== 'COMPLETE' && (daysLeft(date, now) ?? 0) < 0;
}

/** Blocked ones first, then what is overdue, running, not begun, complete, shipped; newest version first. */
export function compareActive(a: ActiveRelease, b: ActiveRelease): number {
  return rank(a) - rank(b) || compareReleases(b.release, a.release);
}

function rank({ status, overdue }: ActiveRelease): number {
  if (status === 'BLOCKED') return 0;
  if (overdue) return 1;
  return { 'IN PROGRESS': 2, 'NOT STARTED': 3, COMPLETE: 4, SHIPPED: 5 }[status];
}
