import { describe, expect, it } from 'vitest';
import { NEW, OLD, OTHER } from '../testing/files.ts';
import { builtFrom, pullSpec } from './image.ts';
import { compareLive, type LiveRule } from './live.ts';

const REPOSITORY = 'registry.example.com:5000/demo/app';
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const rule: LiveRule = {
  image: REPOSITORY,
  hashLength: 7,
  channelInTag: false,
  digests: {},
  rolloutsRunning: false,
};
const running = (...images: string[]) =>
  images.map((image, index) => ({ name: `app-${index}`, namespace: 'demo-prod', image }));
const tagged = (tag: string) => `${REPOSITORY}:${tag}`;
const state = (declared: string, images: string[], change: Partial<LiveRule> = {}) =>
  compareLive(declared, running(...images), { ...rule, ...change }).state;

describe('a pull spec', () => {
  it.each([
    ['quay.io/org/name:tag', 'quay.io/org/name', 'tag', undefined],
    [`quay.io/org/name@${DIGEST}`, 'quay.io/org/name', undefined, DIGEST],
    [`host:5000/name:tag@${DIGEST}`, 'host:5000/name', 'tag', DIGEST],
    ['host:5000/name', 'host:5000/name', undefined, undefined],
  ])('%s is taken apart', (image, repository, tag, digest) => {
    expect(pullSpec(image)).toEqual({ repository, tag, digest });
  });

  it.each([
    ['a tag that is no commit', tagged('latest'), 'not the beginning'],
    ['a tag shorter than the rule', tagged(OLD.slice(0, 6)), 'not the beginning'],
    ['no tag', REPOSITORY, 'no tag'],
    ['a digest nobody knows', `${REPOSITORY}@${DIGEST}`, 'no tag is known'],
  ])('says nothing of the commit: %s', (_, image, why) => {
    expect(builtFrom(image, rule)).toEqual({ why: expect.stringContaining(why) });
  });

  it('says nothing where one digest has tags of two commits', () => {
    const digests = { [OLD.slice(0, 7)]: DIGEST, [NEW.slice(0, 7)]: DIGEST };
    expect(builtFrom(`${REPOSITORY}@${DIGEST}`, { ...rule, digests })).toHaveProperty('why');
    const same = { [OLD.slice(0, 7)]: DIGEST, [OLD]: DIGEST, latest: DIGEST };
    expect(builtFrom(`${REPOSITORY}@${DIGEST}`, { ...rule, digests: same })).toEqual({ sha: OLD });
  });
});

describe('declared and live', () => {
  it('W-A03 are in sync by the first characters of the commit', () => {
    expect(state(OLD, [tagged(OLD.slice(0, 7))])).toBe('in_sync');
    expect(state(OLD, [tagged(OLD), tagged(OLD.slice(0, 12))])).toBe('in_sync');
    expect(state(OLD, [tagged(OLD.slice(0, 7))], { hashLength: 8 })).toBe('unknown');
    expect(state(OLD, [tagged(OLD.slice(0, 7))], { hashLength: undefined })).toBe('in_sync');
  });

  it('are in sync by a digest whose tag is known, and with the channel in the tag', () => {
    const digests = { [OLD.slice(0, 7)]: DIGEST };
    expect(state(OLD, [`${REPOSITORY}@${DIGEST}`], { digests })).toBe('in_sync');
    expect(state(NEW, [`${REPOSITORY}@${DIGEST}`], { digests })).toBe('drift');
    expect(state(OLD, [tagged(`some-channel-${OLD.slice(0, 7)}`)], { channelInTag: true })).toBe('in_sync');
    expect(state(OLD, [tagged(`some-channel-${OLD.slice(0, 7)}`)])).toBe('unknown');
  });

  it.each([
    [true, 'rolling_out'],
    [false, 'drift'],
    [undefined, 'differs'],
  ])('W-A04 that differ while a rollout runs (%s) are %s', (rolloutsRunning, expected) => {
    expect(state(NEW, [tagged(OLD.slice(0, 7))], { rolloutsRunning })).toBe(expected);
    expect(state(NEW, [tagged(NEW.slice(0, 7)), tagged(OLD.slice(0, 7))], { rolloutsRunning })).toBe(
      expected,
    );
  });

  it('W-A01 tell which commit runs where the target follows a branch', () => {
    const live = compareLive('main', running(tagged(OLD.slice(0, 7)), tagged(OLD)), rule);
    expect(live).toMatchObject({ state: 'follows_branch', sha: OLD });
    expect(state('main', [tagged(OLD.slice(0, 7)), tagged(NEW.slice(0, 7))])).toBe('unknown');
    expect(state('main', [tagged(OLD.slice(0, 7))], { rolloutsRunning: true })).toBe('rolling_out');
  });

  it('are never in sync where it cannot be told', () => {
    expect(state(OLD, [])).toBe('nothing_live');
    expect(state(OLD, ['quay.io/other/app:1234567'])).toBe('nothing_live');
    expect(state(OLD, [tagged('latest')])).toBe('unknown');
    expect(state(OLD, [tagged(OLD.slice(0, 7)), tagged('latest')])).toBe('unknown');
    expect(state('main', [tagged('latest')])).toBe('unknown');
  });

  it('judge our image alone, and all where none is named', () => {
    const sidecar = `quay.io/other/proxy:${OTHER.slice(0, 7)}`;
    expect(state(OLD, [tagged(OLD.slice(0, 7)), sidecar])).toBe('in_sync');
    expect(state(OLD, [tagged(OLD.slice(0, 7)), sidecar], { image: undefined })).toBe('drift');
    expect(state(OLD, [`${REPOSITORY}-extra:${OTHER.slice(0, 7)}`])).toBe('nothing_live');
  });
});
