import type { LocalRun, Mirror } from './mirror.ts';
import type { CommitInfo } from './types.ts';

/** Fields of a commit, each ended by NUL; none of them can hold one. */
const FIELDS = ['%H', '%T', '%P', '%an', '%ae', '%ad', '%aI', '%cI', '%s', '%b'];
const FORMAT = `--format=tformat:${FIELDS.join('%x00')}`;
/** With `-z` a record ends by NUL as well. */
const SHAPE = [
  FORMAT,
  '--date=raw',
  '-z',
  '--no-color',
  '--no-notes',
  '--no-show-signature',
  '--encoding=UTF-8',
];

/** Commits as `git log` finds them. `walk` holds options and ids of ours, `paths` literal paths. */
export async function logOf(
  mirror: Mirror,
  walk: readonly string[],
  paths: readonly string[] = [],
  run: LocalRun = {},
): Promise<CommitInfo[]> {
  const args = ['log', ...SHAPE, ...walk, '--', ...paths];
  return parse(await mirror.git(args, run));
}

export async function commitOf(mirror: Mirror, commit: string, signal?: AbortSignal): Promise<CommitInfo> {
  return (await commitsOf(mirror, [commit], signal))(commit);
}

/** Several commits, by their ids, asked of one git. */
export async function commitsOf(
  mirror: Mirror,
  commits: readonly string[],
  signal?: AbortSignal,
): Promise<(commit: string) => CommitInfo> {
  const found = await logOf(mirror, ['--no-walk=unsorted', ...commits], [], { signal });
  return (commit) => {
    const one = found.find((candidate) => candidate.commit === commit);
    if (one === undefined) throw new Error(`git log knows nothing of ${commit}`);
    return one;
  };
}

export async function countOf(
  mirror: Mirror,
  walk: readonly string[],
  paths: readonly string[] = [],
  signal?: AbortSignal,
): Promise<number> {
  return Number(await mirror.git(['rev-list', '--count', ...walk, '--', ...paths], { signal }));
}

function parse(text: string): CommitInfo[] {
  const fields = text.split('\0');
  const commits: CommitInfo[] = [];
  for (let at = 0; at + FIELDS.length <= fields.length; at += FIELDS.length) {
    const [
      commit = '',
      tree = '',
      parents = '',
      author = '',
      authorEmail = '',
      authorTime = '',
      date = '',
      committed = '',
      subject = '',
      body = '',
    ] = fields.slice(at, at + FIELDS.length);
    commits.push({
      commit,
      tree,
      parents: parents === '' ? [] : parents.split(' '),
      author,
      authorEmail,
      authorTime,
      date,
      committed,
      subject,
      body: body.trim(),
    });
  }
  return commits;
}
