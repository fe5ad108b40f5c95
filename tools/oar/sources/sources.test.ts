import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { directorySource } from './directory.ts';
import { BRANCH, gitSource, REMOTE } from './git.ts';
import { GitCache } from './git-cache.ts';
import { SourceSettings } from './settings.ts';

const permit = { check: () => undefined, signal: AbortSignal.timeout(20_000) };

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'oar-source-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe('directory source', () => {
  it('reads and creates below its folder, a y-stream each', async () => {
    const root = folder();
    const source = directorySource(join(root, 'openshift-%s'));
    mkdirSync(join(root, 'openshift-4.20'));
    expect(await source.read('a/b.yaml', '4.20')).toBeUndefined();
    await source.write({ path: 'a/b.yaml', text: 'one', message: 'm', yStream: '4.20' }, permit);
    expect(await source.read('a/b.yaml', '4.20')).toMatchObject({ text: 'one' });
    expect(readFileSync(join(root, 'openshift-4.20/a/b.yaml'), 'utf8')).toBe('one');
    expect(await source.read('a/b.yaml', '4.19')).toBeUndefined();
  });

  it('creates once, replaces only the version it was given', async () => {
    const source = directorySource(folder());
    const change = { path: 'f', message: 'm', yStream: '4.20' };
    const { version } = await source.write({ ...change, text: 'one' }, permit);
    await expect(source.write({ ...change, text: 'two' }, permit)).rejects.toMatchObject({
      code: 'conflict',
    });
    await source.write({ ...change, text: 'two', version }, permit);
    await expect(source.write({ ...change, text: 'three', version }, permit)).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await source.read('f', '4.20'))?.text).toBe('two');
  });

  it.each(['../out', '/etc/passwd', 'a/../../out', 'a//b', '.git/config', 'a\\b'])(
    'does not leave by %s',
    async (path) => {
      await expect(directorySource(folder()).read(path, '4.20')).rejects.toMatchObject({
        code: 'invalid_input',
      });
    },
  );

  it('does not follow a link out', async () => {
    const root = folder();
    const outside = folder();
    writeFileSync(join(outside, 'secret'), 'x');
    symlinkSync(join(outside, 'secret'), join(root, 'link'));
    symlinkSync(outside, join(root, 'dir'));
    const source = directorySource(root);
    await expect(source.read('link', '4.20')).rejects.toMatchObject({ code: 'forbidden' });
    const write = source.write({ path: 'dir/new', text: 'x', message: 'm', yStream: '4.20' }, permit);
    await expect(write).rejects.toMatchObject({ code: 'forbidden' });
  });
});

/** A bare repository with one commit on main, and a way to commit beside us. */
function repository() {
  const root = folder();
  const [bare, work] = [join(root, 'origin.git'), join(root, 'work')];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@localhost'];
  const git = (...args: string[]) =>
    execFileSync('git', [...who, ...args], { env, stdio: 'pipe' }).toString();
  git('init', '--quiet', '--bare', '--initial-branch=main', bare);
  git('clone', '--quiet', bare, work);
  const commit = (path: string, text: string) => {
    mkdirSync(join(work, path, '..'), { recursive: true });
    writeFileSync(join(work, path), text);
    git('-C', work, 'add', '.');
    git('-C', work, 'commit', '--quiet', '-m', 'x');
    git('-C', work, 'push', '--quiet', 'origin', 'HEAD:main');
  };
  commit('_releases/a.yaml', 'one\n');
  return { bare, commit, show: (path: string) => git('--git-dir', bare, 'show', `main:${path}`) };
}

