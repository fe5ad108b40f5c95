import { DurationText, parseDuration } from '../../src/kit/duration.ts';

const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const HOUR = 3_600_000;
export const SHORTEST_MS = 30 * 60_000;
export const LONGEST_MS = 14 * 24 * HOUR;

/** Milliseconds of what Go's time.ParseDuration takes; the operator reads an empty one as an hour. */
export function goDuration(text: string): number | undefined {
  if (text === '') return HOUR;
  if (text === '0') return 0;
  if (!/^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  return total;
}

/** As Go reads it: it knows no days. */
export function goText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor((seconds % 3_600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const;
  return parts.map(([amount, unit]) => (amount === 0 ? '' : `${amount}${unit}`)).join('') || '0s';
}

/** How long a reservation may be, as people who call write it. */
export const ReservedFor = DurationText.refine((text) => {
  const ms = parseDuration(text) ?? 0;
  return ms >= SHORTEST_MS && ms <= LONGEST_MS;
}, 'between 30m and 14d').meta({ description: 'e.g. 4h; between 30m and 14d.' });
