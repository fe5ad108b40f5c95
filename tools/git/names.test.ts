import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPath, isRefName } from './names.ts';
import { GitSettings, urlFault } from './settings.ts';

describe('names of branches and tags', () => {
  it.each(['main', 'release-1.2', 'feature/x', 'v1.2.3+build', 'a@b', 'ünï', 'x.lockx', 'HEAD2'])(
    '%s can be one',
    (name) => expect(isRefName(name)).toBe(true),
  );

  it.each([
    '',
    '-x',
    '--upload-pack=touch /tmp/x',
    '/x',
    'x/',
    'x//y',
    'x..y',
    'a b',
    'a\nb',
    'a\0b',
    'x~1',
    'x^',
    'x:y',
    'x?',
    'x*',
    'x[y',
    'x\\y',
    'x@{1}',
    '@',
    'HEAD',
    '.x',
    'x/.y',
    'x.lock',
    'x.lock/y',
    'x.',
    'x\u007f',
    'x'.repeat(241),
    '\ud800',
  ])('%j cannot', (name) => expect(isRefName(name)).toBe(false));

  it('are never what git itself would refuse', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '.',
      '/',
      '-',
      '@',
      '{',
      '~',
      '^',
      ':',
      ' ',
      '.lock',
      '..',
      '\\',
      '*',
      '[',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const name = pieces.join('');
        if (!isRefName(name)) return;
        execFileSync('git', ['check-ref-format', `refs/heads/${name}`]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('paths', () => {
  it.each(['a', 'a/b.yml', '.gitattributes', 'a/.gitignore', 'a b/ü', '.github/x', 'gitx', '-x'])(
    '%s is one',
    (path) => expect(checkPath(path)).toBe(path),
  );

  it.each([
    '',
    '/etc/passwd',
    '../x',
    'a/../b',
    'a/./b',
    'a//b',
    'a/',
    '.git/config',
    'a/.GIT/hooks/x',
    '.git',
    '.git /x',
    '.git./x',
    'git~1/x',
    '.git::$INDEX_ALLOCATION/x',
    '.g\u200cit/x',
    'a\\b',
    'a\nb',
    'a\0b',
    'x'.repeat(1001),
  ])('%j is none', (path) => {
    expect(() => checkPath(path)).toThrow('The path');
  });
});

describe('addresses', () => {
  it.each([
    'https://git.example.com/group/app.git',
    'http://127.0.0.1:8080/app.git',
    'http://localhost/app',
    'http://[::1]:80/app',
  ])('%s may be used', (url) => expect(urlFault(url)).toBeUndefined());

  it.each([
    ['http://git.example.com/app.git', 'must be https'],
    ['https://user:secret@git.example.com/app.git', 'holds a credential'],
    ['https://token@git.example.com/app.git', 'holds a credential'],
    ['file:///srv/app.git', 'must be an https://'],
    ['ext::sh -c touch% /tmp/x', 'must be an https://'],
    ['ssh://git@example.com/app', 'must be an https://'],
    ['git@example.com:app', 'must be an https://'],
    ['/srv/app.git', 'must be an https://'],
    ['--upload-pack=x', 'must be an https://'],
    ['https://git.example.com/a b', 'must be an https://'],
    ['https://git.example.com/a\n', 'must be an https://'],
    ['https://git.example.com/a?b=c', 'must end with its path'],
    ['http://127.0.0.1.example.com/a', 'must be https'],
  ])('%j may not', (url, why) => expect(urlFault(url)).toContain(why));

  it('of the fork are at the host of the repository, whose token they are given', () => {
    const settings = (fork_url: string) => ({
      repositories: { app: { url: 'https://git.example.com/a', fork_url, default_branch: 'main' } },
    });
    expect(GitSettings.safeParse(settings('https://git.example.com/b')).success).toBe(true);
    expect(GitSettings.safeParse(settings('https://other.example.com/b')).success).toBe(false);
  });

  it('are refused in the settings', () => {
    const bad = { repositories: { app: { url: 'ext::sh', default_branch: 'main' } } };
    expect(GitSettings.safeParse(bad).error?.issues[0]?.message).toContain('https');
    const branch = { repositories: { app: { url: 'https://x.example.com/a', default_branch: '--x' } } };
    expect(GitSettings.safeParse(branch).success).toBe(false);
    const name = { repositories: { '../app': { url: 'https://x.example.com/a', default_branch: 'm' } } };
    expect(GitSettings.safeParse(name).success).toBe(false);
  });
});
