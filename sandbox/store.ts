import type { Cluster } from './kubernetes/cluster.ts';
import type { MergeRequest } from './scenario/schema-gitlab.ts';
import { GithubState } from './systems/github-state.ts';

/** What requests have created. Only what was asked for is kept; what became of it is computed when asked. */
export interface CreatedPush {
  advisory: string;
  id: number;
  target: string;
  created: number;
  /** Which of the scenario's outcomes this one follows. */
  nth: number;
}

export interface CreatedNote {
  mergeRequest: string;
  id: number;
  author: string;
  created: number;
  body: string;
  /** Written by GitLab itself. */
  system?: boolean;
}

/** One that a request has opened, in the scenario's own words. */
export interface CreatedMergeRequest {
  /** Path of the project that it is to be merged to. */
  project: string;
  iid: number;
  request: MergeRequest;
}

/** How far one of them has come on the way that the scenario says. */
export interface FollowedMergeRequest {
  project: string;
  iid: number;
  /** When it was opened. */
  created: number;
  /** Which of the project's outcomes it follows. */
  nth: number;
  /** How much of that has happened: the time since it was opened, -1 for nothing. */
  seen: number;
  /** The commit of the target branch that it was merged into, and the one that came out. */
  merged?: { into: string; as: string };
}

export interface CreatedApproval {
  mergeRequest: string;
  username: string;
  created: number;
}

/** With every file as it stands after it. */
export interface CreatedCommit {
  project: string;
  id: string;
  title: string;
  author: string;
  created: number;
  files: Record<string, string>;
}

/** What was pushed to a merge request. */
export interface CreatedVersion {
  mergeRequest: string;
  id: number;
  head: string;
  created: number;
}

export interface CreatedBuild {
  job: string;
  queueId: number;
  created: number;
  parameters: Record<string, string>;
  nth: number;
}

export interface CreatedRun {
  job: string;
  created: number;
  envs: Record<string, string>;
  nth: number;
}

export interface CreatedMessage {
  channel: string;
  ts: string;
  text: string;
  extra: Record<string, unknown>;
  metadata?: unknown;
}

export interface RetriedJobs {
  pipeline: number;
  created: number;
  jobs: { stage: string; name: string; id: number }[];
}

export interface CreatedRelease {
  project: string;
  tag: string;
  name: string;
  description: string;
  created: number;
}

export class Store {
  pushes: CreatedPush[] = [];
  notes: CreatedNote[] = [];
  mergeRequests: CreatedMergeRequest[] = [];
  followed: FollowedMergeRequest[] = [];
  approvals: CreatedApproval[] = [];
  commits: CreatedCommit[] = [];
  /** Heads of branches that requests have made or moved, by `<project> <branch>`. */
  branches = new Map<string, string>();
  versions: CreatedVersion[] = [];
  retries: RetriedJobs[] = [];
  cancels: { pipeline: number; created: number }[] = [];
  releases: CreatedRelease[] = [];
  builds: CreatedBuild[] = [];
  runs: CreatedRun[] = [];
  messages: CreatedMessage[] = [];
  github = new GithubState();
  /** API servers that somebody has spoken to, by the system's name. */
  clusters = new Map<string, Cluster>();
}

/** The plan for the n-th created thing: past the end of the list the last plan holds again. */
export function planFor<T>(plans: readonly T[], nth: number): { plan: T; beyond: number } | undefined {
  const plan = plans[nth] ?? plans.at(-1);
  return plan === undefined ? undefined : { plan, beyond: Math.max(0, nth - plans.length + 1) };
}
