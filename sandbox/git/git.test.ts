import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';
import { Checkout, refusal } from './testing/checkout.ts';

const person = 'Dev <dev@example.com>';
const first = { message: 'one', at: '2026-01-01T10:00:00Z', author: person, files: { a: '1\n' } };
const SCENARIO = {
  name: 'git',
  clock: '2026-01-02T00:00:00Z',
  git: {
    repositories: {
      'team/code': {
        protected: ['main'],
        commits: {
          one: first,
          two: {
            message: 'two\n\nwith more',
            at: '2026-01-01T11:00:00Z',
            author: person,
            files: { b: '2\n' },
          },
          side: {
            branch: 'side',
            parent: 'one',
            message: 'side',
            at: '2026-01-01T12:00:00Z',
            files: { a: null, 'deep/c.yaml': { held: ['x'] } },
          },
          later: { message: 'later', at: '2026-01-03T00:00:00Z', files: { c: '3\n' } },
        },
        tags: {
          v1: { commit: 'one', message: 'Version 1' },
          light: { commit: 'two' },
          v2: { commit: 'later' },
        },
      },
      'me/code': { fork_of: 'team/code' },
      'team/seen': { access: 'read', commits: { one: first } },
      'team/hidden': { access: 'none', commits: { one: first } },
    },
  },
};
const ONE = 'e1f4a02e11808338694d3f163f1d59ba0ee0a373';

const { current, reset } = bench(SCENARIO);
const refs = async (repository: string) => {
  using checkout = new Checkout(current());
  const lines = (await checkout.git('ls-remote', checkout.url(repository))).split('\n');
  return new Map(lines.map((line) => line.split('\t').reverse() as [string, string]));
};
const pushes = async () => (await current().requests()).filter(({ mutating }) => mutating === true);

beforeEach(reset);

describe('repositories of a scenario', () => {
  it('have the same commits at every start', async () => {
    const before = await refs('team/code');
    expect(before.get('refs/heads/main')).toMatch(/^[0-9a-f]{40}$/);
    expect(before.get('refs/tags/v1^{}')).toBe(ONE);
    await reset();
    expect(await refs('team/code')).toEqual(before);
    expect(await refs('me/code')).toEqual(before);
  });

  it('are cloned with content, authors and dates', async () => {
    using checkout = new Checkout(current());
    await checkout.clone('team/code');
    expect(await checkout.git('log', '--format=%s|%an|%aI', 'origin/main')).toBe(
      'two|Dev|2026-01-01T11:00:00+00:00\none|Dev|2026-01-01T10:00:00+00:00',
    );
    expect(await checkout.git('show', 'origin/side:deep/c.yaml')).toBe('held:\n- x');
    expect(await checkout.git('ls-tree', '-r', '--name-only', 'origin/side')).toBe('deep/c.yaml');
    expect(await checkout.git('cat-file', '-t', 'v1')).toBe('tag');
    expect(await checkout.git('cat-file', '-t', 'light')).toBe('commit');
  });

  it('get a commit that lies ahead when its time has come, and its tag', async () => {
    expect((await refs('team/code')).has('refs/tags/v2')).toBe(false);
    const before = (await refs('team/code')).get('refs/heads/main');
    await current().to('2026-01-03T00:00:00Z');
    const after = await refs('team/code');
    expect(after.get('refs/tags/v2')).toBe(after.get('refs/heads/main'));
    expect(after.get('refs/heads/main')).not.toBe(before);
    expect((await refs('me/code')).get('refs/heads/main')).toBe(before);
  });

  it('get commits that a patch adds, and keep what was pushed', async () => {
    using checkout = new Checkout(current());
    await checkout.clone('me/code');
    await checkout.change('mine', 'mine', { mine: 'x\n' });
    await checkout.git('push', '--quiet', 'origin', 'mine');
    const added = { message: 'added', at: '2026-01-01T13:00:00Z', files: { d: '4\n' } };
    const patch = { git: { repositories: { 'me/code': { commits: { added } } } } };
    expect((await current().control('/scenario', { patch })).status).toBe(200);
    expect((await refs('me/code')).has('refs/heads/mine')).toBe(true);
    await checkout.git('fetch', '--quiet');
    expect(await checkout.git('log', '-1', '--format=%s', 'origin/main')).toBe('added');
  });

  it('refuse a scenario that states another id than comes out, and leave the world as it was', async () => {
    const wrong = structuredClone(SCENARIO);
    Object.assign(wrong.git.repositories['team/code'].commits.one, { id: '0'.repeat(40) });
    const answer = await current().control('/scenario', { scenario: wrong });
    expect(answer.status).toBe(400);
    expect(at(answer.body, 'error')).toContain(`one of team/code is ${ONE}, and the scenario says 000`);
    expect((await refs('team/code')).get('refs/tags/v1^{}')).toBe(ONE);
  });
});

