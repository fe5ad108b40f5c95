const STAMP = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})/g;

/** The first and the last moment that a log names; a moment without a zone names none. */
export function stampsIn(text: string | null): { first: string; last: string } | undefined {
  const stamps = [...(text ?? '').matchAll(STAMP)].map(([stamp]) => stamp);
  const [first, last] = [stamps[0], stamps.at(-1)];
  return first === undefined || last === undefined ? undefined : { first, last };
}

/** The form of every time in a StateBox: UTC, to the second. */
export function stamp(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}
