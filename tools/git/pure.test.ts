import { describe, expect, it } from 'vitest';
import { freeBranchName, nextBranchVersion, versionSuffix } from './branch-version.ts';
import { commitTitle, keyOf, withKey } from './commit-message.ts';
import { conflictSections, conflictsInStatus, howOfStages } from './conflicts.ts';
import { fits } from './glob.ts';
import { isJiraKey, jiraKeys } from './jira-keys.ts';
import { shaIn } from './sha.ts';
import { slug } from './slug.ts';

const SHA = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678';

describe('Jira keys', () => {
  it.each([
    ['W-P01 Working on AAP-12345 today', ['AAP-12345']],
    ['W-P01 Fix for JIRA-999', ['JIRA-999']],
    ['W-P01 No issue key here', []],
    ['', []],
    ['W-P02 AAP-111, AAP-222 and AAP-333, again AAP-111', ['AAP-111', 'AAP-222', 'AAP-333']],
    ['CVE-2026-12345 is no issue', []],
    ['UTF-8, SHA-256 and x-AAP-1', []],
    ['lower aap-1, AAP-0, AAP-1x', []],
    ['(AAP-7): [OPS_2-8]', ['AAP-7', 'OPS_2-8']],
  ])('in %j', (text, keys) => {
    expect(jiraKeys(text.replace(/^W-P\d+ /, ''))).toEqual(keys);
  });

  it.each(['AAP-12345', 'JIRA-1', 'AB-999'])('W-P03 %s is one', (text) => {
    expect(isJiraKey(text)).toBe(true);
  });

  it.each(['', 'not-a-key', '123-ABC', 'AAP12345', ' AAP-1', 'AAP-1 AAP-2'])('W-P03 %j is none', (text) => {
    expect(isJiraKey(text)).toBe(false);
  });
});

it.each([
  ['Hello World', undefined, 'hello-world'],
  ['AAP-12345: Fix Bug', undefined, 'aap-12345-fix-bug'],
  ['A very long title that goes on and on', 20, 'a-very-long-title-th'],
  ['cut right at dash', 8, 'cut-righ'],
  ['abc def', 4, 'abc'],
  ['', undefined, ''],
  ['--- !! ---', undefined, ''],
  ['Überraschung', undefined, 'uberraschung'],
])('W-P06 slug of %j', (text, max, expected) => {
  expect(slug(text, max)).toBe(expected);
});

it.each([
  [`deploy ${SHA} now`, SHA],
  [`(${SHA.toUpperCase()})`, SHA],
  ['short123', undefined],
  [`${SHA}0`, undefined],
])('W-P07 the commit id in %j', (text, expected) => {
  expect(shaIn(text)).toBe(expected);
});

it.each([
  ['branch-name-v3', 3],
  ['release-v10', 10],
  ['branch-name', undefined],
  ['', undefined],
  ['v3', undefined],
])('W-P09 version suffix of %j', (branch, expected) => {
  expect(versionSuffix(branch)).toBe(expected);
});

describe('the next version of a branch', () => {
  it.each([
    [[], 2],
    [['my-branch'], 2],
    [['my-branch-v1', 'my-branch-v3'], 4],
    [['my-branch-v9', 'my-branch-v10'], 11],
    [['my-branch-2-v7'], 2],
  ])('W-P10 beside %j', (branches, expected) => {
    expect(nextBranchVersion(branches, 'my-branch')).toBe(expected);
  });

  it.each([
    [[], 'rel'],
    [['rel'], 'rel-v2'],
    [['rel', 'rel-v2'], 'rel-v3'],
    [['rel-v1'], 'rel-v2'],
    [['rel-v4'], 'rel-v5'],
    [['relay', 'rel-2-v7'], 'rel'],
  ])('W-R18 beside %j it is %s', (branches, expected) => {
    expect(freeBranchName(branches, 'rel')).toBe(expected);
  });
});

