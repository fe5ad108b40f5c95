import { describe, expect, test } from 'vitest';
import { held } from '../../test/support/stand-in.ts';
import { APP, FORK, gitWorld, preparedWorld } from './testing/world.ts';

describe('git_create_tag', () => {
  const tag = (commit: string, more: object = {}) => ({
    remote: 'origin',
    tag: 'v1.2.3',
    commit,
    message: 'Release 1.2.3',
    ...more,
  });

  test('makes an annotated tag by one push, and finds it again anywhere', async () => {
    await using world = await gitWorld();
    const answer = await world.write('git_create_tag', tag(world.C2));
    expect(answer).toMatchObject({ outcome: 'sent', commit: world.C2, tag: 'v1.2.3' });
    expect(world.server.git(APP, ['cat-file', 'tag', 'v1.2.3'])).toBe(
      `object ${world.C2}\ntype commit\ntag v1.2.3\ntagger Sluice <sluice@localhost> 1767225720 +0000\n\nRelease 1.2.3`,
    );
    expect(await world.machine().write('git_create_tag', tag(world.C2))).toMatchObject({
      outcome: 'adopted',
    });
    expect(world.server.landed()).toMatchObject([{ ref: 'refs/tags/v1.2.3' }]);
  });

  test('W-H04 one at another commit is refused before anything is sent', async () => {
    await using world = await gitWorld();
    world.put('refs/tags/v1.2.3', world.C1);
    const call = world.write('git_create_tag', tag(world.C2));
    await expect(call).rejects.toMatchObject({
      code: 'conflict',
      rule: 'git.tag-exists',
      message: expect.stringContaining(`at ${world.C1} and not at ${world.C2}`),
    });
    expect(world.pushes()).toEqual([]);
    const local = world.effects('git_create_tag', tag(world.C2));
    await expect(local).rejects.toMatchObject({ code: 'conflict' });
  });

  test('W-H04 one at this commit, whoever made it, is as good', async () => {
    await using world = await gitWorld();
    world.put('refs/tags/v1.2.3', world.C2);
    expect(await world.write('git_create_tag', tag(world.C2))).toMatchObject({ outcome: 'adopted' });
    expect(world.pushes()).toEqual([]);
  });

  test('one that appears in between is not moved', async () => {
    await using world = await gitWorld();
    const [effect] = await world.effects('git_create_tag', tag(world.C2));
    world.put('refs/tags/v1.2.3', world.C1);
    await expect(effect?.send(held)).rejects.toMatchObject({ code: 'conflict' });
    expect(world.server.tip(APP, 'refs/tags/v1.2.3')).toBe(world.C1);
  });

  test('is not confused by names that begin or end the same', async () => {
    await using world = await gitWorld();
    world.put('refs/tags/v1.2.3-rc', world.C1);
    world.put('refs/tags/x/v1.2.3', world.C1);
    expect(await world.write('git_create_tag', tag(world.C2))).toMatchObject({ outcome: 'sent' });
  });

  test('a ref that git would take for it is refused: the push would go there', async () => {
    await using world = await gitWorld();
    world.put('refs/tags/refs/tags/v1.2.3', world.C1);
    const call = world.write('git_create_tag', tag(world.C2));
    await expect(call).rejects.toMatchObject({ rule: 'git.odd-ref' });
    expect(world.pushes()).toEqual([]);
  });
});

