import { z } from 'zod';
import { Duration, Instant } from './time.ts';

export interface Step<T> {
  at?: number | undefined;
  value: T;
}

/** Something the world changes by itself at known moments. A bare value is a timeline of one step. */
export function timeline<T extends z.ZodType>(value: T) {
  return z.preprocess(
    wrap,
    z
      .array(z.strictObject({ at: Instant.optional(), value }))
      .min(1)
      .refine(ascends, 'the steps of a timeline must stand in the order of time'),
  );
}

function wrap(raw: unknown): unknown {
  const steps =
    Array.isArray(raw) &&
    raw.length > 0 &&
    raw.every((item) => typeof item === 'object' && item !== null && ('value' in item || 'at' in item));
  return steps ? raw : [{ value: raw }];
}

function ascends(steps: readonly { at?: number | undefined }[]): boolean {
  return steps.every((step, i) => i === 0 || (step.at ?? -Infinity) >= (steps[i - 1]?.at ?? -Infinity));
}

/** The step that holds at `now`; undefined before the first one begins. */
export function stepAt<T>(steps: readonly Step<T>[], now: number): Step<T> | undefined {
  return steps.findLast((step) => (step.at ?? -Infinity) <= now);
}

/** What follows a request: each step counts from the moment the thing was created. */
export function outcome<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.array(z.strictObject({ after: Duration.default(0), ...shape })).min(1);
}

export function stepAfter<T extends { after: number }>(steps: readonly T[], elapsed: number): T | undefined {
  return steps.findLast((step) => step.after <= elapsed) ?? steps[0];
}

/** How long after creation the first step that `matches` begins. */
export function reachedAfter<T extends { after: number }>(
  steps: readonly T[],
  matches: (step: T) => boolean,
): number | undefined {
  return steps.find(matches)?.after;
}
