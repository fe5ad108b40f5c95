import { describe, expect, test } from 'vitest';
import { mergeFor, mergeInObjects, mergeInWorkTree } from './merge.ts';
import { planPick } from './pick.ts';
import { APP, type GitWorld, preparedWorld } from './testing/world.ts';

/** A release branch from before C3, and a fix on main. */
const hotfixWorld = preparedWorld(async (world) => {
  const [R1 = '', fix = ''] = world.seed([
    { branch: 'release-1.2', from: world.C2, message: 'release', files: { r: 'r\n' } },
    {
      branch: 'main',
      message: 'AAP-7 fix it\n\nbecause\n\nSigned-off-by: Dev <dev@example.com>',
      author: 'Ann <ann@example.com>',
      files: { 'deploy/app.yml': 'ref: fixed\n' },
    },
  ]);
  await world.client.refresh('app');
  return { R1, fix };
});
const pick = (commit: string, more: object = {}) => ({
  remote: 'origin',
  branch: 'release-1.2',
  commit,
  ...more,
});
const logOf = (world: GitWorld, ref: string) =>
  world.server.git(APP, ['log', '-1', '--format=%an|%cn|%P|%B', ref]).trim();

describe('git_cherry_pick', () => {
  test('W-H02 puts the change on the branch, as its author, and says where it comes from', async () => {
    await using world = await hotfixWorld();
    const answer = await world.write('git_cherry_pick', pick(world.fix));
    expect(answer).toMatchObject({ outcome: 'sent', picked: world.fix, how: null, next: null });
    expect(world.tip('release-1.2')).toBe(answer.commit);
    expect(logOf(world, 'release-1.2')).toBe(
      `Ann|Sluice|${world.R1}|AAP-7 fix it\n\nbecause\n\nSigned-off-by: Dev <dev@example.com>\n(cherry picked from commit ${world.fix})`,
    );
    const show = world.server.git(APP, ['diff', '--stat', world.R1, answer.commit]);
    expect(show).toContain('1 file changed, 1 insertion(+), 1 deletion(-)');
    expect(world.pushes()).toHaveLength(1);
    expect(world.leftovers()).toEqual([]);
  });

  test('W-H01 a conflict names the files, and leaves nothing behind', async () => {
    await using world = await hotfixWorld();
    const [bad = ''] = world.seed([
      { branch: 'main', message: 'clash', files: { r: 'other\n', b: '1\n2\n3\nVIER\n5\n6\n7\n8\n' } },
    ]);
    const before = world.tip('release-1.2');
    await expect(world.write('git_cherry_pick', pick(bad))).rejects.toMatchObject({
      code: 'conflict',
      rule: 'git.merge-conflict',
      message: expect.stringMatching(
        /"b" \(both modified, 1 places\), "r" \(both added, 1 places\)\. Nothing/,
      ),
    });
    expect([world.tip('release-1.2'), world.pushes(), world.leftovers()]).toEqual([before, [], []]);
    expect(await world.read('git_list_branches', { remote: 'local' })).toMatchObject({ total: 0 });
  });

  test('W-H03 a commit that the branch holds: nothing is sent', async () => {
    await using world = await hotfixWorld();
    expect(await world.write('git_cherry_pick', pick(world.C1))).toMatchObject({
      outcome: 'adopted',
      how: 'the commit itself is there',
    });
    expect(world.pushes()).toEqual([]);
  });

  test('W-H03 the same change under another id, and what somebody picked before', async () => {
    await using world = await hotfixWorld();
    const [same = ''] = world.seed([
      { branch: 'release-1.2', message: 'same change', files: { 'deploy/app.yml': 'ref: fixed\n' } },
      { branch: 'release-1.2', message: 'and on', files: { 'deploy/app.yml': 'ref: fixed\nmore\n' } },
    ]);
    expect(await world.write('git_cherry_pick', pick(world.fix))).toMatchObject({
      outcome: 'adopted',
      commit: same,
      how: 'the same change is there',
    });
    world.seed([
      {
        branch: 'release-2',
        from: world.R1,
        message: `x\n\n(cherry picked from commit ${world.fix})`,
        files: { y: 'y' },
      },
    ]);
    expect(await world.write('git_cherry_pick', { ...pick(world.fix), branch: 'release-2' })).toMatchObject({
      how: 'it was picked before',
    });
    expect(world.pushes()).toEqual([]);
  });

  test('W-H03 a change that is there in parts of other commits', async () => {
    await using world = await hotfixWorld();
    world.seed([
      { branch: 'release-1.2', files: { 'deploy/app.yml': 'x\n' } },
      { branch: 'release-1.2', files: { 'deploy/app.yml': 'ref: fixed\n' } },
    ]);
    expect(await world.write('git_cherry_pick', pick(world.fix))).toMatchObject({
      outcome: 'adopted',
      how: 'its change is there already',
    });
  });

  test('what was reverted since is picked again', async () => {
    await using world = await hotfixWorld();
    const first = await world.write('git_cherry_pick', pick(world.fix));
    world.seed([
      {
        branch: 'release-1.2',
        message: `Revert "AAP-7"\n\nThis reverts commit ${first.commit}.`,
        files: { 'deploy/app.yml': 'ref: one\n' },
      },
    ]);
    const second = await world.write('git_cherry_pick', pick(world.fix));
    expect(second.outcome).toBe('sent');
    expect(second.commit).not.toBe(first.commit);
    expect(await world.machine().write('git_cherry_pick', pick(world.fix))).toMatchObject({
      outcome: 'adopted',
      commit: second.commit,
    });
  });

  test('an answer that is lost is looked up; another machine finds it too', async () => {
    await using world = await hotfixWorld();
    world.server.faults.push({ request: /^POST .*receive-pack/, does: 'drop-after' });
    const first = await world.write('git_cherry_pick', pick(world.fix));
    expect(first.outcome).toBe('sent');
    expect(await world.machine().write('git_cherry_pick', pick(world.fix))).toMatchObject({
      outcome: 'adopted',
      commit: first.commit,
    });
    expect(world.pushes()).toHaveLength(1);
  });

  test('W-H05 the branch is exactly the one that is named', async () => {
    await using world = await hotfixWorld();
    await expect(
      world.write('git_cherry_pick', { ...pick(world.fix), branch: 'release-1' }),
    ).rejects.toMatchObject({ code: 'not_found', message: 'There is no branch release-1 of app.' });
    world.seed([{ branch: 'release-1.2.3', from: world.R1, files: { q: 'q' } }]);
    await world.write('git_cherry_pick', pick(world.fix));
    expect(world.server.landed()).toMatchObject([{ ref: 'refs/heads/release-1.2' }]);
  });

  test('a merge needs the parent that counts', async () => {
    await using world = await hotfixWorld();
    const [side = ''] = world.seed([
      { branch: 'side', from: world.C3, message: 'side', files: { s: 's\n' } },
    ]);
    const [merge = ''] = world.seed([
      { branch: 'main', message: 'Merge side', merges: [side], files: { s: 's\n' } },
    ]);
    await expect(world.write('git_cherry_pick', pick(merge))).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('merge of 2 parents'),
    });
    await expect(world.write('git_cherry_pick', pick(world.fix, { mainline: 1 }))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    const { commit } = await world.write('git_cherry_pick', pick(merge, { mainline: 1 }));
    expect(world.server.git(APP, ['diff', '--name-only', world.R1, commit])).toBe('s');
  });

  test('the default branch is refused', async () => {
    await using world = await hotfixWorld();
    const call = world.write('git_cherry_pick', { ...pick(world.R1), branch: 'main' });
    await expect(call).rejects.toMatchObject({ code: 'forbidden' });
  });
});

