import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expired, held } from '../../test/support/stand-in.ts';
import { APP, dataOf, FORK, type GitWorld, gitWorld } from './testing/world.ts';

const FILES = [{ path: 'deploy/app.yml', content: 'ref: two\n' }];

describe('git_create_branch', () => {
  test('makes a branch of the fork at a commit, by one push, and finds it again', async () => {
    await using world = await gitWorld();
    const input = { remote: 'fork', branch: 'rel-1', from: world.C2 };
    expect(await world.write('git_create_branch', input)).toMatchObject({
      commit: world.C2,
      outcome: 'sent',
      next: null,
      summary: expect.stringMatching(/^Branch rel-1 of the fork of app begins at [0-9a-f]{12}\.$/),
    });
    expect(world.forkTip('rel-1')).toBe(world.C2);
    const elsewhere = world.machine();
    expect(await elsewhere.write('git_create_branch', input)).toMatchObject({ outcome: 'adopted' });
    expect(world.pushes()).toHaveLength(1);
    expect(world.server.landed()).toMatchObject([{ repo: FORK, ref: 'refs/heads/rel-1' }]);
  });

  test('begins with a commit that only the origin has', async () => {
    await using world = await gitWorld();
    const [C4 = ''] = world.seed([{ branch: 'main', files: { new: 'x' } }]);
    await world.write('git_create_branch', { remote: 'fork', branch: 'rel', from: C4 });
    expect(world.forkTip('rel')).toBe(C4);
  });

  test('begins with a commit that only the fork has', async () => {
    await using world = await gitWorld();
    const [own = ''] = world.server.seed(FORK, [{ branch: 'mine', from: world.C1, files: { m: 'm' } }]);
    await world.write('git_create_branch', { remote: 'fork', branch: 'rel', from: own });
    expect(world.forkTip('rel')).toBe(own);
    await expect(
      world.write('git_create_branch', { remote: 'fork', branch: 'x', from: 'a'.repeat(40) }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  test('W-R18 never moves one that is there', async () => {
    await using world = await gitWorld();
    world.seed([{ branch: 'rel', from: world.C1, files: { a: 'a' } }]);
    const tip = world.tip('rel');
    const call = world.write('git_create_branch', { remote: 'origin', branch: 'rel', from: world.C1 });
    await expect(call).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(tip ?? '?'),
    });
    expect([world.tip('rel'), world.pushes()]).toEqual([tip, []]);
  });

  test('one that appears in between is not moved either', async () => {
    await using world = await gitWorld();
    const [effect] = await world.effects('git_create_branch', {
      remote: 'origin',
      branch: 'rel',
      from: world.C2,
    });
    world.put('refs/heads/rel', world.C1);
    await expect(effect?.send(held)).rejects.toMatchObject({ code: 'conflict', reached: 'no' });
    expect(world.tip('rel')).toBe(world.C1);
    expect(await effect?.find()).toMatchObject({ state: 'unknown' });
  });

  test('takes no name that moves: a second try would make something else', async () => {
    await using world = await gitWorld();
    const call = world.write('git_create_branch', { remote: 'fork', branch: 'rel', from: 'main' });
    await expect(call).rejects.toMatchObject({
      rule: 'git.moving-ref',
      message: expect.stringContaining(world.C3),
    });
    world.put('refs/tags/v1', world.C1);
    expect(
      await world.write('git_create_branch', { remote: 'fork', branch: 'rel', from: 'v1' }),
    ).toMatchObject({
      commit: world.C1,
    });
  });

  test('a fork that is not in the settings is a precondition', async () => {
    await using world = await gitWorld({ fork_url: undefined });
    const call = world.write('git_create_branch', { remote: 'fork', branch: 'rel', from: world.C1 });
    await expect(call).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('fork'),
    });
  });
});

