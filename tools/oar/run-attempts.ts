import { absent, type Found, present } from '../../src/kit/effect.ts';

/** One run of a test job at the outside, oldest first in lists. */
export interface TestRunAttempt {
  /** As a ref names it: a ProwJob id, a build number, `queue:<id>`. */
  id: string;
  url: string | null;
  state: string;
  /** Neither ended nor about to be run again. */
  live: boolean;
  succeeded: boolean;
}

/**
 * The n-th attempt is there when n runs exist; then the last run is the one that counts. A run that
 * lives or has succeeded is never doubled, whatever attempt is asked for.
 */
export function findAttempt(runs: readonly TestRunAttempt[], attempt: number): Found {
  const last = runs.at(-1);
  if (last === undefined) return absent;
  if (runs.length < attempt && !last.live && !last.succeeded) return absent;
  return present({ id: last.id, url: last.url, attempt: runs.length });
}
