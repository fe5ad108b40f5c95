import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../../src/kit/errors.ts';
import { entryAt } from './files.ts';
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

/** Seconds since 1970 in UTC: the same moment is the same text, whoever writes it. */
export function signature(person: Person, moment: number): string {
  return `${person.name} <${person.email}> ${Math.floor(moment / 1_000)} +0000`;
}

/** A commit is what it holds: made twice from the same parts it is the same commit. */
export async function makeCommit(mirror: Mirror, parts: CommitParts, signal?: AbortSignal): Promise<string> {
  const head = [
    `tree ${parts.tree}`,
    ...parts.parents.map((parent) => `parent ${parent}`),
    `author ${parts.author}`,
    `committer ${parts.committer}`,
  ];
  return await store(mirror, 'commit', `${head.join('\n')}\n\n${parts.message}`, signal);
}

export async function makeTag(
  mirror: Mirror,
  parts: { name: string; commit: string; tagger: string; message: string },
  signal?: AbortSignal,
): Promise<string> {
  const head = [`object ${parts.commit}`, 'type commit', `tag ${parts.name}`, `tagger ${parts.tagger}`];
  return await store(mirror, 'tag', `${head.join('\n')}\n\n${parts.message}`, signal);
}

export async function treeOf(mirror: Mirror, commit: string, signal?: AbortSignal): Promise<string> {
  return (await mirror.git(['rev-parse', '--verify', `${commit}^{tree}`], { signal })).trim();
}

async function store(
  mirror: Mirror,
  type: 'blob' | 'commit' | 'tag',
  content: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const args = ['hash-object', '-w', '-t', type, '--stdin'];
  return (await mirror.git(args, { signal, input: content })).trim();
}

/** The tree of `parent` with the files as wanted, made in an index of its own. */
export async function treeWith(
  mirror: Mirror,
  parent: string,
  files: readonly FileChange[],
  signal?: AbortSignal,
): Promise<string> {
  checkTogether(files);
  const lines: string[] = [];
  for (const file of files) lines.push(await indexLine(mirror, parent, file, signal));
  const folder = await mkdtemp(join(mirror.folder, 'sluice-index-'));
  const env = { GIT_INDEX_FILE: join(folder, 'index') };
  try {
    await mirror.raw(['read-tree', parent], { signal, env });
    await mirror.raw(['update-index', '-z', '--index-info'], { signal, env, input: lines.join('') });
    return (await mirror.git(['write-tree'], { signal, env })).trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function indexLine(
  mirror: Mirror,
  parent: string,
  { path, content, delete: remove }: FileChange,
  signal: AbortSignal | undefined,
): Promise<string> {
  const entry = await entryAt(mirror, parent, path, signal);
  if (entry !== undefined && (entry.type !== 'blob' || entry.mode === '120000')) {
    throw unfit(`${path} is a folder, a link or a submodule`);
  }
  if (remove === true) return `0 ${'0'.repeat(40)}\t${path}\0`;
  const names = path.split('/');
  for (let depth = 1; depth < names.length; depth += 1) {
    const folder = names.slice(0, depth).join('/');
    const above = await entryAt(mirror, parent, folder, signal);
    if (above !== undefined && above.type !== 'tree') throw unfit(`${folder} is no folder`);
  }
  const object = await store(mirror, 'blob', content ?? '', signal);
  return `${entry?.mode ?? '100644'} ${object}\t${path}\0`;
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
    const names = path.split('/');
    const above = names.map((_, depth) => names.slice(0, depth).join('/')).find((one) => paths.has(one));
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
