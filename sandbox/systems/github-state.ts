import type { Pull, Release } from '../scenario/schema-github.ts';

/** What requests have made of GitHub, by repository and number or name; the rest is the scenario's. */
export class GithubState {
  pulls = new Map<string, Pull>();
  changes = new Map<string, PullChange>();
  comments: Comment[] = [];
  releases = new Map<string, Release>();
  tags = new Map<string, { commit: string; object: string }>();
  tagObjects = new Map<string, { tag: string; commit: string; message: string }>();
  /** When the failed jobs of a run were run again. */
  reruns = new Map<string, number[]>();
}

export interface PullChange {
  title?: string;
  body?: string;
  base?: string;
  state?: 'open' | 'closed';
  labels?: string[];
  reviewers?: string[];
}

export interface Comment {
  repository: string;
  number: number;
  id: number;
  body: string;
  at: number;
}
