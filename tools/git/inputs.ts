import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import type { GitClient } from './client.ts';
import { FULL_ID } from './sha.ts';
import { type CommitInfo, REMOTES, type RemoteName } from './types.ts';

export const defineTool = toolsOf<GitClient>();

export const Repo = z.string().min(1).max(64).describe('as the settings name it');
export const From = z
  .enum(REMOTES)
  .default('origin')
  .describe('origin; fork: our fork of it; local: what was made in our mirror alone');
export const To = z
  .enum(REMOTES)
  .describe('origin; fork: our fork of it; local: our mirror alone, git_push publishes it later');
export const Ref = z.string().min(1).max(300).describe('commit id, tag or branch');
export const FixedRef = z
  .string()
  .min(1)
  .max(300)
  .describe('commit id or tag; a branch would move between two tries');
export const FullId = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'all 40 digits of a commit id')
  .describe('40 digits');
export const Path = z.string().min(1).max(1_000).describe('from the root of the repository');
export const Moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);
export const limitOf = (usual: number, most: number) => z.int().min(1).max(most).default(usual);

export const CommitShape = z.object({
  commit: z.string(),
  author: z.string(),
  date: z.string().describe('when it came to be where it is'),
  subject: z.string(),
  merge: z.boolean(),
});

const SUBJECT_CAP = 200;

export function shapeOf({
  commit,
  author,
  committed,
  subject,
  parents,
}: CommitInfo): z.output<typeof CommitShape> {
  return {
    commit,
    author,
    date: committed,
    subject: subject.slice(0, SUBJECT_CAP),
    merge: parents.length > 1,
  };
}

/** Lines and not one text: long texts are cut on their way out. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

export function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : what.endsWith('ch') ? 'es' : 's'}`;
}

/** What a write builds on must be the same at its next try. Names are those of the origin. */
export async function fixedCommit(
  client: GitClient,
  repo: string,
  ref: string,
  remote: RemoteName,
  signal: AbortSignal | undefined,
): Promise<string> {
  const resolved = await client.resolve(repo, ref, { signal }).catch(async (thrown: unknown) => {
    const elsewhere = remote !== 'origin' && FULL_ID.test(ref);
    if (!(elsewhere && thrown instanceof SluiceError && thrown.code === 'not_found')) throw thrown;
    return await client.resolve(repo, ref, { remote, signal });
  });
  if (resolved.kind !== 'branch') return resolved.commit;
  throw new SluiceError('invalid_input', {
    cause: `${ref} is a branch of ${repo} and may move between two tries; it stands at ${resolved.commit}.`,
    remedy: 'Give that commit id; in a flow, take it from an earlier git_find_commit.',
    rule: 'git.moving-ref',
  });
}
