import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../../src/kit/errors.ts';
import { isFile, treeLines } from './files.ts';
import type { Mirror } from './mirror.ts';
import { checkPath } from './names.ts';
import type { Person } from './repository.ts';
import type { FileChange } from './types.ts';

export interface CommitParts {
  tree: string;
  parents: readonly string[];
  /** `NAME <EMAIL> SECONDS ZONE` */
  author: string;
  committer: string;
  message: string;
}

const FILE = '100644';

/** Seconds since 1970 in UTC: the same moment is the same text, whoever writes it. */
export function signature(person: Person, moment: number): string {
  return `${person.name} <${person.email}> ${Math.floor(moment / 1_000)} +0000`;
}

/** A commit is what it holds: made twice from the same parts it is the same commit. */
export async function makeCommit(mirror: Mirror, parts: CommitParts, signal?: AbortSignal): Promise<string> {
  return await store(mirror, 'commit', commitText(parts), signal);
}

/** Several at once. They may be parents of each other: the id of one is known before it is made. */
export async function makeCommits(
  mirror: Mirror,
  commits: readonly CommitParts[],
  signal?: AbortSignal,
): Promise<void> {
  const folder = await scratchFolder(mirror);
  try {
    await storeAll(mirror, folder, 'commit', commits.map(commitText), signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function commitId(parts: CommitParts): string {
  const text = commitText(parts);
  return createHash('sha1')
    .update(`commit ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');
}

function commitText(parts: CommitParts): string {
  const head = [
    `tree ${parts.tree}`,
    ...parts.parents.map((parent) => `parent ${parent}`),
    `author ${parts.author}`,
    `committer ${parts.committer}`,
  ];
  return `${head.join('\n')}\n\n${parts.message}`;
}

export async function makeTag(
  mirror: Mirror,
  parts: { name: string; commit: string; tagger: string; message: string },
  signal?: AbortSignal,
): Promise<string> {
  const head = [`object ${parts.commit}`, 'type commit', `tag ${parts.name}`, `tagger ${parts.tagger}`];
  return await store(mirror, 'tag', `${head.join('\n')}\n\n${parts.message}`, signal);
}

async function store(
  mirror: Mirror,
  type: 'commit' | 'tag',
  content: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const args = ['hash-object', '-w', '-t', type, '--stdin'];
  return (await mirror.git(args, { signal, input: content })).trim();
}

/** A folder of our own, in which nothing stays. */
async function scratchFolder(mirror: Mirror): Promise<string> {
  return await mkdtemp(join(mirror.folder, 'sluice-index-'));
}

/** The ids of these texts, in order, all stored by one git. */
async function storeAll(
  mirror: Mirror,
  folder: string,
  type: 'blob' | 'commit',
  contents: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  if (contents.length === 0) return [];
  const names = contents.map((_, index) => join(folder, `${type}-${index}`));
  for (const [index, name] of names.entries()) await writeFile(name, contents[index] ?? '');
  const args = ['hash-object', '-w', '-t', type, '--no-filters', '--stdin-paths'];
  return (await mirror.git(args, { signal, input: `${names.join('\n')}\n` })).trim().split('\n');
}

/** The tree of `parent` with the files as wanted, made in an index of its own. */
export async function treeWith(
  mirror: Mirror,
  parent: string,
  files: readonly FileChange[],
  signal?: AbortSignal,
): Promise<string> {
  checkTogether(files);
  const modes = await modesOf(mirror, parent, files, signal);
  const folder = await scratchFolder(mirror);
  const env = { GIT_INDEX_FILE: join(folder, 'index') };
  try {
    const kept = files.filter(({ delete: remove }) => remove !== true);
    const contents = kept.map(({ content = '' }) => content);
    const objects = await storeAll(mirror, folder, 'blob', contents, signal);
    const lines = [
      ...files.filter((file) => !kept.includes(file)).map(({ path }) => `0 ${'0'.repeat(40)}\t${path}\0`),
      ...kept.map(({ path }, index) => `${modes.get(path) ?? FILE} ${objects[index]}\t${path}\0`),
    ];
    await mirror.raw(['read-tree', parent], { signal, env });
    await mirror.raw(['update-index', '-z', '--index-info'], { signal, env, input: lines.join('') });
    return (await mirror.git(['write-tree'], { signal, env })).trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The modes of those of the files that are there. Refuses what is no file, and what is below one. */
async function modesOf(
  mirror: Mirror,
  parent: string,
  files: readonly FileChange[],
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const paths = files.map(({ path }) => path);
  const found = await treeLines(mirror, parent, ['-r', '-t'], paths, signal);
  const modes = new Map(found.map(({ mode, path }) => [path, mode]));
  const unlike = paths.find((path) => !isFile(modes.get(path) ?? FILE));
  if (unlike !== undefined) throw unfit(`${unlike} is a folder, a link or a submodule`);
  // On the way to a file that is there git shows each folder; before one that is new there may be anything.
  const unseen = files
    .filter(({ delete: remove }) => remove !== true)
    .flatMap(({ path }) => foldersOf(path).find((folder) => !modes.has(folder)) ?? []);
  const [above] = unseen.length === 0 ? [] : await treeLines(mirror, parent, [], unseen, signal);
  if (above !== undefined) throw unfit(`${above.path} is no folder`);
  return modes;
}

/** The folders above a path, the outermost first. */
function foldersOf(path: string): string[] {
  const names = path.split('/');
  return names.slice(1).map((_, depth) => names.slice(0, depth + 1).join('/'));
}

function checkTogether(files: readonly FileChange[]): void {
  const paths = new Set<string>();
  for (const { path, content, delete: remove } of files) {
    checkPath(path);
    if (paths.has(path)) throw unfit(`${path} is named twice`);
    if ((content === undefined) === (remove !== true)) throw unfit(`${path} needs either content or delete`);
    paths.add(path);
  }
  for (const path of paths) {
    const above = foldersOf(path).find((one) => paths.has(one));
    if (above !== undefined) throw unfit(`${above} cannot be both a file and a folder`);
  }
}

function unfit(what: string): SluiceError {
  return new SluiceError('invalid_input', {
    cause: `The files cannot be committed: ${what}.`,
    remedy: 'Name each file once, with content or delete: true; links and submodules are not changed.',
    rule: 'git.paths',
  });
}