describe('git_commit_files', () => {
  const wish = (world: { C3: string }) => ({
    remote: 'fork',
    branch: 'rel',
    expected_head: world.C3,
    create_branch: true,
    files: FILES,
    message: 'AAP-9 - chore(release): release two',
    key: 'release:two',
  });

  test('W-R01 one commit, one push, one line; W-R02 W-R03 its plan sends nothing; W-R17 no file of ours stays', async () => {
    await using world = await gitWorld();
    const [effect] = await world.effects('git_commit_files', wish(world));
    expect(effect?.preview).toMatchObject({
      action: 'commit to a new branch',
      target: 'branch rel of the fork of app',
      before: { commit: world.C3 },
      after: { files: [{ path: 'deploy/app.yml', added: 1, deleted: 1 }] },
    });
    expect([world.pushes(), world.server.landed()]).toEqual([[], []]);
    const answer = await world.write('git_commit_files', wish(world));
    expect(answer).toMatchObject({ outcome: 'sent', branch: 'rel', parent: world.C3 });
    expect(world.forkTip('rel')).toBe(answer.commit);
    expect(Object(effect?.preview.after).commit).toBe(answer.commit);
    expect(world.pushes()).toHaveLength(1);
    const git = (...args: string[]) => world.server.git(FORK, args);
    expect(git('diff', '--numstat', world.C3, 'rel')).toBe('1\t1\tdeploy/app.yml');
    expect(git('log', '-1', '--format=%an <%ae>|%cn|%cI|%P|%B', 'rel').trim()).toBe(
      `Sluice <sluice@localhost>|Sluice|2026-01-01T00:03:00+00:00|${world.C3}|AAP-9 - chore(release): release two\n\nSluice-Key: release:two`,
    );
    expect(git('fsck', '--strict', '--no-dangling')).toBe('');
    expect(world.leftovers()).toEqual([]);
  });

  test('promise: the same call is the same commit, on another machine and later', async () => {
    await using world = await gitWorld();
    const first = await world.write('git_commit_files', wish(world));
    const other = world.machine();
    const again = await other.write('git_commit_files', wish(world));
    expect(again).toMatchObject({ outcome: 'adopted', commit: first.commit, how: 'the branch stands at it' });
    expect(world.server.landed()).toHaveLength(1);
    world.server.seed(FORK, [{ branch: 'rel', message: 'on top', files: { top: 't' } }]);
    expect(await other.write('git_commit_files', wish(world))).toMatchObject({
      outcome: 'adopted',
      commit: first.commit,
      how: 'the branch holds it and has moved on',
    });
  });

  test('two machines at once make one commit', async () => {
    await using world = await gitWorld();
    const other = world.machine();
    const both = await Promise.all(
      [world, other].map((machine) => machine.write('git_commit_files', wish(world))),
    );
    expect(new Set(both.map(({ commit }) => commit))).toEqual(new Set([world.forkTip('rel')]));
    expect(world.server.landed()).toHaveLength(1);
  });

  test('a large commit is one request too', async () => {
    await using world = await gitWorld();
    const noise = () => randomBytes(700_000).toString('base64').slice(0, 900_000);
    const files = [
      { path: 'one', content: noise() },
      { path: 'two', content: noise() },
    ];
    expect(await world.write('git_commit_files', { ...wish(world), files })).toMatchObject({
      outcome: 'sent',
    });
    expect(world.pushes()).toHaveLength(1);
  });

  test('W-R21 an answer that is lost is looked up, not sent again', async () => {
    await using world = await gitWorld();
    world.server.faults.push({ request: /^POST .*receive-pack/, does: 'drop-after' });
    expect(await world.write('git_commit_files', wish(world))).toMatchObject({ outcome: 'sent' });
    expect(world.pushes()).toHaveLength(1);
    expect(world.server.landed()).toHaveLength(1);
  });

  test('a request that is lost leaves nothing, is in doubt, and is sent once by the next try', async () => {
    await using world = await gitWorld();
    world.server.faults.push({ request: /^POST .*receive-pack/, does: 'drop-before' });
    await expect(world.write('git_commit_files', wish(world))).rejects.toMatchObject({
      code: 'blocked',
      reached: 'maybe',
    });
    expect([world.pushes().length, world.server.landed()]).toEqual([1, []]);
    expect(await world.write('git_commit_files', wish(world))).toMatchObject({ outcome: 'sent' });
    expect(world.server.landed()).toHaveLength(1);
  });

  test('a push that never ends is stopped with its permit, and stays in doubt', async () => {
    await using world = await gitWorld();
    const [effect] = await world.effects('git_commit_files', wish(world));
    world.server.faults.push({ request: /^POST .*receive-pack/, does: 'hang' });
    const permit = { check: () => undefined, signal: AbortSignal.timeout(400) };
    await expect(effect?.send(permit)).rejects.toMatchObject({ code: 'timeout', reached: 'maybe' });
    expect(await effect?.find()).toEqual({ state: 'absent' });
  });

  test('without a permit no push is begun; with one, evidence names the place', async () => {
    await using world = await gitWorld();
    const [effect] = await world.effects('git_commit_files', wish(world));
    const before = world.server.requests.length;
    await expect(effect?.send(expired)).rejects.toMatchObject({ code: 'stale' });
    expect(world.server.requests).toHaveLength(before);
    expect(dataOf({ state: 'present', data: await effect?.send(held) })).toMatchObject({
      remote: 'fork',
      ref: 'rel',
    });
  });

  test('W-R20 a push that is rejected leaves no branch, and no ref in our mirror', async () => {
    await using world = await gitWorld();
    world.server.protect(FORK, ['rel']);
    await expect(world.write('git_commit_files', wish(world))).rejects.toMatchObject({
      code: 'forbidden',
      reached: 'no',
      message: expect.stringContaining('refs/heads/rel'),
    });
    expect(world.forkTip('rel')).toBeUndefined();
    expect(await world.read('git_list_branches', { remote: 'local' })).toMatchObject({ total: 0 });
    expect(world.leftovers()).toEqual([]);
    world.server.protect(FORK, []);
    expect(await world.write('git_commit_files', wish(world))).toMatchObject({ outcome: 'sent' });
  });

  test('W-R24 a branch that moved makes it stale, and says where it stands', async () => {
    await using world = await gitWorld();
    const input = { ...wish(world), remote: 'origin', branch: 'dev', create_branch: false };
    world.seed([{ branch: 'dev', from: world.C3, files: { 'deploy/app.yml': 'ref: other\n' } }]);
    const at = world.tip('dev') ?? '';
    await expect(world.write('git_commit_files', input)).rejects.toMatchObject({
      code: 'stale',
      message: expect.stringContaining(`stands at ${at}, not at ${world.C3}`),
    });
    expect(world.pushes()).toEqual([]);
    const fresh = { ...input, expected_head: at };
    const [effect] = await world.effects('git_commit_files', fresh);
    world.seed([{ branch: 'dev', files: { x: 'in between' } }]);
    await expect(effect?.send(held)).rejects.toMatchObject({ code: 'conflict', reached: 'no' });
    expect(world.server.landed()).toEqual([]);
  });

  test('a branch that was taken back is not continued: it must stand where it is expected', async () => {
    await using world = await gitWorld();
    world.seed([{ branch: 'dev', from: world.C3, files: { x: '1' } }]);
    const at = world.tip('dev') ?? '';
    const input = {
      ...wish(world),
      remote: 'origin',
      branch: 'dev',
      create_branch: false,
      expected_head: at,
    };
    const [effect] = await world.effects('git_commit_files', input);
    world.put('refs/heads/dev', world.C3);
    await expect(effect?.send(held)).rejects.toMatchObject({ code: 'conflict' });
    expect(world.tip('dev')).toBe(world.C3);
  });

  test('W-R08 files that hold it already: nothing is sent', async () => {
    await using world = await gitWorld();
    const input = { ...wish(world), files: [{ path: 'deploy/app.yml', content: 'ref: one\n' }] };
    expect(await world.write('git_commit_files', input)).toMatchObject({
      outcome: 'adopted',
      commit: world.C3,
      how: 'the files hold this already',
    });
    expect(world.pushes()).toEqual([]);
  });

  test('is found by its key after a rebase; the key of another change is a conflict', async () => {
    await using world = await gitWorld();
    world.seed([
      { branch: 'dev', from: world.C3, message: 'between', files: { x: '1' } },
      {
        branch: 'dev',
        message: 'rebased\n\nSluice-Key: release:two',
        files: { 'deploy/app.yml': 'ref: two\n' },
      },
    ]);
    const input = { ...wish(world), remote: 'origin', branch: 'dev', create_branch: false };
    expect(await world.write('git_commit_files', input)).toMatchObject({
      outcome: 'adopted',
      commit: world.tip('dev'),
      how: 'a commit with this key holds it',
    });
    const other = { ...input, files: [{ path: 'deploy/app.yml', content: 'ref: three\n' }] };
    await expect(world.write('git_commit_files', other)).rejects.toMatchObject({ rule: 'git.key-used' });
    expect(world.pushes()).toEqual([]);
  });

  test('adds, changes and removes; keeps the mode of a file', async () => {
    await using world = await gitWorld();
    world.server.git(
      APP,
      ['fast-import', '--quiet'],
      'commit refs/heads/main\ncommitter a <a@example.com> 1780000000 +0000\ndata 4\nexec\nfrom refs/heads/main^0\nM 100755 inline run.sh\ndata 2\na\n\n',
    );
    const head = world.tip('main') ?? '';
    const input = {
      remote: 'fork',
      branch: 'rel',
      create_branch: true,
      expected_head: head,
      message: 'many',
      date: '2026-02-03T04:05:06+01:00',
      files: [
        { path: 'run.sh', content: 'b\n' },
        { path: 'b', delete: true },
        { path: 'not-there', delete: true },
        { path: 'new folder/ü.txt', content: 'crlf\r\nno end' },
        { path: '-dash', content: '' },
        // In a tree a folder stands where its name with a slash would.
        ...['sort/a/x', 'sort/a-b', 'sort/a.b', 'sort/a0'].map((path) => ({ path, content: 's' })),
      ],
    };
    const { commit } = await world.write('git_commit_files', input);
    const git = (...args: string[]) => world.server.git(FORK, ['-c', 'core.quotePath=false', ...args]);
    expect(
      git('diff', '--raw', '--abbrev=4', head, commit)
        .split('\n')
        .map((line) => line.replace(/ [0-9a-f]{4} [0-9a-f]{4} /, ' ')),
    ).toEqual([
      ':000000 100644 A\t-dash',
      ':100644 000000 D\tb',
      ':000000 100644 A\tnew folder/ü.txt',
      ':100755 100755 M\trun.sh',
      ':000000 100644 A\tsort/a-b',
      ':000000 100644 A\tsort/a.b',
      ':000000 100644 A\tsort/a/x',
      ':000000 100644 A\tsort/a0',
    ]);
    expect(git('fsck', '--strict', '--no-dangling')).toBe('');
    expect(git('cat-file', 'blob', `${commit}:new folder/ü.txt`)).toBe('crlf\r\nno end');
    expect(git('log', '-1', '--format=%cI', commit)).toBe('2026-02-03T03:05:06+00:00');
  });

  test('the default branch and protected ones are refused by us, before anything is sent', async () => {
    await using world = await gitWorld({ protected: ['release-*'] });
    world.seed([{ branch: 'release-1', from: world.C1, files: { r: 'r' } }]);
    const main = { ...wish(world), remote: 'origin', branch: 'main', create_branch: false };
    await expect(world.write('git_commit_files', main)).rejects.toMatchObject({
      code: 'forbidden',
      rule: 'git.protected',
    });
    const release = { ...main, branch: 'release-1', expected_head: world.tip('release-1') };
    await expect(world.write('git_commit_files', release)).rejects.toMatchObject({ code: 'forbidden' });
    expect(world.server.requests.filter((line) => line.includes('receive-pack'))).toEqual([]);
    const open = world.machine(undefined, { push_to_default: true });
    expect(await open.write('git_commit_files', main)).toMatchObject({
      outcome: 'sent',
    });
  });

  describe('refuses before anything is sent', () => {
    let world: GitWorld;
    beforeAll(async () => {
      world = await gitWorld();
    });
    afterAll(async () => {
      expect([world.pushes(), world.leftovers()]).toEqual([[], []]);
      await world[Symbol.asyncDispose]();
    });

    test.each([
      ['../x', 'invalid_input'],
      ['.git/config', 'invalid_input'],
      ['a/../../x', 'invalid_input'],
      ['deploy', 'invalid_input'],
      ['README/x', 'invalid_input'],
      ['deploy/app.yml/x', 'invalid_input'],
      ['a\nb', 'invalid_input'],
    ])('the path %j', async (path, code) => {
      const input = { ...wish(world), files: [{ path, content: 'x' }] };
      await expect(world.write('git_commit_files', input)).rejects.toMatchObject({ code });
      expect([world.pushes(), world.leftovers()]).toEqual([[], []]);
    });

    test.each([
      [
        'a file twice',
        [
          { path: 'x', content: '1' },
          { path: 'x', content: '2' },
        ],
      ],
      [
        'a file and a folder',
        [
          { path: 'x', content: '1' },
          { path: 'x/y', content: '2' },
        ],
      ],
      ['neither content nor delete', [{ path: 'x' }]],
      ['both', [{ path: 'x', content: '1', delete: true }]],
      ['an unknown key', [{ path: 'x', contents: '1' }]],
    ])('%s', async (_, files) => {
      await expect(world.write('git_commit_files', { ...wish(world), files })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    });
  });
});