/** On main a change that clashes, the removal of a file that was changed; and what the release has already. */
const clashingWorld = preparedWorld(async (world) => {
  const [R1 = '', fix = '', bad = '', gone = '', first = ''] = world.seed([
    { branch: 'release-1.2', from: world.C2, message: 'release', files: { r: 'r\n' } },
    { branch: 'main', message: 'fix', files: { 'deploy/app.yml': 'ref: fixed\n' } },
    { branch: 'main', message: 'clash', files: { r: 'other\n' } },
    { branch: 'main', message: 'remove', files: { b: null } },
    { branch: 'again', message: 'a root', files: { r: 'r\n' } },
  ]);
  await world.client.refresh('app');
  return { R1, fix, bad, gone, first };
});

/** Both ways to merge answer the same, whatever git is installed. */
describe.each([
  ['in objects', mergeInObjects],
  ['in a work tree', mergeInWorkTree],
])('a merge %s', (_, merge) => {
  test('W-H01 W-H03 cleanly, in conflict, without effect; nothing stays behind', async () => {
    await using world = await clashingWorld();
    const { bad, gone, first } = world;
    const repository = world.client.repository('app');
    const plan = async (commit: string) => await planPick(repository, { commit }, world.R1, merge);
    const clean = await plan(world.fix);
    expect(clean).toMatchObject({ contained: false, head: world.R1 });
    const tree = await repository.mirror.git(['rev-parse', `${clean.commit}^{tree}`]);
    expect(tree.trim()).toMatchInlineSnapshot(`"5a34665f1da844a48622e029e4db93d6f63c1ce0"`);
    await expect(plan(bad)).rejects.toThrow('"r" (both added, 1 places)');
    await expect(plan(gone)).rejects.toThrow('"b" (deleted by them)');
    expect(await plan(first)).toMatchObject({ contained: true, how: 'its change is there already' });
    expect(world.leftovers()).toEqual([]);
    expect(await repository.mirror.git(['worktree', 'list', '--porcelain'])).not.toContain('sluice-tree');
  });
});

test.each([
  ['git version 2.39.5', mergeInObjects],
  ['git version 2.38.0', mergeInObjects],
  ['git version 2.37.9 (Apple Git-1)', mergeInWorkTree],
  ['git version 1.9', mergeInWorkTree],
  ['git version 3.0.0', mergeInObjects],
  ['?', mergeInWorkTree],
])('%s merges as it can', (version, merge) => {
  expect(mergeFor(version)).toBe(merge);
});
