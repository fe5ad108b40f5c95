import { z } from 'zod';
import { defineTool, FixedRef, FullId, fixedCommit, Path, Repo, To } from './inputs.ts';
import { shortId } from './sha.ts';
import { Evidence, nextOf, outcomeOf, Written, where } from './written.ts';

const BranchName = z.string().min(1).max(240).describe('plain name, e.g. release-1.2');

const createBranch = defineTool({
  name: 'git_create_branch',
  title: 'Create a branch',
  description: `
Makes a branch at a commit and publishes it at once by one push (with remote: local it stays in our mirror). Never
moves a branch: one of that name at this commit is answered, one elsewhere is a conflict. A branch that is to begin
with a commit of ours is made by git_commit_files with create_branch. Free names: git_list_branches.`,
  effect: 'create',
  key: 'repository, remote and branch, at the commit: looked up at the remote itself (ls-remote)',
  settles: '60s',
  input: z.object({ repository: Repo, remote: To, branch: BranchName, from: FixedRef }),
  output: z.object({ ...Written, branch: z.string() }),
  effects: async ({ repository, remote, branch, from }, { client, signal }) => {
    const commit = await fixedCommit(client, repository, from, remote, signal);
    return [await client.branchEffect({ repo: repository, remote, branch, from: commit }, signal)];
  },
  result: async ({ repository, remote, branch }, _context, done) => {
    const { commit } = Evidence.parse(done[0]?.data);
    const outcome = outcomeOf(done);
    return {
      repository,
      remote,
      branch,
      commit,
      outcome,
      how: null,
      summary: `Branch ${branch} of ${where(repository, remote)} ${outcome === 'sent' ? 'begins' : 'stood already'} at ${shortId(commit)}.`,
      next: nextOf(remote),
    };
  },
});

const commitFiles = defineTool({
  name: 'git_commit_files',
  title: 'Commit files',
  description: `
Makes one commit (whole new texts of files, or their removal) on top of expected_head and publishes it at once by one
push; with create_branch the branch begins with it. No checkout is touched. The same call is the same commit, id
included: a second one finds it. Refused as stale when the branch has moved; nothing is sent when the files hold this
already. With remote: local it stays in our mirror.`,
  effect: 'update',
  key: 'the commit id, which follows from parent, files, message, author and date; else the trailer Sluice-Key on the branch',
  settles: '60s',
  input: z.object({
    repository: Repo,
    remote: To,
    branch: BranchName,
    expected_head: FullId.describe('where the branch stands, or shall begin: 40 digits'),
    create_branch: z.boolean().default(false),
    files: z
      .array(
        z.strictObject({
          path: Path,
          content: z.string().max(1_000_000).optional(),
          delete: z.literal(true).optional(),
        }),
      )
      .min(1)
      .max(50),
    message: z
      .string()
      .min(1)
      .max(8_000)
      .regex(/^\S[^\n]{0,199}(\n|$)/, 'begins with a line of at most 200 characters')
      .refine((text) => !text.includes('\0'), 'holds no NUL'),
    key: z
      .string()
      .regex(/^[\w.:/@+-]{1,200}$/)
      .optional()
      .describe('what it is about, e.g. release-prod:1.2.3; found again by it after a rebase'),
    date: z.iso.datetime({ offset: true }).optional().describe("of the commit; its parent's when absent"),
  }),
  output: z.object({ ...Written, branch: z.string(), parent: z.string() }),
  effects: async (input, { client, signal }) => [
    await client.commitEffect(
      {
        repo: input.repository,
        remote: input.remote,
        branch: input.branch,
        expectedHead: input.expected_head,
        createBranch: input.create_branch,
        files: input.files,
        message: input.message,
        key: input.key,
        date: input.date,
      },
      signal,
    ),
  ],
  result: async ({ repository, remote, branch, expected_head: parent }, _context, done) => {
    const { commit, how } = Evidence.parse(done[0]?.data);
    const outcome = outcomeOf(done);
    const place = `branch ${branch} of ${where(repository, remote)}`;
    return {
      repository,
      remote,
      branch,
      parent,
      commit,
      outcome,
      how: how ?? null,
      summary:
        outcome === 'sent'
          ? `Committed ${shortId(commit)} to ${place}.`
          : `Nothing sent to ${place}: ${how ?? 'it is there'} (${shortId(commit)}).`,
      next: nextOf(remote),
    };
  },
});

const cherryPick = defineTool({
  name: 'git_cherry_pick',
  title: 'Cherry-pick a commit',
  description: `
Does the change of one commit to a branch once more and publishes it at once by one push (with remote: local it stays
in our mirror). A conflict is refused with the files, and leaves nothing behind. Where the branch holds the commit, its
change (by patch id), or an earlier pick that was not reverted, nothing is sent. Branch names match exactly.`,
  effect: 'update',
  key: 'the picked commit on the branch: itself, a commit that says "cherry picked from" it, or one with its patch id',
  settles: '60s',
  input: z.object({
    repository: Repo,
    remote: To,
    branch: BranchName,
    commit: FixedRef,
    mainline: z.int().min(1).max(16).optional().describe('for a merge: the parent it counts against, from 1'),
  }),
  output: z.object({ ...Written, branch: z.string(), picked: z.string() }),
  effects: async ({ repository, remote, branch, commit: ref, mainline }, { client, signal }) => {
    const commit = await fixedCommit(client, repository, ref, remote, signal);
    return [await client.pickEffect(repository, { remote, branch, commit, mainline }, signal)];
  },
  result: async ({ repository, remote, branch, commit: ref }, { client, signal }, done) => {
    const { commit, how } = Evidence.parse(done[0]?.data);
    const picked = await fixedCommit(client, repository, ref, remote, signal);
    const outcome = outcomeOf(done);
    const place = `branch ${branch} of ${where(repository, remote)}`;
    return {
      repository,
      remote,
      branch,
      picked,
      commit,
      outcome,
      how: how ?? null,
      summary:
        outcome === 'sent'
          ? `Picked ${shortId(picked)} onto ${place} as ${shortId(commit)}.`
          : `Nothing sent to ${place}: ${how ?? 'it holds it'} (${shortId(commit)}).`,
      next: nextOf(remote),
    };
  },
});

export const branchTools = [createBranch, commitFiles, cherryPick];