describe('commit messages', () => {
  it.each([
    [
      { key: 'AAP-123', type: 'feat', scope: 'api', description: 'Add caching' },
      'AAP-123 - feat(api): Add caching',
    ],
    [{ key: 'AAP-123', type: 'feat', description: 'Add caching' }, 'AAP-123 - feat: Add caching'],
    [{ description: 'Add caching' }, 'Add caching'],
  ])('W-P12 %j', (parts, expected) => {
    expect(commitTitle(parts)).toBe(expected);
  });

  it('W-P12 refuses a type that is none', () => {
    expect(() => commitTitle({ type: 'bogus', description: 'x' })).toThrow('"bogus" is no type');
  });

  it('carry a key that is found again in the last paragraph alone', () => {
    const message = withKey('title\r\n\r\nbody\n\n', 'release:1.2');
    expect(message).toBe('title\n\nbody\n\nSluice-Key: release:1.2\n');
    expect(keyOf(message)).toBe('release:1.2');
    expect(keyOf('title\n\nSluice-Key: a\n\nmore')).toBeUndefined();
    expect(keyOf('Sluice-Key')).toBeUndefined();
  });

  it('cannot bring a key of their own', () => {
    expect(() => withKey('title\n\nsluice-key: forged', 'k')).toThrow('Sluice-Key');
  });
});

describe('conflicts', () => {
  it('W-P13 in porcelain', () => {
    expect(conflictsInStatus('UU file1.py\nAA file2.py\nM  other\n?? new\n')).toEqual([
      { path: 'file1.py', how: 'both modified' },
      { path: 'file2.py', how: 'both added' },
    ]);
    expect(conflictsInStatus('DU a b\0UD c\0')).toEqual([
      { path: 'a b', how: 'deleted by us' },
      { path: 'c', how: 'deleted by them' },
    ]);
  });

  it.each([
    [[1, 2, 3], 'both modified'],
    [[3, 2], 'both added'],
    [[1, 2], 'deleted by them'],
    [[1, 3], 'deleted by us'],
  ])('W-P13 from stages %j', (stages, how) => {
    expect(howOfStages(new Set(stages))).toBe(how);
  });

  it('W-P14 markers split ours from theirs', () => {
    const text =
      'a\n<<<<<<< HEAD\nours 1\nours 2\n=======\ntheirs\n>>>>>>> branch\nb\n<<<<<<< x\n||||||| base\nold\n=======\n>>>>>>> y\n';
    expect(conflictSections(text)).toEqual([
      { line: 2, ours: 'ours 1\nours 2\n', theirs: 'theirs\n' },
      { line: 9, ours: '', theirs: '' },
    ]);
  });

  it('W-P14 what only looks like markers is text', () => {
    expect(conflictSections('<<<<<<<< eight\n=======\n>>>>>>> x\n')).toEqual([]);
    expect(conflictSections('<<<<<<< open\nno end\n=======\n')).toEqual([]);
    expect(conflictSections('heading\n=======\n')).toEqual([]);
  });
});

describe('patterns', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'main2', false],
    ['release-*', 'release-1.2', true],
    ['release-*', 'release-1/x', false],
    ['release-**', 'release-1/x', true],
    ['**', 'a/b/c', true],
    ['data/**/saas*.yml', 'data/saas.yml', true],
    ['data/**/saas*.yml', 'data/a/b/saas-x.yml', true],
    ['data/**/saas*.yml', 'data/a/xsaas.yml', false],
    ['**/x.yml', 'x.yml', true],
    ['**/x.yml', 'ax.yml', false],
    ['v1.?', 'v1.2', true],
    ['v1.?', 'v1.22', false],
    ['v1.2', 'v1x2', false],
    ['a+b(c)', 'a+b(c)', true],
  ])('%s %s %s', (pattern, path, expected) => {
    expect(fits(pattern, path)).toBe(expected);
  });

  it('take no longer for being evil', () => {
    const began = performance.now();
    expect(fits(`${'*a'.repeat(60)}b`, 'a'.repeat(2_000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
