import { z } from 'zod';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { inertTitle } from '../../src/kit/outgoing.ts';
import { commitTitle, isJiraKey } from '../git/client.ts';
import { branchState, branchTaken } from './branch-state.ts';
import type { AppInterfaceClient } from './client.ts';
import { checkCode } from './code-check.ts';
import { defineTool, Label, Product } from './define.ts';
import { needPin } from './saas/may-edit.ts';
import { checkExpected, checkTargets, diffOf, type Wanted, type Wish, wantedOf } from './wanted.ts';

const Ref = z.string().min(1).max(100);

const input = z.object({
  product: Product,
  targets: z.array(Label).min(1).max(10).meta({ description: 'Labels; each gets the ref.' }),
  ref: Ref.meta({ description: 'The commit in full, 40 lower case hex digits.' }),
  expected_ref: Ref.optional().meta({ description: 'The ref that the targets have now.' }),
  expected_refs: z.record(Label, Ref).optional().meta({
    description: 'The same by label, where they differ: refs of appinterface_get_config.',
  }),
  branch: z.string().min(1).max(240).meta({ description: 'Branch of the fork to be made.' }),
  release_key: z
    .string()
    .regex(/^[\w.:/@+-]{1,120}$/, 'letters, digits and . : / @ + - _ alone')
    .meta({ description: 'What this belongs to: a Jira key or a release id; stands in the commit.' }),
  title: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}]+$/u, 'one line')
    .optional()
    .meta({ description: 'Of the commit; made from release_key, ref and targets when absent.' }),
  allow_downgrade: z
    .boolean()
    .default(false)
    .meta({ description: 'The ref may be an older commit: a rollback.' }),
  force: z.boolean().default(false).meta({
    description: 'Also a target that is promoted automatically, or a commit off the default branch.',
  }),
});
type Input = z.output<typeof input>;

/** What the effect leaves as evidence; without a branch upstream had the refs already. */
const Done = z.object({
  branch: z.string().nullable(),
  commit: z.string().nullable(),
  base: z.string(),
  from: z.record(z.string(), z.string()),
  files: z.array(z.string()),
});

export const updateRef = defineTool({
  name: 'appinterface_update_ref',
  title: 'Set refs in a saas file',
  description: `
Pins targets of a product to a commit: one commit on a new branch of our fork that changes those refs and nothing else.
Checked before: each ref is still the expected one, the target is pinned and not promoted automatically, the commit is no
downgrade and on the default branch. Nothing to do where upstream has the ref already. The merge request is another tool's.`,
  effect: 'update',
  key: 'appinterface/<repository>/<branch>/<product>/<targets>/<ref>: the branch of the fork, whose difference from where it parted from upstream is exactly these refs',
  settles: '30s',
  input,
  output: z.object({
    product: z.string(),
    outcome: z.enum(['pushed', 'already_pushed', 'already_at_ref']),
    ref: z.string(),
    refs: z.record(z.string(), z.object({ from: z.string(), to: z.string() })),
    branch: z.string().nullable().meta({ description: 'Of the fork; null where nothing had to be done.' }),
    commit: z.string().nullable(),
    base: z.string().nullable().meta({ description: 'The commit of upstream that it changes.' }),
    files: z.array(z.string()),
    title: z.string().meta({ description: 'Of the commit, and good for the merge request.' }),
    summary: z.string(),
    next: z.string(),
  }),
  effects: async (wanting, { client, signal }) => {
    const wish = wishOf(wanting);
    needPin(wish.ref);
    const head = await client.head(signal);
    const { wanted, warnings } = await judged(client, wanting, wish, head, signal);
    if (wanted.files.length > 0) {
      checkPlace(client, wanting.branch);
      const state = await branchState(client, wanting.branch, wish, head, signal);
      if (state.is === 'other') throw await branchTaken(client, wanting.branch, state, signal);
    }
    return [effectOf(client, wanting, wish, { head, wanted, warnings })];
  },
  result: async (wanting, { client }, [done]) => {
    if (done === undefined) throw new Error('appinterface_update_ref has one effect, and no outcome of it');
    const wish = wishOf(wanting);
    const { branch, commit, base, from, files } = Done.parse(done.data);
    const common = {
      product: wish.product,
      ref: wish.ref,
      refs: Object.fromEntries(
        wish.targets.map((label) => [label, { from: from[label] ?? wish.ref, to: wish.ref }]),
      ),
      branch,
      commit,
      base,
      files,
      title: titleOf(wanting, wish),
    };
    if (branch === null) {
      return {
        ...common,
        outcome: 'already_at_ref' as const,
        summary: `Upstream declares ${short(wish.ref)} for ${wish.targets.join(', ')} already; nothing was changed.`,
        next: 'Nothing to merge. appinterface_compare_live tells whether it runs.',
      };
    }
    return {
      ...common,
      outcome: done.outcome === 'sent' ? ('pushed' as const) : ('already_pushed' as const),
      summary: `Branch ${branch} of the fork sets ${Object.keys(from).join(', ')} of ${wish.product} to ${short(wish.ref)}, on top of ${short(base)}.`,
      next: `Open a merge request from ${branch} of the fork to ${client.git.defaultBranch(client.repository)} of upstream. It is merged there, never from here.`,
    };
  },
});

