import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanDeep, cleanText, oneLine, TEXT_CAP } from './text.ts';

const invisible: [string, string][] = [
  ['left-to-right mark', '\u200e'],
  ['right-to-left mark', '\u200f'],
  ['Arabic letter mark', '\u061c'],
  ['left-to-right embedding', '\u202a'],
  ['right-to-left override', '\u202e'],
  ['pop directional formatting', '\u202c'],
  ['left-to-right isolate', '\u2066'],
  ['pop directional isolate', '\u2069'],
  ['zero-width space', '\u200b'],
  ['zero-width joiner', '\u200d'],
  ['word joiner', '\u2060'],
  ['byte order mark', '\ufeff'],
  ['soft hyphen', '\u00ad'],
  ['Mongolian vowel separator', '\u180e'],
  ['invisible times', '\u2062'],
  ['interlinear annotation', '\ufff9'],
  ['NUL', '\u0000'],
  ['backspace', '\u0008'],
  ['vertical tab', '\u000b'],
  ['escape', '\u001b'],
  ['delete', '\u007f'],
  ['C1 control', '\u009b'],
  ['tag letter A', '\u{e0041}'],
  ['tag space', '\u{e0020}'],
  ['cancel tag', '\u{e007f}'],
];

describe('promise 47: text from outside', () => {
  it.each(invisible)('loses its %s', (_name, character) => {
    expect(cleanText(`ap${character}prove${character}`)).toBe('approve');
  });

  it('keeps what people read: line ends, tabs, other scripts, emoji', () => {
    const text = 'line one\n\tline two\r\n日本語 العربية עברית Ünïcödé 🚀 →';
    expect(cleanText(text)).toBe(text);
  });

  it('is capped, and says how much is missing', () => {
    expect(cleanText('x'.repeat(TEXT_CAP))).toHaveLength(TEXT_CAP);
    expect(cleanText('x'.repeat(TEXT_CAP + 7))).toBe(`${'x'.repeat(TEXT_CAP)}… [7 more characters]`);
    expect(cleanText('abcdef', 3)).toBe('abc… [3 more characters]');
  });

  it('is clean for any text, and cleaning it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const clean = cleanText(text);
        for (const [, character] of invisible) expect(clean).not.toContain(character);
        expect(cleanText(clean)).toBe(clean);
      }),
    );
  });

  it('is cleaned at every depth, and numbers and keys stay', () => {
    expect(cleanDeep({ a: ['x\u202ey', { b: 'z\u200b', n: 1, t: true, none: null }] })).toEqual({
      a: ['xy', { b: 'z', n: 1, t: true, none: null }],
    });
  });
});

it('puts a cause on one line', () => {
  expect(oneLine('  two\n  lines\t\u202ehere ')).toBe('two lines here');
  expect(oneLine('abcdef', 2)).toBe('ab… [4 more characters]');
});
