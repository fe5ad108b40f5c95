import { z } from 'zod';
import { drift, fromYaml } from './drift.ts';
import type { Release } from './release.ts';

/**
 * The StateBox: the file in which a release's tasks were kept by hand and by tool
 * (`_releases/<y>/statebox/<release>.yaml`). Read as it stands; times are never trusted for order,
 * since those before 2026-05-25 are local times with a Z.
 */
const Text = z.string();
export const TASK_STATUSES = ['Not Started', 'In Progress', 'Pass', 'Fail'] as const;

const StateBoxMetadata = z.looseObject({
  jira_ticket: Text.nullable().default(null),
  advisory_ids: z
    .record(z.string(), z.int().positive())
    .nullish()
    .transform((ids) => ids ?? {}),
  release_date: Text.nullable().default(null),
  candidate_builds: z
    .record(z.string(), Text)
    .nullish()
    .transform((builds) => builds ?? {}),
  shipment_mr: Text.nullable().default(null),
});

const Task = z.object({
  name: Text.min(1),
  status: z.enum(TASK_STATUSES),
  started_at: Text.nullable().default(null),
  completed_at: Text.nullable().default(null),
  result: Text.nullable().default(null),
});

const Issue = z.object({
  issue: Text,
  blocker: z.boolean(),
  resolved: z.boolean(),
  resolution: Text.nullable().default(null),
  related_tasks: z.array(Text).default([]),
  reported_at: Text.nullable().default(null),
  resolved_at: Text.nullable().default(null),
});

export const StateBox = z.object({
  schema_version: z.literal('1.0'),
  release: Text,
  created_at: Text,
  updated_at: Text,
  metadata: StateBoxMetadata,
  tasks: z.array(Task),
  issues: z.array(Issue),
});

export type StateBoxIssue = z.output<typeof Issue>;
export type StateBox = z.output<typeof StateBox>;

export function stateBoxPath(release: Release): string {
  return `_releases/${release.yStream}/statebox/${release.name}.yaml`;
}

export function parseStateBox(where: string, text: string, release?: string): StateBox {
  const box = fromYaml(where, text, StateBox);
  if (release !== undefined && box.release !== release) {
    throw drift(where, `release: it speaks of ${box.release}, not of ${release}`);
  }
  return box;
}
