import { z } from 'zod';
import { Instant } from './time.ts';
import { timeline } from './timeline.ts';

const Person = z.strictObject({ name: z.string(), email: z.string().optional() });

const Issue = z.strictObject({
  type: z.string().default('Bug'),
  summary: z.string(),
  created: Instant.optional(),
  /** Its steps are the changelog. */
  status: timeline(z.string()),
  priority: z.string().optional(),
  labels: z.array(z.string()).default([]),
  /** Account ids. */
  assignee: z.string().optional(),
  reporter: z.string().optional(),
  /** Custom fields as the real answer has them, by id. */
  fields: z.record(z.string(), z.unknown()).default({}),
  comments: z.array(z.strictObject({ author: z.string(), created: Instant, text: z.string() })).default([]),
  links: z.array(z.string()).default([]),
  subtasks: z.array(z.string()).default([]),
});

export type JiraIssue = z.infer<typeof Issue>;

export const Jira = z.strictObject({
  /** By account id. */
  people: z.record(z.string(), Person).default({}),
  me: z.string(),
  /** The names of custom fields in JQL → their ids. */
  field_names: z.record(z.string(), z.string()).default({}),
  transitions: z.record(z.string(), z.string()).default({}),
  issues: z.record(z.string(), Issue).default({}),
});

export type Jira = z.infer<typeof Jira>;
