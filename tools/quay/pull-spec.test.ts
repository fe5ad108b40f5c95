import { describe, expect, it } from 'vitest';
import { nearestTags } from './missing-tag.ts';
import { isArtifactTag, parseImage, parsePullSpec, specOf } from './pull-spec.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const COMMIT = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678';

describe('an image', () => {
  it.each([
    ['quay.io/team/app:v1', 'quay.io', 'team/app', 'v1', ''],
    [`quay.io/team/app@${DIGEST}`, 'quay.io', 'team/app', '', DIGEST],
    [`localhost:5000/team/app:v1@${DIGEST}`, 'localhost:5000', 'team/app', 'v1', DIGEST],
    ['localhost/app:v1', 'localhost', 'app', 'v1', ''],
    ['registry:5000/app', 'registry:5000', 'app', '', ''],
    ['team/app', 'default.example', 'team/app', '', ''],
    [`team/group/app:${COMMIT}`, 'default.example', 'team/group/app', COMMIT, ''],
    ['team/app:a1b2c3d', 'default.example', 'team/app', 'a1b2c3d', ''],
  ])('%s', (text, host, repository, tag, digest) => {
    expect(parseImage(text, 'default.example')).toEqual({ host, repository, tag, digest });
  });

  it.each([
    '',
    'app',
    'app:v1',
    'team/',
    '/team/app',
    'team//app',
    'team/../app',
    'team/app:',
    'team/app:v 1',
    'https://quay.io/team/app',
    'team/app@sha256:12',
    'Team/App:v1',
    'team/app:v1:v2',
    'team/app?x=1',
  ])('%j is refused', (text) => {
    expect(() => parseImage(text, 'default.example')).toThrow(/is not an image|names no namespace/);
  });

  it('keeps every part of a repository that is given', () => {
    const { host, repository } = parseImage('a/b/c', 'quay.io');
    expect(`${host}/${repository}`).toBe('quay.io/a/b/c');
    expect(parseImage('my.org/a/b', 'quay.io')).toMatchObject({ host: 'my.org', repository: 'a/b' });
  });

  it('is written again as a pull spec', () => {
    const name = parseImage('quay.io/team/app:v1', 'x');
    expect(specOf(name, 'v1')).toEqual(parsePullSpec('quay.io/team/app:v1'));
    expect(specOf(name, DIGEST)).toEqual(parsePullSpec(`quay.io/team/app@${DIGEST}`));
  });
});

describe('the nearest tags', () => {
  const tags = [COMMIT, 'a1b2c3d', 'v1.2.3', 'v1.2.30', 'latest', `sha256-${'0'.repeat(64)}.sig`];

  it.each([
    ['a1b2c3d4', [COMMIT, 'a1b2c3d']],
    [`${COMMIT}0`, [COMMIT, 'a1b2c3d']],
    ['v1.2', ['v1.2.3', 'v1.2.30']],
    ['lastet', ['latest']],
    ['something-else', []],
  ])('of %s', (wanted, expected) => {
    expect(nearestTags(wanted, tags)).toEqual(expected);
  });

  it('are never those of signatures', () => {
    expect(nearestTags(`sha256-${'0'.repeat(64)}`, tags)).toEqual([]);
    expect(isArtifactTag(`sha256-${'0'.repeat(64)}.att`)).toBe(true);
    expect(isArtifactTag('sha256-0')).toBe(false);
  });
});
