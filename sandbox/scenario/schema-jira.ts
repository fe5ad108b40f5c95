import { z } from 'zod';
import { Duration, Instant } from './time.ts';
import { timeline } from './timeline.ts';

const Person = z.strictObject({
  name: z.string(),
  email: z.string().optional(),
  /** An account of a machine. */
  app: z.boolean().default(false),
  active: z.boolean().default(true),
});

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
  description: z.string().optional(),
  fix_versions: z.array(z.string()).default([]),
  watchers: z.array(z.string()).default([]),
  /** Links that begin here: the outward phrase of the type is said of this issue. */
  issue_links: z.array(z.strictObject({ type: z.string(), to: z.string() })).default([]),
});

const Project = z.strictObject({
  name: z.string().default(''),
  issue_types: z.array(z.string()).default(['Epic', 'Story', 'Task', 'Bug', 'Sub-task']),
  versions: z
    .array(
      z.strictObject({
        name: z.string(),
        released: z.boolean().default(false),
        archived: z.boolean().default(false),
        release_date: z.string().optional(),
      }),
    )
    .default([]),
  /** Whether our account may create issues. */
  may_create: z.boolean().default(true),
});

export type JiraProject = z.infer<typeof Project>;

const Field = z.strictObject({
  name: z.string(),
  type: z.enum(['string', 'number', 'option', 'user', 'date', 'any', 'array']).default('string'),
  items: z.enum(['string', 'option', 'user', 'version']).optional(),
  /** A text of several lines, which Cloud takes as a document. */
  long: z.boolean().default(false),
});

export type JiraField = z.infer<typeof Field>;

/** What the workflow offers, on top of `transitions`. */
const Transition = z.strictObject({
  name: z.string(),
  to: z.string(),
  /** Statuses at which it is offered; every one when absent. */
  from: z.array(z.string()).optional(),
  /** Fields that must come with it. */
  required: z.array(z.string()).default([]),
});

export type JiraIssue = z.infer<typeof Issue>;

export const Jira = z.strictObject({
  /** By account id. */
  people: z.record(z.string(), Person).default({}),
  me: z.string(),
  /** The names of custom fields in JQL → their ids. */
  field_names: z.record(z.string(), z.string()).default({}),
  transitions: z.record(z.string(), z.string()).default({}),
  workflow: z.record(z.string(), Transition).default({}),
  issues: z.record(z.string(), Issue).default({}),
  /** Projects that no issue stands for, or with more than issues. */
  projects: z.record(z.string(), Project).default({}),
  /** Fields that may be set, by id; beside those that every Jira has. */
  fields: z.record(z.string(), Field).default({}),
  link_types: z.array(z.strictObject({ name: z.string(), inward: z.string(), outward: z.string() })).default([
    { name: 'Blocks', inward: 'is blocked by', outward: 'blocks' },
    { name: 'Relates', inward: 'relates to', outward: 'relates to' },
  ]),
  /** How long a search does not see a new issue. */
  search_lag: Duration.default(0),
});

export type Jira = z.infer<typeof Jira>;
