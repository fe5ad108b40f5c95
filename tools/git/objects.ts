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
  /** Without leading zeros. */
  mode: string;
  object: string;
}

export const FOLDER = '40000';
export const LINK = '120000';

/** Whether a mode is that of a file with a content of its own. */
export function isFile(mode: string): boolean {
  return mode.startsWith('100');
}

/** The name of a path within its folder, byte by byte: git takes any bytes but NUL and slash for a name. */
export function keyOf(path: string): string {
  return Buffer.from(path.slice(path.lastIndexOf('/') + 1)).toString('latin1');
}

/** The entries of a tree object, by `keyOf`. */
export function entriesOf(tree: Buffer): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (let at = 0; at < tree.length; ) {
    const space = tree.indexOf(' ', at);
    const end = tree.indexOf(0, space);
    const mode = tree.toString('latin1', at, space).replace(/^0+/, '');
    const object = tree.toString('hex', end + 1, end + 21);
    entries.set(tree.toString('latin1', space + 1, end), { mode, object });
    at = end + 21;
  }
  return entries;
}

/** The tree object of such entries. Folders stand where their names with a slash behind them would. */
export function treeOf(entries: ReadonlyMap<string, Entry>): Buffer {
  const sorted = [...entries]
    .map(([key, entry]) => ({ key, entry, place: entry.mode === FOLDER ? `${key}/` : key }))
    .sort((a, b) => (a.place < b.place ? -1 : 1));
  return Buffer.concat(
    sorted.flatMap(({ key, entry: { mode, object } }) => [
      Buffer.from(`${mode} ${key}\0`, 'latin1'),
      Buffer.from(object, 'hex'),
    ]),
  );
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
