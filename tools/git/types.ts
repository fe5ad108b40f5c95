/** Where a branch or tag is: the repository itself, our fork of it, or our own mirror alone. */
export const REMOTES = ['origin', 'fork', 'local'] as const;
export type RemoteName = (typeof REMOTES)[number];

export interface At {
  /** `origin` when left away. */
  remote?: RemoteName;
  /** Names are looked up as they are now, or were at this moment (of this machine's clock) at the earliest. */
  notBefore?: number;
  signal?: AbortSignal | undefined;
}

export interface Resolved {
  /** What was asked for. */
  given: string;
  /** 40 hexadecimal digits. */
  commit: string;
  kind: 'full id' | 'short id' | 'tag' | 'branch';
  /** Of the tag or branch. */
  name: string | null;
  /** When our mirror was last brought up to date. */
  fetchedAt: string;
}

export interface CommitInfo {
  commit: string;
  tree: string;
  parents: string[];
  author: string;
  authorEmail: string;
  /** `SECONDS ZONE`, as git keeps it. */
  authorTime: string;
  /** When it was written, ISO 8601. */
  date: string;
  /** When it came to be where it is, ISO 8601. */
  committed: string;
  subject: string;
  body: string;
}

export interface FileAt {
  path: string;
  /** The commit at which it was read. */
  commit: string;
  blob: string;
  bytes: number;
  /** Null for what is not UTF-8 text. */
  text: string | null;
  mode: string;
}

export interface FileVersion {
  commit: CommitInfo;
  /** The file after this commit; null where the commit removed it. */
  text: string | null;
}

export interface Branch {
  name: string;
  commit: string;
}

export interface FileChange {
  path: string;
  /** The whole new text; absent to remove the file. */
  content?: string | undefined;
  delete?: boolean | undefined;
}

/** One commit wanted on a branch. The same change is the same commit, wherever and whenever it is made. */
export interface CommitChange {
  repo: string;
  remote: RemoteName;
  branch: string;
  /** The commit that the branch stands at, 40 digits; the new one is its child. */
  expectedHead: string;
  /** The branch is not there yet and begins with this commit. */
  createBranch?: boolean | undefined;
  files: readonly FileChange[];
  message: string;
  /** Becomes the trailer `Sluice-Key`, by which the commit is known again after a rebase. */
  key?: string | undefined;
  /** Of author and committer, ISO 8601; the parent's when absent. */
  date?: string | undefined;
}

export interface FileStat {
  path: string;
  added: number;
  deleted: number;
  binary: boolean;
  /** The former path, where it was moved. */
  from?: string;
}

/** A commit as it will be. It lies in our mirror; nothing has left. */
export interface PlannedCommit {
  commit: string;
  parent: string;
  tree: string;
  /** The files hold what is wanted already: `commit` is the parent. */
  empty: boolean;
  files: FileStat[];
  message: string;
}

export interface FetchReport {
  remote: RemoteName;
  fetchedAt: string;
  changes: RefChange[];
}

export interface RefChange {
  kind: 'branch' | 'tag';
  name: string;
  change: 'new' | 'moved' | 'rewritten' | 'removed';
  from: string | null;
  to: string | null;
}

/** What an effect on a branch or tag leaves as evidence. */
export interface Published {
  remote: RemoteName;
  ref: string;
  commit: string;
  /** How it was found, where it was there already. */
  how?: string;
}