describe('git_push', () => {
  /** A fix that was picked onto a branch of our own, and tagged there; nothing has left. */
  const prepared = preparedWorld(async (world) => {
    const [R1 = ''] = world.seed([{ branch: 'release-1.2', from: world.C1, files: { r: 'r\n' } }]);
    await world.write('git_create_branch', { remote: 'local', branch: 'hotfix', from: R1 });
    const { commit, next } = await world.write('git_cherry_pick', {
      remote: 'local',
      branch: 'hotfix',
      commit: world.C2,
    });
    await world.write('git_create_tag', { remote: 'local', tag: 'v1.2.1', commit, message: 'fix' });
    expect(world.pushes()).toEqual([]);
    return { R1, commit, next };
  });

  test('W-H02 without a push, branch and tag are in our mirror alone', async () => {
    await using world = await prepared();
    expect(world.next).toContain('git_push publishes it');
    expect(world.pushes()).toEqual([]);
    expect(await world.read('git_list_branches', { remote: 'local' })).toMatchObject({
      branches: [{ name: 'hotfix', commit: world.commit }],
    });
    expect(await world.read('git_list_tags', { remote: 'local' })).toMatchObject({
      tags: [{ name: 'v1.2.1' }],
    });
    expect(await world.read('git_list_tags', {})).toMatchObject({ total: 0 });
    expect(await world.read('git_compare', { base: world.R1, head: world.commit })).toMatchObject({
      ahead: 1,
    });
    expect(world.server.landed()).toEqual([]);
  });

  test('W-H02 with it, that branch and only that tag', async () => {
    await using world = await prepared();
    await world.write('git_create_tag', { remote: 'local', tag: 'other', commit: world.C1, message: 'x' });
    const branch = { remote: 'origin', branch: 'hotfix', as: 'release-1.2' };
    expect(await world.write('git_push', branch)).toMatchObject({
      outcome: 'sent',
      ref: 'release-1.2',
      commit: world.commit,
    });
    expect(await world.write('git_push', { remote: 'origin', tag: 'v1.2.1' })).toMatchObject({
      outcome: 'sent',
    });
    expect(world.server.landed()).toMatchObject([
      { ref: 'refs/heads/release-1.2', from: world.R1, to: world.commit },
      { ref: 'refs/tags/v1.2.1' },
    ]);
    expect(await world.write('git_push', branch)).toMatchObject({ outcome: 'adopted' });
    expect(await world.write('git_push', { remote: 'origin', tag: 'v1.2.1' })).toMatchObject({
      outcome: 'adopted',
    });
    expect(world.pushes()).toHaveLength(2);
  });

  test('finds it where others have gone on since', async () => {
    await using world = await prepared();
    const branch = { remote: 'origin', branch: 'hotfix', as: 'release-1.2' };
    await world.write('git_push', branch);
    world.seed([{ branch: 'release-1.2', files: { more: 'm' } }]);
    expect(await world.write('git_push', branch)).toMatchObject({ outcome: 'adopted', how: 'it holds it' });
  });

  test('never overwrites: a branch that went its own way is a conflict', async () => {
    await using world = await prepared();
    world.seed([{ branch: 'release-1.2', files: { other: 'o' } }]);
    const tip = world.tip('release-1.2') ?? '';
    const call = world.write('git_push', { remote: 'origin', branch: 'hotfix', as: 'release-1.2' });
    await expect(call).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(tip) });
    expect([world.tip('release-1.2'), world.pushes()]).toEqual([tip, []]);
  });

  test('only a branch of the fork is replaced, and only where it stands as expected', async () => {
    await using world = await prepared();
    world.server.seed(FORK, [{ branch: 'hotfix', from: world.C1, files: { old: 'o' } }]);
    const old = world.forkTip('hotfix') ?? '';
    const to = (remote: string, expected?: string) =>
      world.write('git_push', { remote, branch: 'hotfix', ...(expected === undefined ? {} : { expected }) });
    await expect(to('fork')).rejects.toMatchObject({ code: 'conflict' });
    await expect(to('fork', world.C1)).rejects.toMatchObject({
      code: 'stale',
      message: expect.stringContaining(old),
    });
    await expect(to('origin', old)).rejects.toMatchObject({ code: 'forbidden', rule: 'git.overwrite' });
    expect(world.forkTip('hotfix')).toBe(old);
    expect(await to('fork', old)).toMatchObject({ outcome: 'sent' });
    expect(world.forkTip('hotfix')).toBe(world.commit);
    expect(await to('fork', old)).toMatchObject({ outcome: 'adopted' });
  });

  test('the default branch is refused; one ref a call; no tag under another name', async () => {
    await using world = await prepared();
    const refused = async (input: object) =>
      await world
        .write('git_push', { remote: 'origin', ...input })
        .catch((error: { code: string }) => error.code);
    expect(await refused({ branch: 'hotfix', as: 'main' })).toBe('forbidden');
    expect(await refused({ branch: 'hotfix', tag: 'v1.2.1' })).toBe('invalid_input');
    expect(await refused({ tag: 'v1.2.1', as: 'v2' })).toBe('invalid_input');
    expect(await refused({})).toBe('invalid_input');
    expect(await refused({ branch: 'no-such' })).toBe('precondition');
    expect(await refused({ branch: 'hotfix', as: '--mirror' })).toBe('invalid_input');
    expect(await refused({ branch: 'hotfix', as: 'a:b' })).toBe('invalid_input');
    expect(world.pushes()).toEqual([]);
  });

  test('what another machine made is not known here', async () => {
    await using world = await prepared();
    const other = world.machine();
    await expect(other.write('git_push', { remote: 'origin', branch: 'hotfix' })).rejects.toMatchObject({
      code: 'precondition',
      remedy: expect.stringContaining('this machine alone'),
    });
    expect(await world.machine(world.cache).read('git_list_branches', { remote: 'local' })).toMatchObject({
      total: 1,
    });
  });

  test('a local branch that moved in between is not overwritten either', async () => {
    await using world = await prepared();
    const input = {
      remote: 'local',
      branch: 'hotfix',
      expected_head: world.commit,
      files: [{ path: 'n', content: 'n' }],
      message: 'n',
    };
    const [effect] = await world.effects('git_commit_files', input);
    await world.write('git_commit_files', { ...input, message: 'other' });
    await expect(effect?.send(held)).rejects.toMatchObject({ code: 'conflict' });
    await expect(world.write('git_commit_files', input)).rejects.toMatchObject({ code: 'stale' });
  });
});
