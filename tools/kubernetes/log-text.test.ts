import { describe, expect, it } from 'vitest';
import { lastLines, logLines } from './log-text.ts';

describe('log text', () => {
  it.each([
    ['colours', '\u001b[31mred\u001b[0m plain\n', ['red plain']],
    ['a progress bar', '10%\r50%\r100%\nnext\n', ['100%', 'next']],
    ['Windows line ends', 'a\r\nb\r\n', ['a', 'b']],
    ['empty lines at the end', 'a\n\n \n', ['a']],
    ['nothing', '', []],
    ['invisible characters', 'a\u200bb\u202ec\n', ['abc']],
  ])('%s', (_, text, lines) => {
    expect(logLines(text)).toEqual(lines);
  });

  it('hides a private key that stands on many lines', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----';
    expect(logLines(`before\n${key}\nafter`).join('\n')).not.toContain('MIIEvQIBADANBgkqhkiG9w0BAQEFAASC');
  });

  it('keeps the last lines that fit', () => {
    expect(lastLines(['aaaa', 'bbbb', 'cc'], 8)).toEqual(['bbbb', 'cc']);
    expect(lastLines(['aaaa', 'bbbb', 'cc'], 7)).toEqual(['cc']);
    expect(lastLines(['ä'], 2)).toEqual([]);
    expect(lastLines(['a'], 100)).toEqual(['a']);
  });
});
