import type { Mirror } from './mirror.ts';
import { FULL_ID } from './sha.ts';

export interface GitObject {
  object: string;
  type: string;
  bytes: number;
}

/**
 * What names stand for, asked of one git for all of them; undefined for what is not there. A name is a
 * whole ref or an id, with `^{commit}` or `:path` behind it: nothing that git would have to guess.
 */
export async function objectsAt(
  mirror: Mirror,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<(GitObject | undefined)[]> {
  if (names.length === 0) return [];
  const input = linesOf(names);
  const lines = (await mirror.git(['cat-file', '--batch-check'], { signal, input })).split('\n');
  return names.map((_, index) => headOf(lines[index] ?? ''));
}

/** The same with what they hold; undefined as a whole where that is more than `cap` bytes. */
export async function contentsAt(
  mirror: Mirror,
  names: readonly string[],
  cap: number,
  signal?: AbortSignal,
): Promise<((GitObject & { content: Buffer }) | undefined)[] | undefined> {
  if (names.length === 0) return [];
  const input = linesOf(names);
  const { stdout, cut } = await mirror.raw(['cat-file', '--batch'], { signal, input, cap });
  if (cut) return undefined;
  let at = 0;
  return names.map(() => {
    const end = stdout.indexOf('\n', at);
    const head = headOf(stdout.toString('utf8', at, end));
    at = end + 1;
    if (head === undefined) return undefined;
    const content = stdout.subarray(at, at + head.bytes);
    at += head.bytes + 1;
    return { ...head, content };
  });
}

export interface Entry {
  mode: string;
  object: string;
}

/** The entries of a tree object, by name. */
export function entriesOf(tree: Buffer): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (let at = 0; at < tree.length; ) {
    const space = tree.indexOf(' ', at);
    const end = tree.indexOf(0, space);
    const mode = tree.toString('latin1', at, space).padStart(6, '0');
    entries.set(tree.toString('utf8', space + 1, end), {
      mode,
      object: tree.toString('hex', end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

function linesOf(names: readonly string[]): string {
  if (names.some((name) => name.includes('\n'))) throw new Error('the name of an object holds a line end');
  return `${names.join('\n')}\n`;
}

/** One line of `cat-file`: a name that is not there is told by `NAME missing`. */
function headOf(line: string): GitObject | undefined {
  const [object = '', type = '', bytes = '', ...more] = line.split(' ');
  if (!FULL_ID.test(object) || !/^\d+$/.test(bytes) || more.length > 0) return undefined;
  return { object, type, bytes: Number(bytes) };
}
