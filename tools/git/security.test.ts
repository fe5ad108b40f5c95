import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { standIn } from '../../test/support/stand-in.ts';
import { gitWorld, TOKEN } from './testing/world.ts';

const EVIL = [
  '--upload-pack=touch /tmp/sluice-pwned',
  '-x',
  '--output=/tmp/sluice-pwned',
  '--exec=touch /tmp/sluice-pwned',
  'a..b',
  'main^',
  'main~1',
  ':/begin',
  '@{-1}',
  'HEAD',
  'main\n--output=x',
  'main\0',
  '../../etc',
  'ext::sh -c id',
  'file:///etc',
  'main:README',
  ':(exclude)x',
];

describe('names that are no names', () => {
  test('reach no git, by no way', async () => {
    await using world = await gitWorld();
    const { C1 } = world;
    const refused = async (call: Promise<unknown>) =>
      await call.then(
        () => 'passed',
        (error: { code: string }) => error.code,
      );
    for (const evil of EVIL) {
      const calls = {
        find: refused(world.read('git_find_commit', { ref: evil })),
        log: refused(world.read('git_log', { ref: evil })),
        show: refused(world.read('git_show', { ref: evil })),
        diff: refused(world.read('git_diff', { base: evil, head: C1 })),
        compare: refused(world.read('git_compare', { base: evil, head: 'main' })),
        mergeBase: refused(world.read('git_merge_base', { base: evil, head: 'main' })),
        blame: refused(world.read('git_blame', { ref: evil, path: 'b' })),
        list: refused(world.read('git_list_branches', { free_name_for: evil })),
        branch: refused(world.write('git_create_branch', { remote: 'fork', branch: evil, from: C1 })),
        from: refused(world.write('git_create_branch', { remote: 'fork', branch: 'x', from: evil })),
        tag: refused(
          world.write('git_create_tag', { remote: 'origin', tag: evil, commit: C1, message: 'm' }),
        ),
        pick: refused(world.write('git_cherry_pick', { remote: 'fork', branch: 'main', commit: evil })),
        push: refused(world.write('git_push', { remote: 'fork', branch: evil })),
      };
      for (const [name, call] of Object.entries(calls)) {
        expect(await call, `${name} ${JSON.stringify(evil)}`).toBe('invalid_input');
      }
    }
    expect(existsSync('/tmp/sluice-pwned')).toBe(false);
    expect(world.pushes()).toEqual([]);
  });

  test('paths that look like options or magic are names of files', async () => {
    await using world = await gitWorld();
    const ref = world.C3;
    for (const path of ['--output=/tmp/sluice-pwned', ':(exclude)b', '*', ':!b']) {
      expect(await world.read('git_log', { ref, path })).toMatchObject({ commits: [] });
      expect(await world.read('git_diff', { base: world.C1, head: ref, paths: [path] })).toMatchObject({
        files_changed: 0,
      });
      await expect(world.read('git_blame', { ref, path })).rejects.toMatchObject({ code: 'not_found' });
    }
    for (const path of ['../b', '/etc/passwd', '.git/config', 'a\nb']) {
      await expect(world.read('git_show', { ref, path })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    }
    expect(existsSync('/tmp/sluice-pwned')).toBe(false);
  });
});

describe('the credential', () => {
  test('is sent to the repository, and stands in no file, no argument and no error', async () => {
    await using world = await gitWorld();
    await world.write('git_create_branch', { remote: 'fork', branch: 'x', from: world.C1 });
    const pair = Buffer.from(`bot:${TOKEN}`).toString('base64');
    expect(new Set(world.server.authorizations)).toEqual(new Set([`Basic ${pair}`]));
    for (const name of readdirSync(world.cache, { recursive: true, encoding: 'utf8' })) {
      const file = join(world.cache, name);
      if (!statSync(file).isFile()) continue;
      const text = readFileSync(file).toString('latin1');
      expect(text.includes(TOKEN) || text.includes(pair), name).toBe(false);
    }
  });

  test('that is wrong is auth, for reads and writes; nothing is asked for', async () => {
    await using world = await gitWorld({ token: 'cmd:echo wrong-password' });
    const error = await world.read('git_log', {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'auth', remedy: expect.stringContaining('sluice doctor') });
    expect(String(error)).not.toContain('wrong-password');
  });

  test('that is missing is auth, where the repository is not open', async () => {
    await using world = await gitWorld({ token: undefined });
    await expect(world.read('git_log', {})).rejects.toMatchObject({ code: 'auth' });
  });

  test('that cannot be read names its reference, and is tried again', async () => {
    await using world = await gitWorld({ token: 'env:SLUICE_NO_SUCH_TOKEN' });
    await expect(world.read('git_log', {})).rejects.toMatchObject({
      code: 'auth',
      message: expect.stringContaining('env:SLUICE_NO_SUCH_TOKEN'),
    });
    process.env.SLUICE_NO_SUCH_TOKEN = TOKEN;
    try {
      expect(await world.read('git_log', {})).toMatchObject({ truncated: false });
    } finally {
      delete process.env.SLUICE_NO_SUCH_TOKEN;
    }
  });

  test('goes nowhere else: a redirect is not followed', async () => {
    await using thief = await standIn({});
    await using world = await gitWorld();
    for (let count = 0; count < 3; count += 1) {
      world.server.faults.push({
        request: /info\/refs/,
        does: { redirect: `${thief.url}/app.git/info/refs` },
      });
    }
    await expect(world.read('git_log', {})).rejects.toMatchObject({
      code: 'upstream',
      message: expect.stringContaining('redirect'),
    });
    expect(thief.seen).toEqual([]);
  });
});

describe('a host that misbehaves', () => {
  test.each([
    [403, 'forbidden'],
    [404, 'not_found'],
    [429, 'rate_limited'],
  ])('%i is %s, asked once', async (status, code) => {
    await using world = await gitWorld();
    world.server.faults.push({ request: /info\/refs/, does: status });
    await expect(world.read('git_log', {})).rejects.toMatchObject({ code, reached: 'no' });
    expect(world.server.requests).toHaveLength(1);
  });

  test('W-S13 a fault that passes is asked again, one that stays three times', async () => {
    await using world = await gitWorld();
    world.server.faults.push({ request: /info\/refs/, does: 503 });
    world.server.faults.push({ request: /info\/refs/, does: 'drop-before' });
    expect(await world.read('git_log', {})).toMatchObject({ truncated: false });
    for (let count = 0; count < 9; count += 1) world.server.faults.push({ request: /info\/refs/, does: 500 });
    const asked = world.server.requests.length;
    await expect(world.read('git_log', {})).rejects.toMatchObject({ code: 'upstream' });
    expect(world.server.requests.length - asked).toBe(3);
  });

  test.each([
    [403, 'forbidden'],
    [503, 'upstream'],
  ])('before a push has begun, %i is %s and nothing was sent', async (status, code) => {
    await using world = await gitWorld();
    const [effect] = await world.effects('git_create_branch', {
      remote: 'fork',
      branch: 'x',
      from: world.C1,
    });
    world.server.faults.push({ request: /service=git-receive-pack/, does: status });
    const permit = { check: () => undefined, signal: new AbortController().signal };
    await expect(effect?.send(permit)).rejects.toMatchObject({ code, reached: 'no' });
    expect(world.pushes()).toEqual([]);
  });

  test('once it has begun, a 502 is in doubt', async () => {
    await using world = await gitWorld();
    const [effect] = await world.effects('git_create_branch', {
      remote: 'fork',
      branch: 'x',
      from: world.C1,
    });
    world.server.faults.push({ request: /^POST .*receive-pack/, does: 502 });
    const permit = { check: () => undefined, signal: new AbortController().signal };
    await expect(effect?.send(permit)).rejects.toMatchObject({ code: 'upstream', reached: 'maybe' });
    expect(world.pushes()).toHaveLength(1);
  });

  test('that cannot be reached is upstream', async () => {
    await using world = await gitWorld();
    const { registry } = world.machine();
    expect(registry.list()).toHaveLength(15);
    const nowhere = world.machine(undefined, { url: 'http://127.0.0.1:1/app.git', fork_url: undefined });
    await expect(nowhere.read('git_log', {})).rejects.toMatchObject({ code: 'upstream', reached: 'no' });
    expect(world.server.requests).toEqual([]);
  });

  test('an account without the right to push is forbidden', async () => {
    await using world = await gitWorld();
    world.server.users.bot = { password: TOKEN, push: false };
    const call = world.write('git_create_branch', { remote: 'fork', branch: 'x', from: world.C1 });
    await expect(call).rejects.toMatchObject({ code: 'forbidden' });
  });
});

test('the probe says what was asked, or what was wrong', async () => {
  await using world = await gitWorld();
  const { git } = await import('./module.ts');
  expect(await world.registry.probe(git)).toEqual({
    ok: true,
    detail: expect.stringMatching(/^git version [\d.]+.*; 1 repositories let us in$/),
  });
  const wrong = world.machine(undefined, { token: 'cmd:echo wrong-password' });
  await expect(wrong.registry.probe(git)).rejects.toMatchObject({ code: 'auth' });
});
