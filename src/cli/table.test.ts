import { describe, expect, it } from 'vitest';
import { readable } from './table.ts';

describe('an answer for a person', () => {
  it('has the summary first, lists as tables, and the next step last', () => {
    const text = readable({
      next: 'Look at run-2.',
      summary: '1 of 2 builds failed.',
      total: 2,
      truncated: false,
      empty: [],
      nothing: null,
      builds: [
        { run: 'run-1', state: 'succeeded', took: '4m' },
        { run: 'run-2', state: 'failed', reason: 'a | b' },
      ],
    });
    expect(text).toBe(
      [
        '1 of 2 builds failed.',
        '',
        '- total: 2',
        '- truncated: no',
        '',
        '## builds',
        '',
        '| run   | state     | took | reason |',
        '|-------|-----------|------|--------|',
        '| run-1 | succeeded | 4m   |        |',
        '| run-2 | failed    |      | a \\| b |',
        '',
        'Next: Look at run-2.',
      ].join('\n'),
    );
  });

  it('says once what is the same in every row, and leaves out seconds that stand there in words', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const text = readable({
      builds: [
        { type: 'build', run: 'one', duration_s: 60, duration: '1m', digest },
        { type: 'build', run: 'two', duration_s: 90, duration: '1m 30s', message: 'x'.repeat(80) },
      ],
    });
    expect(text).toContain('Each: type build\n\n| run | duration | digest ');
    expect(text).toContain(digest);
    expect(text).toContain(`${'x'.repeat(55)}… |`);
  });

  it('shows what is nested under its name, and keeps lines of a value on one line', () => {
    expect(readable({ image: { digest: 'sha256:1', tags: ['a', 'b'], platforms: [{ os: 'linux' }] } })).toBe(
      '## image\n\n- digest: sha256:1\n- tags: a, b\n\n### platforms\n\n| os    |\n|-------|\n| linux |',
    );
    expect(readable({ log: 'one\ntwo' })).toBe('- log: one two');
  });
});
