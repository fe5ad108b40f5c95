import type { GitHost } from './host.ts';

export interface CommitFacts {
  id: string;
  parents: string[];
  title: string;
  message: string;
  author: { name: string; email: string };
  at: string;
}

const FORMAT = '%H%x00%P%x00%an%x00%ae%x00%aI%x00%s%x00%B%x00';

/** The commit that a caller means: a branch, a tag, a whole ref, or an id or the beginning of one. */
export function resolve(host: GitHost, repository: string, ref: string): string | undefined {
  for (const name of [`refs/heads/${ref}`, `refs/tags/${ref}`]) {
    const id = host.commitAt(repository, name);
    if (id !== undefined) return id;
  }
  return /^(refs\/.+|HEAD|[0-9a-f]{7,40})$/.test(ref) ? host.commitAt(repository, ref) : undefined;
}

/** Newest first; `range` is a commit, or `a..b`. */
export function commits(
  host: GitHost,
  repository: string,
  range: string,
  more: readonly string[] = [],
): CommitFacts[] {
  const said = host.git(repository, ['log', `--format=${FORMAT}`, '-z', ...more, range]);
  const fields = said.split('\0');
  const found: CommitFacts[] = [];
  for (let at = 0; at + 7 <= fields.length; at += 8) {
    const [id = '', parents = '', name = '', email = '', date = '', title = '', message = ''] = fields.slice(
      at,
      at + 7,
    );
    found.push({
      id,
      parents: parents === '' ? [] : parents.split(' '),
      author: { name, email },
      at: date,
      title,
      message,
    });
  }
  return found;
}

export interface FileChange {
  oldPath: string;
  newPath: string;
  oldMode: string;
  newMode: string;
  status: 'A' | 'D' | 'M' | 'R';
  /** From the first hunk on. */
  diff: string;
}

/** What stands differently in `to` than in `from`. */
export function changedFiles(host: GitHost, repository: string, from: string, to: string): FileChange[] {
  const fields = host.git(repository, ['diff', '--raw', '-z', '--find-renames', from, to]).split('\0');
  const found: FileChange[] = [];
  while (fields.length > 1) {
    const [oldMode = '', newMode = '', , , state = ''] = (fields.shift() ?? '').slice(1).split(' ');
    const oldPath = fields.shift() ?? '';
    const status = state.startsWith('R') ? 'R' : state === 'A' || state === 'D' ? state : 'M';
    const newPath = status === 'R' ? (fields.shift() ?? '') : oldPath;
    const whole = host.git(repository, ['diff', '--find-renames', from, to, '--', oldPath, newPath]);
    const start = whole.indexOf('\n@@ ');
    found.push({ oldPath, newPath, oldMode, newMode, status, diff: start < 0 ? '' : whole.slice(start + 1) });
  }
  return found;
}

export function fileAt(host: GitHost, repository: string, commit: string, path: string): string | undefined {
  return host.ask(repository, ['cat-file', 'blob', `${commit}:${path}`]);
}

export function mergeBase(host: GitHost, repository: string, one: string, other: string): string | undefined {
  return host.ask(repository, ['merge-base', one, other])?.trim();
}

/** Short names of branches or tags, and their commits. */
export function refs(
  host: GitHost,
  repository: string,
  kind: 'heads' | 'tags',
): { name: string; commit: string }[] {
  const said = host.git(repository, [
    'for-each-ref',
    '--format=%(refname:lstrip=2) %(objectname) %(*objectname)',
    `refs/${kind}`,
  ]);
  return said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', own = '', behind = ''] = line.split(' ');
      return { name, commit: behind === '' ? own : behind };
    });
}

/** The text of every file of a commit, by path. */
export function allFiles(host: GitHost, repository: string, commit: string): Map<string, string> {
  const paths = host.git(repository, ['ls-tree', '-r', '-z', '--name-only', commit]).split('\0');
  const found = paths.filter((path) => path !== '');
  return new Map(found.map((path) => [path, fileAt(host, repository, commit, path) ?? '']));
}
