import { describe, expect, test } from 'vitest';
import { mask } from '../../tools/oar/statebox/mask.ts';
import { mergeMetadata } from '../../tools/oar/statebox/merge-metadata.ts';
import { stampsIn } from '../../tools/oar/statebox/times.ts';
import { type TaskUpdate, updateTask } from '../../tools/oar/statebox/update-task.ts';
import { AT, memoryBox } from './statebox-box.ts';

const LATER = '2026-06-26T08:00:00Z';
const update = (wanted: TaskUpdate, at = AT) => updateTask(wanted, 'lead', at);
const RUN = 'bef9b82c-0064-4017-a497-afdca27ffe67';

describe('tasks', () => {
  test.each([
    ['unsupported-task', 'Pass', /Unsupported task name/],
    ['stage-testing', 'InvalidStatus', /Invalid task status/],
    ['x'.repeat(201), 'Pass', /longer than 200/],
    [' ', 'Pass', /blank/],
    ['stage-testing', 'Not Started', /without a reason/],
  ])('Z-S3 %s to %s is refused', (task, status, message) => {
    expect(() => update({ task, status })).toThrow(message);
  });

  test('Z-S4 In Progress, then Pass: one entry with both times', () => {
    const box = memoryBox();
    box.apply(update({ task: 'stage-testing', status: 'In Progress', result: 'Task started' }));
    expect(box.task('stage-testing')).toEqual([
      {
        name: 'stage-testing',
        status: 'In Progress',
        started_at: AT,
        completed_at: null,
        result: 'Task started',
      },
    ]);
    box.apply(update({ task: 'stage-testing', status: 'Pass' }, LATER));
    expect(box.task('stage-testing')).toMatchObject([
      { status: 'Pass', started_at: AT, completed_at: LATER },
    ]);
  });

  test('Z-S5 a direct Pass takes both times from its log', () => {
    const box = memoryBox();
    const result =
      '2025-11-27T21:54:22Z: INFO: begun\n2025-11-27T21:55:00Z: INFO\n2025-11-27T21:56:00Z: INFO: done';
    box.apply(update({ task: 'take-ownership', status: 'Pass', result }));
    expect(box.task('take-ownership')).toMatchObject([
      { started_at: '2025-11-27T21:54:22Z', completed_at: '2025-11-27T21:56:00Z', result },
    ]);
  });

  test.each([
    ['2025-11-27T21:54:22Z', '2025-11-27T21:54:22Z'],
    ['2025-11-27T21:54:22.123456Z', '2025-11-27T21:54:22.123456Z'],
    ['2025-11-27T21:54:22+00:00', '2025-11-27T21:54:22+00:00'],
    ['2025-11-27T21:54:22-05:00', '2025-11-27T21:54:22-05:00'],
    ['2025-11-27T21:54:22.1Z', '2025-11-27T21:54:22.1Z'],
    ['at last 2025-11-27T21:54:22Z it ended', '2025-11-27T21:54:22Z'],
    ['2025-11-27T21:54:22', undefined],
    ['2025-11-27 21:54:22Z', undefined],
    ['', undefined],
    [null, undefined],
  ])('Z-S6 the time in %j', (text, stamp) => {
    expect(stampsIn(text)?.first).toBe(stamp);
  });

  test('Z-S6 first and last differ', () => {
    expect(stampsIn('2025-11-27T21:54:22Z a\n2025-11-27T22:00:00.5Z b')).toEqual({
      first: '2025-11-27T21:54:22Z',
      last: '2025-11-27T22:00:00.5Z',
    });
  });

  test('Z-S7 metadata is merged by kind, and replaced where it is one value', () => {
    const box = memoryBox();
    box.apply(
      mergeMetadata({ advisory_ids: { rhcos: 222, microshift: 333 }, candidate_builds: { s390x: 'b' } }),
    );
    box.apply(mergeMetadata({ jira_ticket: 'ART-1', shipment_mr: null }));
    expect(box.box.metadata).toMatchObject({
      jira_ticket: 'ART-1',
      advisory_ids: { rpm: 169025, rhcos: 222, microshift: 333 },
      candidate_builds: { x86_64: '4.20.0-0.nightly-2026-06-24-204339', s390x: 'b' },
      shipment_mr: expect.stringMatching(/609$/),
    });
    expect(box.apply(mergeMetadata({ jira_ticket: 'ART-1', advisory_ids: { microshift: 333 } }))).toBe(false);
  });

  test('Z-S7 metadata into an empty map', () => {
    const box = memoryBox(memoryBox().text.replace(/candidate_builds:\n.*\n/, 'candidate_builds: {}\n'));
    box.apply(mergeMetadata({ candidate_builds: { x86_64: 'a' } }));
    expect(box.text).toContain('  candidate_builds:\n    x86_64: a\n');
  });
});

