import type { Cluster } from './kubernetes/cluster.ts';
import type { MergeRequest } from './scenario/schema-gitlab.ts';

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
}

export interface CreatedMergeRequest {
  /** Where it is to be merged. */
  project: string;
  iid: number;
  created: number;
  /** Which of the project's outcomes it follows. */
  nth: number;
  /** How much of that has happened: the time since it was created, -1 for nothing. */
  seen: number;
  /** As a scenario would say it; what becomes of it is added to its timelines. */
  request: MergeRequest;
  /** The commit of the target branch that it was merged into. */
  mergedInto?: string;
  mergeCommit?: string;
  closedBy?: string;
}

export interface CreatedApproval {
  mergeRequest: string;
  username: string;
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

export class Store {
  pushes: CreatedPush[] = [];
  notes: CreatedNote[] = [];
  mergeRequests: CreatedMergeRequest[] = [];
  approvals: CreatedApproval[] = [];
  builds: CreatedBuild[] = [];
  runs: CreatedRun[] = [];
  messages: CreatedMessage[] = [];
  /** API servers that somebody has spoken to, by the system's name. */
  clusters = new Map<string, Cluster>();
}

/** The plan for the n-th created thing: past the end of the list the last plan holds again. */
export function planFor<T>(plans: readonly T[], nth: number): { plan: T; beyond: number } | undefined {
  const plan = plans[nth] ?? plans.at(-1);
  return plan === undefined ? undefined : { plan, beyond: Math.max(0, nth - plans.length + 1) };
}
