import { describe, expect, it } from 'vitest';
import { PipelineRunSchema } from '../resources/pipeline-run.ts';
import { corpusObject, needsCorpus, noCorpus } from '../snapshots/testing/corpus.ts';
import { countRuns, describeRun, secondsBetween } from './classify.ts';
import { ended, runOf, taskOf } from './testing/objects.ts';

const T = (minute: number) => `2026-01-15T10:${String(minute).padStart(2, '0')}:00Z`;

describe('describeRun', () => {
  it.each([
    ['pending', undefined],
    ['pending', 'Unknown/PipelineRunPending'],
    ['running', 'Unknown/Started'],
    ['running', 'Unknown/Running: Tasks Completed: 2 (Failed: 0, Cancelled 0), Incomplete: 8'],
    ['running', 'Unknown/ResolvingPipelineRef'],
    ['running', 'Unknown/CancelledRunningFinally'],
    ['running', 'Unknown/PipelineRunStopping: it failed'],
    ['succeeded', 'True/Succeeded'],
    ['succeeded', 'True/Completed: Tasks Completed: 10 (Failed: 0, Cancelled 0), Skipped: 4'],
    ['failed', 'False/Failed'],
    ['failed', 'False/CouldntGetPipeline'],
    ['failed', 'False/SomeReasonOfNextYear: Running, Succeeded'],
    ['timeout', 'False/PipelineRunTimeout'],
    ['cancelled', 'False/Cancelled: PipelineRun was cancelled'],
  ] as const)('W-K14 %s when its condition is %s', (state, outcome) => {
    expect(describeRun(runOf(outcome === undefined ? {} : { outcome }), []).state).toBe(state);
  });

  it.skipIf(noCorpus).each([
    ['succeeded', 'succeeded'],
    ['completed-with-skips', 'succeeded'],
    ['running', 'running'],
    ['failed', 'failed'],
  ])(`W-K14 the recorded build %s is %s ${needsCorpus}`, (name, state) => {
    const run = PipelineRunSchema.parse(corpusObject(`pipelinerun-build-${name}`));
    const report = describeRun(run, []);
    expect(report.state).toBe(state);
    expect(report.durationSeconds).toBe(state === 'running' ? undefined : 1200);
    // No TaskRun was recorded: what it does not know it does not say.
    expect(report.tasks).toMatchObject([{ name: 'init', state: 'unknown' }]);
    expect(report.failedTask).toBeUndefined();
  });

  it('tells a failed build from its first task to its failed step', () => {
    const run = runOf({
      outcome: 'False/Failed: Tasks Completed: 2 (Failed: 1, Cancelled 0), Skipped: 1',
      created: T(0),
      started: T(1),
      ended: T(13),
      planned: ['init', 'build', 'push', 'lint'],
      children: ['init', 'build'],
      skipped: ['lint:When Expressions evaluated to false', 'push:PipelineRun was stopping'],
    });
    const message = '"step-build" exited with code 2';
    const report = describeRun(run, [
      taskOf({
        task: 'build',
        started: T(2),
        ended: T(12),
        outcome: `False/Failed: ${message}`,
        retries: 2,
        steps: [ended('prepare'), ended('build', 2), ended('push', 1, 'Error', 'Skipped')],
      }),
      taskOf({ task: 'init', started: T(1), ended: T(2), outcome: 'True/Succeeded', steps: [ended('init')] }),
    ]);
    expect(report).toMatchObject({
      state: 'failed',
      reason: 'Failed',
      queueSeconds: 60,
      durationSeconds: 720,
      failedTask: {
        name: 'build',
        taskRun: 'demo-backend-on-push-1-build',
        pod: 'demo-backend-on-push-1-build-pod',
        step: 'build',
        container: 'step-build',
        exitCode: 2,
        reason: 'Failed',
        message,
      },
      skipped: [
        { name: 'lint', reason: 'When Expressions evaluated to false' },
        { name: 'push', reason: 'PipelineRun was stopping' },
      ],
      waiting: [],
    });
    expect(
      report.tasks.map(({ name, state, durationSeconds, retries }) => [
        name,
        state,
        durationSeconds,
        retries,
      ]),
    ).toEqual([
      ['init', 'succeeded', 60, 0],
      ['build', 'failed', 600, 2],
    ]);
  });

  it('says what runs and what has not begun', () => {
    const report = describeRun(
      runOf({
        outcome: 'Unknown/Running',
        started: T(0),
        planned: ['init', 'build', 'push'],
        children: ['init'],
      }),
      [
        taskOf({
          task: 'init',
          started: T(0),
          outcome: 'Unknown/Running',
          steps: [{ name: 'a', running: {} }],
        }),
      ],
    );
    expect(report).toMatchObject({
      state: 'running',
      durationSeconds: undefined,
      failedTask: undefined,
      waiting: ['build', 'push'],
    });
    expect(report.tasks).toMatchObject([
      {
        state: 'running',
        steps: [{ name: 'a', container: 'step-a', state: 'running', exitCode: undefined }],
      },
    ]);
  });

  it('names the failed task of a run that still goes on', () => {
    const report = describeRun(runOf({ outcome: 'Unknown/PipelineRunStopping' }), [
      taskOf({ task: 'build', outcome: 'False/Failed', ended: T(5), steps: [ended('build', 1)] }),
    ]);
    expect(report).toMatchObject({ state: 'running', failedTask: { name: 'build', exitCode: 1 } });
  });

  it('the first task to fail is the cause, not what failed after it', () => {
    const { failedTask } = describeRun(runOf({ outcome: 'False/Failed' }), [
      taskOf({ task: 'report', outcome: 'False/Failed', started: T(1), ended: T(9), steps: [ended('a', 1)] }),
      taskOf({ task: 'build', outcome: 'False/Failed', started: T(2), ended: T(5), steps: [ended('b', 3)] }),
    ]);
    expect(failedTask).toMatchObject({ name: 'build', exitCode: 3 });
  });

  it('a failure that its pipeline ignores is no cause', () => {
    const { failedTask, tasks } = describeRun(runOf({ outcome: 'False/Failed' }), [
      taskOf({ task: 'lint', outcome: 'False/FailureIgnored', ended: T(1), steps: [ended('a', 1)] }),
      taskOf({ task: 'build', outcome: 'False/Failed', ended: T(5), steps: [ended('b', 1)] }),
    ]);
    expect(failedTask?.name).toBe('build');
    expect(tasks.filter(({ ignored }) => ignored).map(({ name }) => name)).toEqual(['lint']);
  });

  it('a step that may fail is not the failed one', () => {
    const { failedTask } = describeRun(runOf({ outcome: 'False/Failed' }), [
      taskOf({
        task: 'build',
        outcome: 'False/Failed',
        steps: [
          ended('try', 7, 'Completed', 'Continued'),
          ended('build', 1, 'OOMKilled'),
          ended('push', 1, 'Error', 'Skipped'),
        ],
      }),
    ]);
    expect(failedTask).toMatchObject({ step: 'build', exitCode: 1, reason: 'OOMKilled' });
  });

  it('an image that cannot be pulled', () => {
    const { failedTask } = describeRun(runOf({ outcome: 'False/Failed' }), [
      taskOf({
        task: 'build',
        outcome: 'False/TaskRunImagePullFailed: back-off',
        steps: [
          { name: 'a', waiting: { reason: 'PodInitializing' } },
          { name: 'b', waiting: { reason: 'ImagePullBackOff' } },
        ],
      }),
    ]);
    expect(failedTask).toMatchObject({ step: 'b', exitCode: undefined, reason: 'ImagePullBackOff' });
  });

  it('a run that ran out of time names what it was stopped in; one that was cancelled blames no task', () => {
    const stopped = taskOf({
      task: 'scan',
      outcome: 'False/TaskRunCancelled: TaskRun cancelled as the PipelineRun it belongs to has timed out.',
      ended: T(59),
      steps: [ended('scan', 1, 'TaskRunCancelled')],
    });
    expect(describeRun(runOf({ outcome: 'False/PipelineRunTimeout' }), [stopped]).failedTask).toMatchObject({
      name: 'scan',
      reason: 'TaskRunCancelled',
    });
    expect(describeRun(runOf({ outcome: 'False/Cancelled' }), [stopped]).failedTask).toBeUndefined();
  });

  it('a TaskRun that the run does not list yet, and a task that runs several times', () => {
    const { tasks } = describeRun(runOf({ outcome: 'Unknown/Running', children: ['build'] }), [
      taskOf({ task: 'build', started: T(1), outcome: 'True/Succeeded' }),
      taskOf({ task: 'push', started: T(2), outcome: 'Unknown/Pending' }),
    ]);
    expect(tasks.map(({ name, state }) => `${name} ${state}`)).toEqual(['build succeeded', 'push running']);
  });
});

it('W-K15 what timed out counts as failed, and is told apart', () => {
  expect(countRuns(['succeeded', 'succeeded', 'running', 'failed', 'timeout', 'cancelled'])).toEqual({
    pending: 0,
    running: 1,
    succeeded: 2,
    failed: 2,
    timed_out: 1,
    cancelled: 1,
  });
});

it('a time that is missing, odd or backwards makes no number', () => {
  expect(secondsBetween(T(0), undefined)).toBeUndefined();
  expect(secondsBetween('soon', T(0))).toBeUndefined();
  expect(secondsBetween(T(1), T(0))).toBe(0);
});
