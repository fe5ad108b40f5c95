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

  it('shows what is nested under its name, and keeps lines of a value on one line', () => {
    expect(readable({ image: { digest: 'sha256:1', tags: ['a', 'b'], platforms: [{ os: 'linux' }] } })).toBe(
      '## image\n\n- digest: sha256:1\n- tags: a, b\n\n### platforms\n\n| os    |\n|-------|\n| linux |',
    );
    expect(readable({ log: 'one\ntwo' })).toBe('- log: one two');
  });
});
