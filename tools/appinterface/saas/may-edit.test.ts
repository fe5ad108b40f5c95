import { describe, expect, it } from 'vitest';
import { DIGITS, EXPONENT, NEW, SHAPES } from '../testing/files.ts';
import { type Locator, locate } from './locate.ts';
import { mayEdit, needPin } from './may-edit.ts';
import { parseSaas } from './parse.ts';
import { looksNumeric, refKind } from './refs.ts';

function judge(text: string, locator: Locator, force = false): string[] {
  const file = parseSaas('saas.yml', text);
  const [target] = locate(file.targets, locator);
  if (target === undefined) throw new Error('no target');
  return mayEdit(file, target, { force });
}

describe('a ref to be written', () => {
  it.each([
    ['12 characters', NEW.slice(0, 12), '12 characters'],
    ['upper case', NEW.toUpperCase(), 'lower case'],
    ['41 characters', `${NEW}0`, '41 characters'],
    ['64 characters', `${NEW}${NEW}`.slice(0, 64), '64 characters'],
    ['a tag', 'v1.2.3', 'no commit'],
    ['a branch', 'main', 'it is a branch'],
    ['nothing', '', 'empty'],
    ['a line more', `${NEW}\n`, 'no commit'],
  ])('W-R04 is refused: %s', (_, ref, why) => {
    expect(() => needPin(ref)).toThrow(why);
  });

  it.each([NEW, DIGITS, EXPONENT])('W-R04 is a commit in full: %s', (ref) => {
    expect(() => needPin(ref)).not.toThrow();
  });

  it.each([
    [DIGITS, true],
    [EXPONENT, true],
    [`0b${'01'.repeat(19)}`, true],
    [NEW, false],
    [`1e2e${DIGITS.slice(4)}`, false],
    [`e${DIGITS.slice(1)}`, false],
    [`${DIGITS.slice(1)}e`, false],
    ['main', false],
  ])('W-R15 %s looks like a number: %s', (ref, numeric) => {
    expect(looksNumeric(ref)).toBe(numeric);
  });

  it('knows the branches that a saas file may follow', () => {
    expect(['master', 'main', 'internal', 'stable', 'develop'].map(refKind)).toEqual([
      'branch',
      'branch',
      'branch',
      'branch',
      'other',
    ]);
  });
});

describe('a target to be changed', () => {
  it('W-R16 may not follow a branch, whatever is forced', () => {
    for (const force of [false, true])
      expect(() => judge(SHAPES, { namespace: 'demo-stage' }, force)).toThrow(/follows the branch main/);
  });

  it('W-R14 may not be promoted automatically, unless forced', () => {
    expect(() => judge(SHAPES, { target: 'prod' })).toThrow(
      /automatically .*subscribed to demo-stage-channel/,
    );
    expect(judge(SHAPES, { target: 'prod' }, true)).toEqual([
      expect.stringContaining('this change is forced'),
      expect.stringContaining('3 days after'),
      expect.stringContaining('schedule * 8-16 * * 1-5'),
    ]);
  });

  it('says that a disabled one is not deployed', () => {
    expect(judge(SHAPES, { target: 'billing' })).toEqual([expect.stringContaining('disabled')]);
  });

  it('may not be one that is deleted, nor of a deprecated file', () => {
    expect(() => judge(SHAPES.replace('disable: true', 'delete: true'), { target: 'billing' }, true)).toThrow(
      'marked delete',
    );
    const deprecated = SHAPES.replace('displayName: Demo', 'displayName: Demo\ndeprecated: true');
    expect(() => judge(deprecated, { target: 'billing' })).toThrow('deprecated');
    expect(judge(deprecated, { target: 'billing' }, true)[0]).toContain('deprecated; this change is forced');
  });

  it('may not hold something else than a commit', () => {
    const branch = SHAPES.replace(/ref: '[0-9a-f]{40}'/, 'ref: feature-x');
    expect(() => judge(branch, { target: 'billing' })).toThrow('"feature-x", which is neither');
  });
});
