import type { z } from 'zod';
import { short } from '../define.ts';
import type { ListedPull } from './schema.ts';
import type { PULL_STATES, PullRow } from './shape.ts';

export function stateOf(pull: ListedPull): (typeof PULL_STATES)[number] {
  if (pull.merged_at) return 'merged';
  if (pull.state === 'closed') return 'closed';
  return pull.draft === true ? 'draft' : 'open';
}

export function rowOf(pull: ListedPull): z.output<typeof PullRow> {
  return {
    number: pull.number,
    title: short(pull.title),
    state: stateOf(pull),
    author: pull.user?.login ?? null,
    head: pull.head.label ?? pull.head.ref,
    head_commit: pull.head.sha,
    base: pull.base.ref,
    labels: pull.labels.map(({ name }) => name).slice(0, 20),
    created_at: pull.created_at,
    updated_at: pull.updated_at,
    url: pull.html_url,
  };
}