it('says that git is missing, and only where a scenario has repositories', async () => {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const start = (scenario: string) =>
    spawn(process.execPath, [main, '--scenario', scenario], { env: { PATH: '/nonexistent' } });
  const refused = start('ship-demo');
  let said = '';
  refused.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  expect(await once(refused, 'close')).toEqual([1, null]);
  expect(said).toContain('this scenario has git repositories, and there is no git on this machine');
  const other = start('konflux-team');
  await once(other.stdout, 'data');
  other.kill();
  await once(other, 'exit');
});

describe('access', () => {
  const INFO = '/git/team/code.git/info/refs?service=git-upload-pack';

  it('wants the token, by Basic or Bearer', async () => {
    const refused = await current().ask(INFO);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/^Basic/);
    const ask = (authorization: string) => current().ask(INFO, { headers: { authorization } });
    const basic = (secret: string) => `Basic ${Buffer.from(`anybody:${secret}`).toString('base64')}`;
    expect((await ask(basic(current().secret('git')))).status).toBe(200);
    expect((await ask(`Bearer ${current().secret('git')}`)).status).toBe(200);
    expect((await ask(basic('wrong'))).status).toBe(401);
  });

  it('is as the scenario says', async () => {
    using checkout = new Checkout(current());
    expect(await refusal(checkout.git('ls-remote', checkout.url('team/hidden')))).toContain('not found');
    expect(await refusal(checkout.git('ls-remote', checkout.url('team/none')))).toContain('not found');
    await checkout.clone('team/seen');
    await checkout.change('x', 'x', { x: '1' });
    expect(await refusal(checkout.git('push', 'origin', 'x'))).toContain('403');
    expect(await current().effects()).toEqual([]);
    expect(await pushes()).toEqual([]);
  });

  it('gives out no file of the disk', async () => {
    const headers = { authorization: `Bearer ${current().secret('git')}` };
    for (const path of [
      'team/code.git/config',
      'team/code.git/objects/info/packs',
      '..%2f..%2fsluice.yaml',
    ]) {
      expect((await current().ask(`/git/${path}`, { headers })).status).toBe(404);
    }
  });
});

describe('a push', () => {
  it('is one mutating request and one effect for each ref', async () => {
    using checkout = new Checkout(current());
    await checkout.clone('me/code');
    const id = await checkout.change('mine', 'mine', { mine: 'x\n' });
    await checkout.git('push', '--quiet', 'origin', 'mine');
    expect(await current().effects()).toMatchObject([
      {
        system: 'git',
        kind: 'ref_updated',
        key: 'me/code refs/heads/mine',
        data: { repository: 'me/code', ref: 'refs/heads/mine', from: null, to: id },
      },
    ]);
    expect(await pushes()).toMatchObject([
      {
        method: 'POST',
        path: '/git/me/code.git/git-receive-pack',
        body: { commands: [{ ref: 'refs/heads/mine', from: '0'.repeat(40), to: id }] },
        status: 200,
      },
    ]);
    await checkout.git('push', '--quiet', 'origin', 'mine');
    expect(await pushes()).toHaveLength(1);
    await checkout.git('push', '--quiet', 'origin', ':mine');
    expect((await current().effects())[1]?.data).toMatchObject({ from: id, to: null });
  });

  it('to a protected branch is refused', async () => {
    using checkout = new Checkout(current());
    await checkout.clone('team/code');
    await checkout.change('x', 'x', { x: '1' });
    const said = await refusal(checkout.git('push', 'origin', 'x:main'));
    expect(said).toContain('remote: GitLab: You are not allowed to push code to protected branches');
    expect(said).toContain('[remote rejected]');
    expect(await current().effects()).toEqual([]);
    expect(await pushes()).toEqual([]);
    const patch = { git: { repositories: { 'team/code': { protected: [] } } } };
    await current().control('/scenario', { patch });
    await checkout.git('push', '--quiet', 'origin', 'x:main');
    expect(await pushes()).toHaveLength(1);
  });

  it.each([
    ['500', false],
    ['reset_before', false],
    ['reset_after', true],
  ] as const)('under the fault %s', async (fault, happens) => {
    using checkout = new Checkout(current());
    await checkout.clone('me/code');
    await checkout.change('mine', 'mine', { mine: 'x\n' });
    await current().control('/faults', { system: 'git', method: 'POST', path: 'git-receive-pack$', fault });
    expect(await refusal(checkout.git('push', 'origin', 'mine'))).not.toBe('');
    expect(await current().effects()).toHaveLength(happens ? 1 : 0);
    expect((await refs('me/code')).has('refs/heads/mine')).toBe(happens);
    const [hit] = (await current().requests()).filter((one) => one.fault === fault);
    expect(hit).toMatchObject({ mutating: happens, status: fault === '500' ? 500 : null });
  });
});
