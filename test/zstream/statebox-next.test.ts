import { describe, expect, test } from 'vitest';
import { calledOff } from '../../tools/oar/statebox/called-off.ts';
import { addIssue, resolveIssue } from '../../tools/oar/statebox/issues.ts';
import { nextActions } from '../../tools/oar/statebox/next-actions.ts';
import { updateTask } from '../../tools/oar/statebox/update-task.ts';
import { parseStateBox, type StateBox } from '../../tools/oar/statebox.ts';
import { corpusFiles, corpusText, needsCorpus, noCorpus } from '../../tools/oar/testing/corpus.ts';
import { AT, memoryBox } from './statebox-box.ts';

const recorded = (release: string) => parseStateBox(release, corpusText(`statebox/${release}.yaml`));

function actionsOf(box: StateBox) {
  const { actions, ...rest } = nextActions(box);
  return { ...rest, byTask: Object.fromEntries(actions.map(({ task, ...action }) => [task, action])) };
}

function boxAt(...steps: [task: string, status: string, result?: string][]) {
  const box = memoryBox();
  for (const [task, status, result] of steps) box.apply(updateTask({ task, status, result }, 'lead', AT));
  return box;
}

const BEGUN: [string, string][] = [
  ['take-ownership', 'Pass'],
  ['check-cve-tracker-bug', 'Pass'],
];
const TESTED: [string, string][] = [
  ...BEGUN,
  ['push-to-cdn-staging', 'Pass'],
  ['image-consistency-check', 'Pass'],
  ['stage-testing', 'Pass'],
  ['analyze-promoted-build', 'Pass'],
];

describe('next actions', () => {
  test.skipIf(noCorpus)(`Z-P15 4.17.55 is taken over: three polls, no triggers ${needsCorpus}`, () => {
    const { phase, byTask } = actionsOf(recorded('4.17.55'));
    expect(phase).toBe('tests');
    expect(byTask['image-consistency-check']).toMatchObject({
      action: 'poll',
      refs: [{ system: 'prow', id: 'bef9b82c-0064-4017-a497-afdca27ffe67', url: expect.any(String) }],
    });
    expect(byTask['stage-testing']).toMatchObject({
      action: 'poll',
      refs: [{ system: 'jenkins', id: '1673', url: expect.any(String) }],
    });
    expect(byTask['push-to-cdn-staging']).toMatchObject({
      action: 'poll',
      refs: [
        { system: 'errata', id: '169302' },
        { system: 'errata', id: '169303' },
      ],
    });
    expect(Object.values(byTask).map(({ action }) => action)).not.toContain('start');
    expect(byTask['image-signed-check']).toMatchObject({ action: 'wait' });
  });

  test.skipIf(noCorpus)(`Z-P16 4.18.31 waits for nothing that runs ${needsCorpus}`, () => {
    expect(actionsOf(recorded('4.18.31')).byTask['change-advisory-status']).toMatchObject({
      action: 'start',
      why: expect.stringMatching(/Orphaned wait.*since 2026-01-13T23:20:56Z/),
    });
  });

  test.skipIf(noCorpus)(`Z-P17 4.15.63 was called off, and it alone ${needsCorpus}`, () => {
    const { phase, off, byTask } = actionsOf(recorded('4.15.63'));
    expect({ phase, off }).toEqual({ phase: 'cancelled', off: true });
    expect(new Set(Object.values(byTask).map(({ action }) => action))).toEqual(new Set(['none']));
    const all = corpusFiles('statebox').map((file) => recorded(file.replace(/\.yaml$/, '')));
    expect(all.filter((box) => calledOff(box) !== undefined).map(({ release }) => release)).toEqual([
      '4.15.63',
    ]);
  });

  test.each([
    ['Release 4.20.27 will be cancelled due to test failures', true],
    ['4.20.27 release is superseded by 4.20.28', true],
    ['ART cancelled release 4.20.27', true],
    ['This release was canceled', true],
    ['Release 4.20.2 was cancelled', false],
    ['Release 4.20.271 was cancelled', false],
    ['Pub task 978303 cancelled and retried', false],
    ['the stage-release pipeline of release 4.20.27 was cancelled', false],
    ['the job for this release was cancelled', false],
  ])('Z-P17 %j', (text, off) => {
    const box = memoryBox();
    box.apply(addIssue({ issue: 'broken', blocker: true, related_tasks: [] }, AT));
    box.apply(resolveIssue('broken', text, AT));
    expect(calledOff(box.box) !== undefined).toBe(off);
  });

  test('the phases of a release', () => {
    const phase = (...steps: [string, string][]) => nextActions(boxAt(...steps).box).phase;
    expect(phase()).toBe('initialization');
    expect(phase(...BEGUN)).toBe('promotion');
    expect(phase(...BEGUN, ['stage-testing', 'In Progress'])).toBe('tests');
    expect(phase(...BEGUN, ['analyze-promoted-build', 'Pass'])).toBe('final-sync');
    expect(phase(...TESTED)).toBe('final-approval');
    const rest: [string, string][] = [
      'analyze-candidate-build',
      'image-signed-check',
      'change-advisory-status',
    ].map((task) => [task, 'Pass']);
    expect(phase(...TESTED, ...rest)).toBe('done');
  });

  test('the last gates wait for every one of them', () => {
    const missing = TESTED.filter(([task]) => task !== 'push-to-cdn-staging');
    const { byTask } = actionsOf(boxAt(...missing, ['image-signed-check', 'Pass']).box);
    expect(byTask['change-advisory-status']).toEqual({
      action: 'wait',
      why: 'It needs push-to-cdn-staging to pass first.',
      refs: [],
    });
    expect(actionsOf(boxAt(...TESTED).box).byTask['image-signed-check']).toMatchObject({ action: 'start' });
  });

  test('a blocker is named; a failure without one is tried again', () => {
    const box = boxAt(...BEGUN, ['stage-testing', 'Fail'], ['push-to-cdn-staging', 'Fail']);
    box.apply(addIssue({ issue: 'no quota', blocker: true, related_tasks: ['stage-testing'] }, AT));
    const { byTask } = actionsOf(box.box);
    expect(byTask['stage-testing']).toMatchObject({
      action: 'decide',
      why: expect.stringContaining('no quota'),
    });
    expect(byTask['push-to-cdn-staging']).toMatchObject({ action: 'start' });
    box.apply(addIssue({ issue: 'stop everything', blocker: true, related_tasks: [] }, AT));
    expect(actionsOf(box.box).byTask['push-to-cdn-staging']).toMatchObject({
      action: 'decide',
      why: expect.stringContaining('stop everything'),
    });
  });

  test('a task that passed with an open blocker is for a person', () => {
    const box = boxAt(...BEGUN);
    box.apply(
      addIssue({ issue: 'one tracker', blocker: true, related_tasks: ['check-cve-tracker-bug'] }, AT),
    );
    expect(actionsOf(box.box).byTask['check-cve-tracker-bug']).toMatchObject({ action: 'decide' });
  });

  test.skipIf(noCorpus)(`every recorded release has an answer ${needsCorpus}`, () => {
    for (const file of corpusFiles('statebox')) {
      expect(nextActions(recorded(file.replace(/\.yaml$/, ''))).actions).toHaveLength(9);
    }
  });
});
