import { z } from 'zod';

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** '2h40m' or plain milliseconds; undefined when the text is neither. */
export function parseDuration(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (!/^(\d+(ms|s|m|h|d))+$/.test(value)) return undefined;
  let total = 0;
  for (const [, amount = '0', unit = 'ms'] of value.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNITS[unit] ?? 0);
  }
  return total;
}

export function parseInstant(value: string): number | undefined {
  // Without a zone the same file would mean another moment on another machine.
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}

export const Duration = z.union([z.string(), z.number()]).transform((value, ctx) => {
  const parsed = parseDuration(value);
  if (parsed === undefined) {
    ctx.addIssue({ code: 'custom', message: `"${value}" is no duration; write 90s, 30m, 2h40m, 1d` });
    return z.NEVER;
  }
  return parsed;
});

export const Instant = z.string().transform((value, ctx) => {
  const parsed = parseInstant(value);
  if (parsed === undefined) {
    ctx.addIssue({ code: 'custom', message: `"${value}" is no instant; write 2026-06-25T12:00:00Z` });
    return z.NEVER;
  }
  return parsed;
});

/** The form every real system prints: whole seconds, UTC. */
export function isoSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
