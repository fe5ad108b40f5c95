import { describe, expect, test } from 'vitest';
import {
  addIssue,
  blockerOf,
  generalBlockers,
  issuesOf,
  type NewIssue,
  resolveIssue,
} from '../../tools/oar/statebox/issues.ts';
import { AT, memoryBox } from './statebox-box.ts';

const LATER = '2026-06-26T08:00:00Z';
const add = (issue: string, rest: Partial<NewIssue> = {}) =>
  addIssue({ issue, blocker: true, related_tasks: [], ...rest }, AT);
const resolve = (issue: string) => resolveIssue(issue, 'done, says jdoe@example.com', LATER);

function boxWith(...issues: ReturnType<typeof add>[]) {
  const box = memoryBox();
  for (const issue of issues) box.apply(issue);
  return box;
}

describe('adding', () => {
  test('Z-S8 the same text is one issue, whatever its case', () => {
    const box = boxWith(add('Duplicate bug'));
    expect(box.apply(add(' duplicate BUG '))).toBe(false);
    expect(box.box.issues).toEqual([
      {
        issue: 'Duplicate bug',
        reported_at: AT,
        resolved: false,
        resolution: null,
        blocker: true,
        related_tasks: [],
        resolved_at: null,
      },
    ]);
  });

  test('Z-S8 two blockers of the whole release are both kept', () => {
    expect(boxWith(add('one'), add('two')).box.issues).toHaveLength(2);
  });

  test('Z-S8 a second blocker of a task is refused, the same one is answered', () => {
    const about = { related_tasks: ['stage-testing'] };
    const box = boxWith(add('first', about));
    expect(() => box.apply(add('second', about))).toThrow(/already has unresolved blocker: first/);
    expect(box.apply(add('First', about))).toBe(false);
    expect(box.apply(add('second', { ...about, blocker: false }))).toBe(true);
  });

  test.each(['', '  \n', 'x'.repeat(1001)])('Z-S11 an issue of %#', (text) => {
    expect(() => add(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  test('Z-S11 a thousand characters are fine, counted as people count', () => {
    expect(boxWith(add('😀'.repeat(1000))).box.issues[0]?.issue).toBe('😀'.repeat(1000));
  });

  test('Z-S13 what was resolved can be filed again', () => {
    const box = boxWith(add('X'));
    box.apply(resolve('X'));
    expect(box.apply(add('X'))).toBe(true);
    expect(box.box.issues.map(({ resolved }) => resolved)).toEqual([true, false]);
  });

  test('Z-S14 issues and resolutions are masked too', () => {
    const box = boxWith(add('Contact secalert@example.com with password=abc'));
    box.apply(resolve('contact'));
    expect(box.box.issues).toMatchObject([
      {
        issue: 'Contact [EMAIL_REDACTED] with password=[REDACTED]',
        resolution: 'done, says [EMAIL_REDACTED]',
      },
    ]);
    expect(box.apply(resolve('Contact secalert@example.com with password=abc'))).toBe(false);
  });
});

describe('resolving', () => {
  const box = () =>
    boxWith(
      add('A critical bug in the installer'),
      add('CVE-2024-1 is open'),
      add('CVE-2024-2 is open'),
      add('CVE-2024-1 is open, and more'),
    );

  test('Z-S9 by its whole text, though it is part of another', () => {
    const one = box();
    one.apply(resolve('cve-2024-1 IS open'));
    expect(one.box.issues.filter(({ resolved }) => resolved)).toMatchObject([
      { issue: 'CVE-2024-1 is open', resolved_at: LATER },
    ]);
  });

  test('Z-S9 by words that stand in one of them', () => {
    const one = box();
    one.apply(resolve('critical bug'));
    expect(one.box.issues[0]).toMatchObject({ resolved: true });
    expect(one.apply(resolve('critical bug'))).toBe(false);
  });

  test('Z-S9 unknown: says what is open', () => {
    expect(() => box().apply(resolve('nothing'))).toThrow(
      expect.objectContaining({ code: 'not_found', message: expect.stringContaining('Issue not found') }),
    );
  });

  test('Z-S9 ambiguous: lists them and asks to be more specific', () => {
    const thrown = () => box().apply(resolve('CVE-2024'));
    expect(thrown).toThrow(/CVE-2024-1 is open".*CVE-2024-2 is open/);
    expect(thrown).toThrow(expect.objectContaining({ remedy: expect.stringContaining('more specific') }));
  });
});

describe('listing', () => {
  const box = boxWith(
    add('b1', { related_tasks: ['stage-testing'] }),
    add('n2', { related_tasks: ['image-signed-check'], blocker: false }),
    add('b3', { related_tasks: ['take-ownership'] }),
  );
  box.apply(resolve('b3'));
  const count = (filter: { unresolved_only?: boolean; blockers_only?: boolean; task?: string }) =>
    issuesOf(box.box, { unresolved_only: false, blockers_only: false, ...filter }).length;

  test('Z-S10 filters', () => {
    expect(count({})).toBe(3);
    expect(count({ unresolved_only: true })).toBe(2);
    expect(count({ blockers_only: true })).toBe(2);
    expect(count({ task: 'stage-testing' })).toBe(1);
    expect(count({ unresolved_only: true, blockers_only: true })).toBe(1);
    expect(count({ task: 'general' })).toBe(0);
  });

  test('Z-S10 only an open blocker of a task blocks it', () => {
    expect(blockerOf(box.box, 'stage-testing')?.issue).toBe('b1');
    expect(blockerOf(box.box, 'image-signed-check')).toBeUndefined();
    expect(blockerOf(box.box, 'take-ownership')).toBeUndefined();
    expect(
      generalBlockers(boxWith(add('all'), add('one', { related_tasks: ['drop-bugs'] })).box),
    ).toMatchObject([{ issue: 'all' }]);
  });
});