function wishOf({ product, targets, ref }: Input): Wish {
  return { product, targets: [...new Set(targets)].sort(), ref };
}

function checkPlace(client: AppInterfaceClient, branch: string): void {
  const { git, repository } = client;
  if (git.url(repository, 'fork') === undefined) {
    throw new SluiceError('precondition', {
      cause: `No fork of ${repository} is configured, and upstream is never pushed to.`,
      remedy: `Set modules.git.repositories.${repository}.fork_url.`,
    });
  }
  if (branch !== git.defaultBranch(repository)) return;
  throw new SluiceError('invalid_input', {
    cause: `${branch} is the default branch.`,
    remedy: 'Name a branch of its own for this release.',
  });
}

/** Everything that is checked, at one commit of upstream. */
async function judged(
  client: AppInterfaceClient,
  wanting: Input,
  wish: Wish,
  head: string,
  signal?: AbortSignal,
): Promise<{ wanted: Wanted; warnings: string[] }> {
  const read = await client.read(client.product(wish.product).file, head, signal);
  const wanted = wantedOf(client, read, wish);
  if (wanted.files.length === 0) return { wanted, warnings: [] };
  checkExpected(wanted, read, { ref: wanting.expected_ref, refs: wanting.expected_refs });
  const { allow_downgrade: allowDowngrade, force } = wanting;
  const warnings = [
    ...checkTargets(wanted, read, force),
    ...(await checkCode(
      client,
      { product: wish.product, ref: wish.ref, from: wanted.from, allowDowngrade, force },
      signal,
    )),
    ...wanted.already.map((label) => `${label} has this ref already.`),
  ];
  return { wanted, warnings };
}

function effectOf(
  client: AppInterfaceClient,
  wanting: Input,
  wish: Wish,
  planned: { head: string; wanted: Wanted; warnings: string[] },
): Effect {
  const { git, repository } = client;
  const { branch } = wanting;
  const labels = wish.targets.join('+');
  const title = titleOf(wanting, wish);
  const { file } = client.product(wish.product);
  return {
    key: `appinterface/${repository}/${branch}/${wish.product}/${labels}/${wish.ref}`,
    preview: {
      system: 'appinterface',
      action: 'set refs on a new branch',
      target: `${wish.product} (${wish.targets.join(', ')}), branch ${branch} of the fork of ${repository}`,
      // The diff shows lines around the refs, which may change without this change being another one.
      before: {
        commit: planned.head,
        refs: Object.fromEntries(
          planned.wanted.located.map(({ label, target }) => [label, target.ref.value]),
        ),
        diff: diffOf(planned.wanted.files),
        warnings: planned.warnings,
      },
      after: {
        branch,
        refs: Object.fromEntries(wish.targets.map((label) => [label, wish.ref])),
        files: [...new Set(planned.wanted.located.map(({ target }) => target.file))].sort(),
        title,
      },
    },
    find: async () => {
      const upstream = await client.read(file, await client.head());
      if (wantedOf(client, upstream, wish).files.length === 0) {
        const there: z.input<typeof Done> = {
          branch: null,
          commit: null,
          base: upstream.commit,
          from: {},
          files: [],
        };
        return present(there);
      }
      const state = await branchState(client, branch, wish, upstream.commit);
      if (state.is === 'absent') return absent;
      if (state.is === 'other') throw await branchTaken(client, branch, state);
      const { commit, base, from, files } = state;
      return present({ branch, commit, base, from, files } satisfies z.input<typeof Done>);
    },
    send: async (permit) => {
      // Upstream may have moved since this was planned: what is checked has to hold where it is put.
      const head = await client.head(permit.signal);
      const { wanted } =
        head === planned.head ? planned : await judged(client, wanting, wish, head, permit.signal);
      if (wanted.files.length === 0) throw alreadyThere(wish);
      const commit = await git.commitEffect(
        {
          repo: repository,
          remote: 'fork',
          branch,
          createBranch: true,
          expectedHead: head,
          files: wanted.files.map(({ path, after }) => ({ path, content: after })),
          message: title,
          key: `${wanting.release_key}/${wish.product}/${labels}/${wish.ref.slice(0, 12)}`,
        },
        permit.signal,
      );
      const { commit: pushed } = z.object({ commit: z.string() }).parse(await commit.send(permit));
      return {
        branch,
        commit: pushed,
        base: head,
        from: wanted.from,
        files: wanted.files.map(({ path }) => path),
      } satisfies z.input<typeof Done>;
    },
  };
}

function titleOf({ title, release_key: key }: Input, { ref, targets }: Wish): string {
  if (title !== undefined) return inertTitle(title);
  return commitTitle({
    ...(isJiraKey(key) ? { key } : {}),
    type: 'chore',
    scope: 'release',
    description: `release ${short(ref)} to ${targets.join(', ')}`,
  });
}

function alreadyThere({ ref, targets }: Wish): SluiceError {
  return new SluiceError('stale', {
    cause: `Upstream got ${short(ref)} for ${targets.join(', ')} meanwhile; nothing was pushed.`,
    remedy: 'Plan anew: there is nothing left to change.',
    rule: 'appinterface.expected_ref',
  });
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