describe('git source', () => {
  // Clones of tests stay out of the cache that people have.
  beforeEach(() => vi.stubEnv('TMPDIR', mkdtempSync(join(tmpdir(), 'oar-git-'))));
  afterEach(() => {
    rmSync(tmpdir(), { recursive: true, force: true });
    vi.unstubAllEnvs();
  });

  it('reads a file of the branch, fetched again after 30 seconds', async () => {
    const { bare, commit } = repository();
    let wall = 0;
    const source = gitSource(new GitCache(() => wall, 20_000), bare, 'main');
    expect((await source.read('_releases/a.yaml', '4.20'))?.text).toBe('one\n');
    expect(await source.read('_releases/b.yaml', '4.20')).toBeUndefined();
    expect(await source.read('_releases', '4.20')).toBeUndefined();
    commit('_releases/a.yaml', 'two\n');
    expect((await source.read('_releases/a.yaml', '4.20'))?.text).toBe('one\n');
    wall = 30_000;
    expect((await source.read('_releases/a.yaml', '4.20'))?.text).toBe('two\n');
  });

  it('gets over the lock that a killed process left', async () => {
    const { bare, commit } = repository();
    const cache = new GitCache(() => 0, 20_000);
    const place = { url: bare, branch: 'main' };
    const clone = await cache.folder(place);
    writeFileSync(join(clone, 'shallow.lock'), '');
    commit('_releases/a.yaml', 'two\n');
    await cache.folder(place, true);
    expect((await gitSource(cache, bare, 'main').read('_releases/a.yaml', '4.20'))?.text).toBe('two\n');
  });

  it('creates a file by a commit on top of the branch', async () => {
    const { bare, show } = repository();
    const source = gitSource(new GitCache(() => 0, 20_000), `file://${bare}`, 'main');
    expect(await source.read('_releases/4.20/new.yaml', '4.20')).toBeUndefined();
    const change = {
      path: '_releases/4.20/new.yaml',
      text: 'new\n',
      message: '--amend is no option',
      yStream: '4.20',
    };
    await source.write(change, permit);
    expect(show('_releases/4.20/new.yaml')).toBe('new\n');
    expect(show('_releases/a.yaml')).toBe('one\n');
    expect((await source.read('_releases/4.20/new.yaml', '4.20'))?.text).toBe('new\n');
    await expect(source.write(change, permit)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('a commit that slips in between is a conflict', async () => {
    const { bare, commit, show } = repository();
    const source = gitSource(new GitCache(() => 0, 20_000), bare, 'main');
    const late = { ...permit, check: () => commit('_releases/other.yaml', 'theirs\n') };
    const write = source.write({ path: 'mine.yaml', text: 'x', message: 'm', yStream: '4.20' }, late);
    await expect(write).rejects.toMatchObject({ code: 'conflict' });
    expect(show('_releases/other.yaml')).toBe('theirs\n');
  });

  it('says which branch or remote is not there', async () => {
    const { bare } = repository();
    const cache = new GitCache(() => 0, 20_000);
    await expect(gitSource(cache, bare, 'openshift-%s').read('a', '4.20')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('openshift-4.20'),
    });
    await expect(gitSource(cache, join(bare, 'nowhere'), 'main').read('a', '4.20')).rejects.toMatchObject({
      code: 'upstream',
    });
  });

  it('runs no remote helper', async () => {
    const marker = join(folder(), 'ran');
    const source = gitSource(new GitCache(() => 0, 20_000), `ext::sh -c touch% ${marker}`, 'main');
    await expect(source.read('a', '4.20')).rejects.toMatchObject({ code: 'upstream' });
    expect(() => readFileSync(marker)).toThrow();
  });

  it.each(['--upload-pack=x', '-b', 'a..b', 'a b', 'x.lock', 'a//b', 'a@{1}', '/a', 'a/', '.', ''])(
    'branch %j is refused',
    (branch) => {
      expect(BRANCH.test(branch)).toBe(false);
      expect(SourceSettings.safeParse({ source: 'git', url: 'https://x.example/y', branch }).success).toBe(
        false,
      );
    },
  );

  it.each(['main', 'z-stream', 'openshift-%s', 'openshift-4.20', 'feature/x'])('branch %s', (branch) => {
    expect(BRANCH.test(branch)).toBe(true);
  });

  it('a remote is never an option', () => {
    expect(REMOTE.test('--upload-pack=touch')).toBe(false);
    expect(REMOTE.test('https://github.com/openshift/release-tests')).toBe(true);
    for (const url of ['a/b', 'https://github.com/a/b', 'https://github.com/a/b.git']) {
      expect(SourceSettings.safeParse({ source: 'github', url }).success).toBe(true);
    }
    for (const url of ['--a/b', 'a/b/c', 'http://github.com/a/b', 'https://me@github.com/a/b', '../b']) {
      expect(SourceSettings.safeParse({ source: 'github', url }).success).toBe(false);
    }
    expect(SourceSettings.safeParse({ source: 'git', url: '/a', path: '/b' }).success).toBe(false);
  });
});
