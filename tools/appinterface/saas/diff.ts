const CONTEXT = 3;

/** A unified diff of two texts with the same number of lines, as an edit of refs leaves them. */
export function unifiedDiff(path: string, before: string, after: string): string {
  const [old, now] = [linesOf(before), linesOf(after)];
  const changed = old.flatMap((line, index) => (line === now[index] ? [] : [index]));
  if (changed.length === 0) return '';
  const hunks: { from: number; to: number }[] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    const from = Math.max(0, index - CONTEXT);
    const to = Math.min(old.length - 1, index + CONTEXT);
    if (last !== undefined && from <= last.to + 1) last.to = to;
    else hunks.push({ from, to });
  }
  const body = hunks.flatMap(({ from, to }) => {
    const size = to - from + 1;
    return [`@@ -${from + 1},${size} +${from + 1},${size} @@`, ...hunkLines(old, now, from, to)];
  });
  return `${[`--- a/${path}`, `+++ b/${path}`, ...body].join('\n')}\n`;
}

function hunkLines(old: readonly string[], now: readonly string[], from: number, to: number): string[] {
  const out: string[] = [];
  for (let index = from; index <= to; index += 1) {
    if (old[index] === now[index]) {
      out.push(...shown(' ', old[index]));
      continue;
    }
    // All that goes before all that comes, as git shows a run of changed lines.
    let end = index;
    while (end < to && old[end + 1] !== now[end + 1]) end += 1;
    for (let line = index; line <= end; line += 1) out.push(...shown('-', old[line]));
    for (let line = index; line <= end; line += 1) out.push(...shown('+', now[line]));
    index = end;
  }
  return out;
}

/** Lines with their ends: the last one may have none. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function shown(mark: string, line = ''): string[] {
  return line.endsWith('\n') ? [mark + line.slice(0, -1)] : [mark + line, '\\ No newline at end of file'];
}
