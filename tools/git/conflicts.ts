export interface ConflictedFile {
  path: string;
  how: string;
}

/** The two letters of `git status --porcelain` for a path that could not be merged. */
const HOW: Record<string, string> = {
  DD: 'both deleted',
  AU: 'added by us',
  UD: 'deleted by them',
  UA: 'added by them',
  DU: 'deleted by us',
  AA: 'both added',
  UU: 'both modified',
};

/** The conflicts in `git status --porcelain`, with lines ended by a newline or, with `-z`, by NUL. */
export function conflictsInStatus(porcelain: string): ConflictedFile[] {
  return porcelain.split(/[\n\0]/).flatMap((line) => {
    const how = HOW[line.slice(0, 2)];
    return how === undefined || line[2] !== ' ' ? [] : [{ path: line.slice(3), how }];
  });
}

/** From the stages that the index holds of a path: 1 the base, 2 ours, 3 theirs. */
export function howOfStages(stages: ReadonlySet<number>): string {
  const letters: Record<string, string> = {
    '1': 'DD',
    '2': 'AU',
    '12': 'UD',
    '3': 'UA',
    '13': 'DU',
    '23': 'AA',
    '123': 'UU',
  };
  return HOW[letters[[...stages].sort().join('')] ?? ''] ?? 'unmerged';
}

export interface ConflictSection {
  /** Of the first line, counted from 1. */
  line: number;
  ours: string;
  theirs: string;
}

/** What stands between `<<<<<<<`, `=======` and `>>>>>>>`; the base of a diff3 style is left out. */
export function conflictSections(text: string): ConflictSection[] {
  const sections: ConflictSection[] = [];
  let open: { line: number; side: 'ours' | 'base' | 'theirs'; ours: string; theirs: string } | undefined;
  for (const [index, line] of text.split(/(?<=\n)/).entries()) {
    if (/^<{7}( |\r?\n|$)/.test(line)) open = { line: index + 1, side: 'ours', ours: '', theirs: '' };
    else if (open === undefined) continue;
    else if (/^\|{7}( |\r?\n|$)/.test(line)) open.side = 'base';
    else if (/^={7}\r?\n?$/.test(line) && open.side !== 'theirs') open.side = 'theirs';
    else if (/^>{7}( |\r?\n|$)/.test(line) && open.side === 'theirs') {
      sections.push({ line: open.line, ours: open.ours, theirs: open.theirs });
      open = undefined;
    } else if (open.side !== 'base') open[open.side] += line;
  }
  return sections;
}
