import { expect, it } from 'vitest';
import { capped, linesOf, type StepLog } from './step-log.ts';

it('a log is shown as a person saw it', () => {
  const text = [
    '\u001b[1;31merror:\u001b[0m no space left',
    'Copying blob 10%\rCopying blob 60%\rCopying blob done',
    'windows line\r',
    'zero\u200bwidth and \u202eturned',
    '\u001b]0;title\u0007after the title',
    '',
    '',
  ].join('\n');
  expect(linesOf(text)).toEqual([
    'error: no space left',
    'Copying blob done',
    'windows line',
    'zerowidth and turned',
    'after the title',
  ]);
});

it('promise 43: a key that stands on many lines is masked as a whole', () => {
  const key = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEabc', 'def', '-----END RSA PRIVATE KEY-----'];
  expect(linesOf(['start', ...key, 'end'].join('\n'))).toEqual(['start', '[REDACTED]', 'end']);
});

it('one endless line is cut', () => {
  const [line = ''] = linesOf('x'.repeat(5_000));
  expect(line.length).toBeLessThan(1_100);
  expect(line).toContain('more characters');
});

const log = (step: string, ...lines: string[]): StepLog => ({
  task: 'build',
  step,
  pod: 'p',
  lines,
  truncated: false,
  source: 'cluster',
});

it('what is cut is the beginning: of a log, and of several logs the earlier ones', () => {
  const logs = capped([log('a', 'aaaa', 'bbbb'), log('b', 'cccc', 'dddd')], 15);
  expect(logs.map(({ lines, truncated }) => [lines, truncated])).toEqual([
    [['bbbb'], true],
    [['cccc', 'dddd'], false],
  ]);
  expect(capped([log('a', 'aaaa')], 5)).toMatchObject([{ lines: ['aaaa'], truncated: false }]);
  expect(capped([log('a', 'aaaa'), log('b', 'x'.repeat(30))], 15)).toMatchObject([
    { lines: [], truncated: true },
    { lines: [], truncated: true },
  ]);
});

it('room is counted in bytes', () => {
  expect(capped([log('a', 'äöü', 'ßßß')], 9)).toMatchObject([{ lines: ['ßßß'] }]);
});
