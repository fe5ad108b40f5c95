import type { Mirror } from './mirror.ts';
import { checkPath } from './names.ts';

export interface BlamePart {
  start_line: number;
  end_line: number;
  commit: string;
  author: string;
  date: string;
  subject: string;
  text: string[];
}

/** Neighbouring lines that come from one commit, by line. */
export async function blameOf(
  mirror: Mirror,
  commit: string,
  path: string,
  lines: { start: number; end: number },
  signal?: AbortSignal,
): Promise<BlamePart[]> {
  const range = `-L${lines.start},${lines.end}`;
  const args = ['blame', '--line-porcelain', '--encoding=UTF-8', range, commit, '--', checkPath(path)];
  return parse(await mirror.git(args, { signal }));
}

function parse(porcelain: string): BlamePart[] {
  const parts: BlamePart[] = [];
  let commit = '';
  let line = 0;
  let fields = new Map<string, string>();
  for (const row of porcelain.split('\n')) {
    const [, id, final] = /^([0-9a-f]{40}) \d+ (\d+)/.exec(row) ?? [];
    if (row.startsWith('\t')) {
      const last = parts.at(-1);
      if (last?.commit === commit && last.end_line === line - 1) {
        last.end_line = line;
        last.text.push(row.slice(1));
        continue;
      }
      const seconds = Number(fields.get('author-time') ?? 0);
      parts.push({
        start_line: line,
        end_line: line,
        commit,
        author: fields.get('author') ?? '',
        date: new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z'),
        subject: (fields.get('summary') ?? '').slice(0, 200),
        text: [row.slice(1)],
      });
    } else if (id !== undefined && final !== undefined) {
      commit = id;
      line = Number(final);
      fields = new Map();
    } else {
      const space = row.indexOf(' ');
      fields.set(row.slice(0, Math.max(0, space)), row.slice(space + 1));
    }
  }
  return parts;
}
