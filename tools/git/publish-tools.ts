import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { defineTool, FixedRef, FullId, fixedCommit, Repo, To } from './inputs.ts';
import type { PushWish } from './ref-effects.ts';
import { shortId } from './sha.ts';
import { Evidence, nextOf, outcomeOf, Written, where } from './written.ts';

const Name = z.string().min(1).max(240);

const push = defineTool({
  name: 'git_push',
  title: 'Push a local branch or tag',
  description: `
Publishes what was made with remote: local in our mirror on this machine: one branch or exactly one tag a call, by one
push. It continues what stands there and never overwrites; only a branch of the fork may be replaced, and only where
it stands at expected. The default and protected branches of the repository are refused. Not needed after the other
writes: they publish at once.`,
  effect: 'update',
  key: 'repository, remote and branch or tag, at the commit: looked up at the remote itself (ls-remote)',
  settles: '60s',
  input: z.object({
    repository: Repo,
    remote: z.enum(['origin', 'fork']),
    branch: Name.optional().describe('its name in our mirror'),
    tag: Name.optional(),
    as: Name.optional().describe('name of the branch at the remote; the same when absent'),
    expected: FullId.optional().describe('branches of the fork: the commit that may be overwritten'),
  }),
  output: z.object({ ...Written, ref: z.string() }),
  effects: async (input, { client, signal }) => [
    await client.pushEffect(input.repository, wishOf(input), signal),
  ],
  result: async (input, _context, done) => {
    const { commit, how, ref } = Evidence.parse(done[0]?.data);
    const { repository, remote } = input;
    const outcome = outcomeOf(done);
    const what = `${wishOf(input).kind === 'heads' ? 'branch' : 'tag'} ${ref}`;
    return {
      repository,
      remote,
      ref,
      commit,
      outcome,
      how: how ?? null,
      summary:
        outcome === 'sent'
          ? `Pushed ${what} to ${where(repository, remote)}, at ${shortId(commit)}.`
          : `Nothing sent: ${what} of ${where(repository, remote)} holds ${shortId(commit)} already.`,
      next: null,
    };
  },
});

function wishOf(input: {
  remote: 'origin' | 'fork';
  branch?: string | undefined;
  tag?: string | undefined;
  as?: string | undefined;
  expected?: string | undefined;
}): PushWish {
  const { remote, branch, tag, as, expected } = input;
  if (branch !== undefined && tag === undefined) {
    return { remote, kind: 'heads', name: branch, as: as ?? branch, expected };
  }
  if (tag !== undefined && branch === undefined && as === undefined) {
    return { remote, kind: 'tags', name: tag, as: tag, expected };
  }
  throw new SluiceError('invalid_input', {
    cause: 'git_push takes either a branch or a tag, and `as` for a branch alone.',
    remedy: 'Call it once for the branch and once for each tag.',
  });
}

const createTag = defineTool({
  name: 'git_create_tag',
  title: 'Create a tag',
  description: `
Makes an annotated tag at a commit and publishes it at once by one push (with remote: local it stays in our mirror).
Tags never move: one of that name at this commit is answered, one at another commit is a conflict, found before
anything is sent.`,
  effect: 'create',
  key: 'repository, remote and tag, at the commit: looked up at the remote itself (ls-remote)',
  settles: '60s',
  input: z.object({
    repository: Repo,
    remote: To,
    tag: Name,
    commit: FixedRef,
    message: z
      .string()
      .min(1)
      .max(4_000)
      .regex(/\S/)
      .refine((text) => !text.includes('\0'), 'holds no NUL'),
    date: z.iso.datetime({ offset: true }).optional().describe("of the tag; its commit's when absent"),
  }),
  output: z.object({ ...Written, tag: z.string() }),
  effects: async ({ repository, remote, tag, commit: ref, message, date }, { client, signal }) => {
    const commit = await fixedCommit(client, repository, ref, remote, signal);
    return [await client.tagEffect(repository, { remote, tag, commit, message, date }, signal)];
  },
  result: async ({ repository, remote, tag }, _context, done) => {
    const { commit } = Evidence.parse(done[0]?.data);
    const outcome = outcomeOf(done);
    return {
      repository,
      remote,
      tag,
      commit,
      outcome,
      how: null,
      summary: `Tag ${tag} of ${where(repository, remote)} ${outcome === 'sent' ? 'was made' : 'stood already'} at ${shortId(commit)}.`,
      next: nextOf(remote),
    };
  },
});

export const publishTools = [push, createTag];
