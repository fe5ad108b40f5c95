import { isoTime } from '../../../src/kit/clock.ts';
import { formatDuration } from '../../../src/kit/duration.ts';

export interface Timing {
  started_at: string | null;
  finished_at: string | null;
  /** Until now while it runs; null when it has not started. */
  duration_s: number | null;
  duration: string | null;
}

/** Kubernetes times as ISO text; null for what is absent or no time. */
export function isoOf(text: string | undefined): string | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : isoTime(ms);
}

export function timingOf(start: string | undefined, end: string | undefined, now: number): Timing {
  const from = Date.parse(start ?? '');
  const to = Date.parse(end ?? '');
  const until = Number.isNaN(to) ? now : to;
  const seconds = Number.isNaN(from) ? null : Math.max(0, Math.round((until - from) / 1000));
  return {
    started_at: isoOf(start),
    finished_at: isoOf(end),
    duration_s: seconds,
    duration: seconds === null ? null : formatDuration(seconds * 1000),
  };
}

/** Newest first; of the same moment, the later name. */
export function newestFirst<T extends { metadata: { creationTimestamp: string; name: string } }>(
  objects: readonly T[],
): T[] {
  return objects.toSorted(
    (a, b) =>
      (Date.parse(b.metadata.creationTimestamp) || 0) - (Date.parse(a.metadata.creationTimestamp) || 0) ||
      (a.metadata.name < b.metadata.name ? 1 : -1),
  );
}
