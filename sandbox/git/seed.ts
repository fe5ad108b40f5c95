import { serialise } from '../scenario/content.ts';
import type { GitCommit } from '../scenario/schema-git.ts';
import { runGit } from './run.ts';

/** Where a commit is put, and on what. */
export interface Placed {
  commit: GitCommit;
  branch: string;
  /** Ids, or `:n` for the n-th of those that are made together; none for the first one of a branch. */
  parents: readonly string[];
}

export interface PlacedTag {
  tag: string;
  /** As the parents of a commit. */
  on: string;
  message: string | undefined;
  of: GitCommit;
}

/** Makes commits, all in one go. Author, date and content are given, and so their ids are always the same. */
export function makeCommits(
  folder: string,
  commits: readonly Placed[],
  tags: readonly PlacedTag[] = [],
): string[] {
  if (commits.length + tags.length === 0) return [];
  const stream = [...commits.map((placed, index) => streamOf(placed, index + 1)), ...tags.map(tagOf)].join(
    '',
  );
  const said = runGit([`--git-dir=${folder}`, 'fast-import', '--quiet', '--force'], { input: stream });
  return said.toString().split('\n').slice(0, commits.length);
}

/** As `git fast-import` reads it; it answers with the id. */
function streamOf({ commit, branch, parents }: Placed, mark: number): string {
  const by = signed(commit);
  const [first, ...others] = parents;
  const changes = Object.entries(commit.files).map(([path, content]) => {
    const text = serialise(path, content);
    return text === undefined ? `D ${path}\n` : `M 100644 inline ${path}\n${data(text)}`;
  });
  const message = `${commit.message.trimEnd()}\n`;
  return [
    first === undefined ? `reset refs/heads/${branch}\n` : '',
    `commit refs/heads/${branch}\nmark :${mark}\nauthor ${by}\ncommitter ${by}\n${data(message)}`,
    first === undefined ? '' : `from ${first}\n`,
    ...others.map((parent) => `merge ${parent}\n`),
    ...changes,
    `\nget-mark :${mark}\n`,
  ].join('');
}

function tagOf({ tag, on, message, of }: PlacedTag): string {
  if (message === undefined) return `reset refs/tags/${tag}\nfrom ${on}\n\n`;
  return `tag ${tag}\nfrom ${on}\ntagger ${signed(of)}\n${data(`${message.trimEnd()}\n`)}`;
}

function signed({ author, at }: GitCommit): string {
  return `${author} ${Math.floor(at / 1000)} +0000`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
