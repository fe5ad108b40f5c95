import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { updateTask } from '../../tools/oar/statebox/update-task.ts';
import { parseStateBox, type StateBox } from '../../tools/oar/statebox.ts';
import { corpusText, needsCorpus, noCorpus } from '../../tools/oar/testing/corpus.ts';
import { memoryBox } from './statebox-box.ts';

const Commit = z.object({
  committed_at: z.string(),
  task_changes: z
    .array(
      z.object({
        task: z.string(),
        from: z.string().nullable(),
        to: z.string(),
        started_at: z.string().nullable(),
        completed_at: z.string().nullable(),
        result: z.string().nullable(),
      }),
    )
    .default([]),
});
type TaskChange = z.infer<typeof Commit>['task_changes'][number];

/** Opened again by a person, as the recorded result says in words. The rest reopened by itself. */
const ON_PURPOSE = [/Need to re-run entire task/, /Waiting for jobs to complete/, /Waiting for re-run jobs/];

function changesOf(release: string): TaskChange[] {
  return corpusText(`history/${release}.jsonl`)
    .trim()
    .split('\n')
    .flatMap((line) => Commit.parse(JSON.parse(line)).task_changes);
}

/** The log as it was, by its first and last moment: the recorded ones are cut at their beginning. */
function logOf({ started_at, completed_at, result, to }: TaskChange, n: number): string {
  const first = `${to === 'In Progress' ? started_at : (started_at ?? completed_at)}: INFO: begun`;
  const words = (result ?? '').replace(/\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})/g, '(time)');
  const last = completed_at === null ? [] : [`${completed_at}: INFO: ended (${n})`];
  return [first, words, ...last].join('\n');
}

function replay(release: string, reasonFor: (change: TaskChange) => string | undefined) {
  const box = memoryBox();
  const refused: string[] = [];
  changesOf(release).forEach((change, n) => {
    const update = {
      task: change.task,
      status: change.to,
      result: logOf(change, n),
      reason: reasonFor(change),
    };
    try {
      box.apply(updateTask(update, 'replay', '2000-01-01T00:00:00Z'));
    } catch (error) {
      refused.push(`${change.task} ${change.from} -> ${change.to}`);
      if (!String(error).includes('it stays so')) throw error;
    }
  });
  return { box: box.box, refused };
}

const shape = (box: StateBox) =>
  Object.fromEntries(
    box.tasks.map(({ name, status, started_at, completed_at }) => [
      name,
      { status, started_at, completed_at },
    ]),
  );
const recorded = (release: string) =>
  shape(parseStateBox(release, corpusText(`statebox/${release}.yaml`), release));

const RELEASES = ['4.12.89', '4.17.49', '4.20.10', '4.22.3'];

describe('recorded lifecycles', () => {
  test.skipIf(noCorpus).each(RELEASES)(
    `Z-S17 %s, every change as somebody's will ${needsCorpus}`,
    (release) => {
      const { box, refused } = replay(release, () => 'as recorded');
      expect(shape(box)).toEqual(recorded(release));
      expect(refused).toEqual([]);
    },
  );

  test.skipIf(noCorpus).each([
    ['4.12.89', []],
    ['4.17.49', []],
    ['4.22.3', ['image-consistency-check Pass -> In Progress']],
  ])(`Z-S17 %s, without what nobody wanted: the same end ${needsCorpus}`, (release, lost) => {
    const { box, refused } = replay(release, ({ result }) =>
      ON_PURPOSE.some((words) => words.test(result ?? '')) ? 'run again on purpose' : undefined,
    );
    expect(refused).toEqual(lost);
    expect(shape(box)).toEqual(recorded(release));
  });

  test.skipIf(noCorpus)(`Z-S16 4.20.10: the late timeout does not undo the Pass ${needsCorpus}`, () => {
    const { box, refused } = replay('4.20.10', () => undefined);
    expect(refused).toEqual(['change-advisory-status Pass -> Fail']);
    expect(shape(box)).toEqual({
      ...recorded('4.20.10'),
      'change-advisory-status': {
        status: 'Pass',
        started_at: '2026-01-12T21:42:48Z',
        completed_at: '2026-01-14T00:00:00Z',
      },
    });
  });

  test.skipIf(noCorpus)(`Z-S15 none of the recorded regressions happens again ${needsCorpus}`, () => {
    const Regressions = z.array(z.object({ task: z.string(), from: z.literal('Pass'), to: z.string() }));
    const all = Regressions.parse(JSON.parse(corpusText('history/pass-regressions.json')));
    expect(all.length).toBeGreaterThan(5);
    for (const { task, to } of all) {
      const box = memoryBox();
      box.apply(updateTask({ task, status: 'Pass', result: 'done' }, 'lead', '2026-01-01T00:00:00Z'));
      const before = box.text;
      const again = updateTask(
        { task, status: to, result: 'already passed, skipping' },
        'x',
        '2026-01-02T00:00:00Z',
      );
      expect(() => box.apply(again)).toThrow(/it stays so/);
      expect(box.text).toBe(before);
    }
  });
});
