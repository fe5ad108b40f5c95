/**
 * Whether a path fits a pattern: `?` one character, `*` any within one name, `**` any at all.
 * All ways are walked at once: no pattern takes longer than its length times the path's.
 */
export function fits(pattern: string, path: string): boolean {
  const tokens = pattern.match(/\*\*\/|\*\*|\*|[\s\S]/gu) ?? [];
  let ways = withSkips(new Set([0]), tokens, true);
  for (const char of path) {
    const next = new Set<number>();
    for (const at of ways) {
      const token = tokens[at];
      if (token === '**' || token === '**/' || (token === '*' && char !== '/')) next.add(at);
      else if (token === char || (token === '?' && char !== '/')) next.add(at + 1);
    }
    ways = withSkips(next, tokens, char === '/');
    if (ways.size === 0) return false;
  }
  return ways.has(tokens.length);
}

/** A star may stand for nothing; a double star with its slash does so between two names only. */
function withSkips(ways: Set<number>, tokens: readonly string[], betweenNames: boolean): Set<number> {
  for (const at of ways) {
    const token = tokens[at];
    if (token === '*' || token === '**' || (token === '**/' && betweenNames)) ways.add(at + 1);
  }
  return ways;
}
