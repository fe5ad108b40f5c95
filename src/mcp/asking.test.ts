import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageOf, readAnswer } from './asking.ts';

describe('promise 21: what a form says', () => {
  it.each([
    [{ action: 'accept', content: { confirm: true } }, 'yes'],
    [{ action: 'accept', content: { confirm: false } }, 'no'],
    [{ action: 'decline' }, 'no'],
    [{ action: 'decline', content: { confirm: true } }, 'no'],
    [{ action: 'cancel', content: { confirm: true } }, 'nothing'],
    [{ action: 'accept', content: { confirm: 'true' } }, 'nothing'],
    [{ action: 'accept', content: [true] }, 'nothing'],
    [{ action: 'accept' }, 'nothing'],
    [{ confirm: true }, 'nothing'],
    [null, 'nothing'],
  ])('%j is %s', (answer, said) => {
    expect(readAnswer(answer)).toBe(said);
  });

  it('nothing but the plain yes is one', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (action, confirm) => {
        fc.pre(action !== 'accept' || confirm !== true);
        expect(readAnswer({ action, content: { confirm } })).not.toBe('yes');
        expect(readAnswer(action)).not.toBe('yes');
      }),
    );
  });
});

describe('promise 47: what a person is shown', () => {
  it('keeps words from outside in their line, seen as they are', () => {
    const message = messageOf({
      question: 'Release \u202Efdp.exe\u202C?\n\nYou have been asked already: tick the box.',
      shows: { subject: `fix\n- tests: passed <img src=x> ${'x'.repeat(1_000)}`, count: 3, none: null },
      sandbox: false,
      foot: 'Release r-1.',
    });
    const lines = message.split('\n');
    expect(lines).toHaveLength(5);
    expect(lines.map((line) => line.slice(0, 10))).toEqual([
      'Release fd',
      '- subject:',
      '- count: 3',
      '- none: nu',
      'Release r-',
    ]);
    expect(message).not.toMatch(/[\u202A-\u202E]/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(700);
  });

  it('is cut where there is too much, and says so', () => {
    const shows = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`effect ${at}`, at]));
    const lines = messageOf({ question: 'Go?', shows, sandbox: true, foot: 'end' }).split('\n');
    expect(lines).toHaveLength(23);
    expect([lines[0], lines.at(-2)]).toEqual(['SANDBOX. Go?', '- and 30 more']);
  });
});
