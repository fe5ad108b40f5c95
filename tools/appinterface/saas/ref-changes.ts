/** One state of a file, newest first in a list; undefined where the target was not there or not readable. */
export interface RefVersion<C> {
  commit: C;
  ref: string | undefined;
}

export interface RefMove<C> {
  commit: C;
  /** Undefined: the target was not there before. */
  from: string | undefined;
  to: string;
  /** This ref had been declared earlier already: the move took something back. */
  wasThereBefore: boolean;
}

/**
 * The moves of one ref. Changes of the rest of the file are none. What the oldest version was before
 * is known only when the list goes back to the first one.
 */
export function refMoves<C>(versions: readonly RefVersion<C>[], complete: boolean): RefMove<C>[] {
  const moves: RefMove<C>[] = [];
  for (const [index, { commit, ref }] of versions.entries()) {
    const older = versions[index + 1];
    if (ref === undefined || (older === undefined ? !complete : older.ref === ref)) continue;
    const wasThereBefore = versions.slice(index + 1).some((version) => version.ref === ref);
    moves.push({ commit, from: older?.ref, to: ref, wasThereBefore });
  }
  return moves;
}
