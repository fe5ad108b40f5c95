import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from './redact.ts';

const SECRET = 'cAnary/7+Zq"x&-9f3b2c1d';

function knowing(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const hex = (text: string) => Buffer.from(text).toString('hex');
const wrapped = (text: string, width: number, by = '\n') =>
  text.match(new RegExp(`.{1,${width}}`, 'gs'))?.join(by) ?? '';
const everyByte = (text: string) => hex(text).replace(/../g, '%$&');

const DISGUISES: Record<string, string> = {
  raw: SECRET,
  'URL-encoded': encodeURIComponent(SECRET),
  'URL-encoded in small letters': encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase()),
  'URL-encoded byte by byte': everyByte(SECRET),
  'URL-encoded byte by byte in capitals': everyByte(SECRET).toUpperCase(),
  'as JSON': JSON.stringify(SECRET),
  'as JSON in JSON': JSON.stringify(JSON.stringify({ token: SECRET })),
  'as JSON with codes': [...SECRET].map((one) => `\\u00${hex(one)}`).join(''),
  'as HTML': SECRET.replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
  'as HTML with numbers': SECRET.replaceAll('&', '&#38;').replaceAll('"', '&#x22;'),
  'as base64': base64(SECRET),
  'as base64 for addresses': Buffer.from(SECRET).toString('base64url'),
  'as base64 behind a user': base64(`bot:${SECRET}`),
  'as base64 behind another user': base64(`robot:${SECRET}`),
  'as base64 behind a third user': base64(`sluice:${SECRET}`),
  'as base64 in the middle': base64(`{"auth":"${SECRET}","more":1}`),
  'as base64, wrapped': wrapped(base64(SECRET), 8),
  'as base64, wrapped with spaces': wrapped(base64(SECRET), 8, '\r\n    '),
  'as base64, wrapped inside of JSON': wrapped(base64(SECRET), 8, '\\n'),
  'as base64, wrapped inside of JSON inside of JSON': wrapped(base64(SECRET), 8, '\\\\n'),
  'as hexadecimal': hex(SECRET),
  'as hexadecimal in capitals': hex(SECRET).toUpperCase(),
  'as hexadecimal in groups': wrapped(hex(SECRET), 4, ' '),
  'over two lines': wrapped(SECRET, 12),
  'over many lines': wrapped(SECRET, 3),
  'over lines of a quoted-printable mail': wrapped(SECRET, 9, '=\r\n'),
  'over lines of a shell': wrapped(SECRET, 9, '\\\n'),
  'URL-encoded over lines': wrapped(encodeURIComponent(SECRET), 7),
};

/** Any four characters in a row of what it looked like. */
const leftOf = (text: string, disguise: string) => {
  const plain = disguise.replace(/\s/g, '');
  for (let at = 0; at + 6 <= plain.length; at += 1)
    if (text.replace(/\s/g, '').includes(plain.slice(at, at + 6))) return plain.slice(at, at + 6);
  return undefined;
};

describe('promise 43: a secret in disguise', () => {
  it.each(Object.entries(DISGUISES))('is removed: %s', (name, disguise) => {
    const text = knowing(SECRET).text(`before <${disguise}> after`);
    expect(text).toMatch(/^before <.*> after$/s);
    expect(text).toContain('[REDACTED]');
    if (!name.includes('behind') && !name.includes('middle') && !name.includes('in JSON'))
      expect(leftOf(text, disguise)).toBeUndefined();
    expect(text).not.toContain(SECRET);
  });

  it('is removed behind any user and before anything, as base64', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (before, after) => {
        const text = knowing(SECRET).text(base64(before + SECRET + after));
        // What is left, decoded, holds no six characters of it.
        const pieces = text
          .split('[REDACTED]')
          .map((piece) => Buffer.from(piece, 'base64').toString('latin1'));
        for (let at = 0; at + 6 <= SECRET.length; at += 1)
          expect(pieces.some((piece) => piece.includes(SECRET.slice(at, at + 6)))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('is removed over the lines of a list, and each line stays one', () => {
    const lines = ['a', `x ${SECRET.slice(0, 9)}`, SECRET.slice(9), 'b'];
    expect(knowing(SECRET).deep({ lines })).toEqual({ lines: ['a', 'x [REDACTED]', '[REDACTED]', 'b'] });
  });

  it('is removed where it is a key', () => {
    const held = knowing(SECRET).deep({ [`the value of ${SECRET}`]: 1 });
    expect(JSON.stringify(held)).not.toContain(SECRET);
  });

  it('is removed where a cut went through it', () => {
    const filling = 'x y '.repeat(60);
    const redactor = knowing(SECRET);
    for (const part of [10, 15, 20]) {
      const cut = `${filling}${SECRET.slice(0, part)}… [77 more characters]`;
      expect(redactor.text(cut)).toBe(`${filling}[REDACTED]… [77 more characters]`);
      expect(redactor.text(`${SECRET.slice(-part)} ${filling}`)).toBe(`[REDACTED] ${filling}`);
    }
  });

  it('is removed from an excerpt where invisible characters stand inside of it, or its end is cut', () => {
    const redactor = knowing(SECRET);
    expect(redactor.excerpt(`a ${SECRET.slice(0, 8)}\u200b${SECRET.slice(8)} b`)).toBe('a [REDACTED] b');
    expect(redactor.excerpt(`${'x'.repeat(190)} ${SECRET}`)).not.toContain(SECRET.slice(0, 6));
  });

  it('is removed when it is one of many, quickly', () => {
    const secrets = Array.from({ length: 20 }, (_, index) => `${SECRET}-${index}-of-many`);
    const redactor = knowing(...secrets);
    const text = `${'a line of a log with %20 and \\n in it\n'.repeat(3_000)}${secrets[7]}\n`;
    const began = performance.now();
    const out = redactor.text(text);
    expect(out).not.toContain(SECRET);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('and what is no secret stays as it is', () => {
    const text = 'a%20b \\n "c" &amp; 10 % of\nit\\\n= d';
    expect(knowing(SECRET).text(text)).toBe(text);
    expect(knowing(SECRET).deep({ a: [text, text], b: [1, null] })).toEqual({
      a: [text, text],
      b: [1, null],
    });
  });
});
