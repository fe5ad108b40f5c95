import { z } from 'zod';
import { FileContent } from './schema-places.ts';
import { Instant } from './time.ts';

const Id = z.string().regex(/^[0-9a-f]{40}$/);
const Person = z.string().regex(/^[^<>\n]+ <[^<>\s]+>$/, 'is no "Name <address>"');

const Commit = z.strictObject({
  /** The default branch when absent. */
  branch: z.string().optional(),
  message: z.string(),
  author: Person.default('Dev One <dev-one@example.com>'),
  /** Its date. One that lies ahead comes at that moment. */
  at: Instant,
  /** The name of another commit here; the tip of the branch when absent. */
  parent: z.string().optional(),
  /** Names of further parents. */
  merges: z.array(z.string()).default([]),
  /** By path: what the file holds then; null removes it. */
  files: z.record(z.string(), FileContent).default({}),
  /** Comes out by itself. Stated, it is compared, so that the rest of a scenario can rely on it. */
  id: Id.optional(),
});
export type GitCommit = z.infer<typeof Commit>;

const Tag = z.strictObject({
  /** The name of a commit. */
  commit: z.string(),
  /** With a message it is an annotated tag. */
  message: z.string().optional(),
});

const Repository = z.strictObject({
  default_branch: z.string().default('main'),
  /** Made as a copy of that one, as that one is at the start; from then on it is its own. */
  fork_of: z.string().optional(),
  /** What whoever has the sandbox's token may do; without `read` there seems to be nothing. */
  access: z.enum(['write', 'read', 'none']).default('write'),
  /** Branches that no push may change. */
  protected: z.array(z.string()).default([]),
  /** By name, in the order in which they are made. */
  commits: z.record(z.string(), Commit).default({}),
  tags: z.record(z.string(), Tag).default({}),
});
export type GitRepository = z.infer<typeof Repository>;

const PATH = /^[A-Za-z0-9_][\w.-]*(\/[A-Za-z0-9_][\w.-]*)+$/;

export const Git = z.strictObject({
  /** By path with groups, without .git. */
  repositories: z
    .record(
      z.string().refine((path) => PATH.test(path) && !/\.git(\/|$)/.test(path), 'is no group/name'),
      Repository,
    )
    .default({}),
});
export type Git = z.infer<typeof Git>;