describe('what is never written', () => {
  test('Z-S15 what has passed stays so', () => {
    const box = memoryBox();
    const passed = { task: 'image-consistency-check', status: 'Pass', result: `${AT}: INFO: done` };
    box.apply(update(passed));
    const before = box.text;
    const skipped = 'Image consistency check already passed, skipping';
    expect(() => box.apply(update({ ...passed, status: 'In Progress', result: skipped }))).toThrow(
      /it stays so/,
    );
    expect(box.apply(update(passed, LATER))).toBe(false);
    expect(box.apply(update({ task: passed.task, status: 'Pass' }, LATER))).toBe(false);
    expect(box.text).toBe(before);
  });

  test('Z-S15 a reason opens it again, and stays with who gave it', () => {
    const box = memoryBox();
    box.apply(update({ task: 'stage-testing', status: 'Pass', result: 'ok' }));
    const again = { task: 'stage-testing', status: 'Not Started', reason: 'the payload was replaced' };
    expect(box.apply(update(again, LATER))).toBe(true);
    expect(box.apply(update(again, LATER))).toBe(false);
    expect(box.task('stage-testing')).toEqual([
      {
        name: 'stage-testing',
        status: 'Not Started',
        started_at: AT,
        completed_at: AT,
        result: `ok\n${LATER}: INFO: set to [Not Started] by lead: the payload was replaced`,
      },
    ]);
  });

  test('Z-S16 the timeout of an older attempt does not undo a Pass', () => {
    const box = memoryBox();
    const task = 'change-advisory-status';
    box.apply(update({ task, status: 'In Progress', result: 'waits for the metadata URL' }));
    box.apply(update({ task, status: 'Pass', result: 'set by hand' }, LATER));
    const late = { task, status: 'Fail', result: 'not accessible after 2 days' };
    expect(() => box.apply(update(late, '2026-06-27T12:00:00Z'))).toThrow(
      expect.objectContaining({ code: 'conflict', rule: 'statebox.no-regression' }),
    );
    expect(box.task(task)).toMatchObject([{ status: 'Pass', completed_at: LATER, result: 'set by hand' }]);
  });

  test('Z-S16 a late poll of the run that failed does not bring it back; a new run does', () => {
    const box = memoryBox();
    const task = 'image-consistency-check';
    const line = (id: string) => `Triggered image consistency check Prow job: ${id}`;
    box.apply(update({ task, status: 'Fail', result: line(RUN) }));
    expect(() => box.apply(update({ task, status: 'In Progress', result: line(RUN) }))).toThrow(
      /it stays so/,
    );
    expect(box.apply(update({ task, status: 'In Progress', result: line(RUN.replace('b', 'c')) }))).toBe(
      true,
    );
  });

  test('a poll keeps the line that names the job, and says the same when it is repeated', () => {
    const box = memoryBox();
    const task = 'image-consistency-check';
    const named = `Triggered image consistency check Prow job: ${RUN}`;
    box.apply(update({ task, status: 'In Progress', result: `begun\n${named}` }));
    box.apply(update({ task, status: 'In Progress', result: 'still going' }, LATER));
    expect(box.task(task)[0]?.result).toBe(`${named}\nstill going`);
    expect(box.apply(update({ task, status: 'In Progress', result: 'still going' }, LATER))).toBe(false);
  });
});

describe('masking', () => {
  test.each([
    ['mail to jdoe@example.com now', 'mail to [EMAIL_REDACTED] now'],
    ['a@b.io, c.d@e.org', '[EMAIL_REDACTED], [EMAIL_REDACTED]'],
    ['user+tag@mail.example.co.uk', '[EMAIL_REDACTED]'],
    ['one\n  two@x.org\nthree', 'one\n  [EMAIL_REDACTED]\nthree'],
    ['$10 @ store', '$10 @ store'],
    ['', ''],
    [null, null],
    ['ghp_0123456789abcdefghijABCDEFGHIJ012345', '[REDACTED]'],
    ['glpat-abcDEF_123-456789012', '[REDACTED]'],
    ['xoxb-1234-5678-abcdef and xoxp-1-2-3abc', '[REDACTED] and [REDACTED]'],
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [REDACTED]'],
    ['with Bearer eyJhbGciOi12', 'with Bearer [REDACTED]'],
    ['https://user:pa55@host.example/x', 'https://[REDACTED]@host.example/x'],
    ['password=hunter2 ok', 'password=[REDACTED] ok'],
    ['API_TOKEN="a b c", next', 'API_TOKEN=[REDACTED], next'],
    ['the bearer token expired', 'the bearer token expired'],
    ['token expired: see https://host.example/a?b=c', 'token expired: see https://host.example/a?b=c'],
  ])('Z-S14 %j', (text, masked) => {
    expect(mask(text)).toBe(masked);
    expect(mask(mask(text))).toBe(masked);
  });
});
