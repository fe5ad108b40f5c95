import { describe, expect, it } from 'vitest';
import { LABEL } from '../resources/common.ts';
import { runObject } from './testing/objects.ts';
import { application, component, failed, running, runningTasks, sixBuilds } from './testing/team.ts';
import { world } from './testing/world.ts';

const SNAPSHOT = 'demo-app-20260115-101300-000';
const test = runObject({
  name: 'smoke-1',
  type: 'test',
  created: '2026-01-15T11:55:00Z',
  started: '2026-01-15T11:55:00Z',
  outcome: 'Unknown/Running',
  labels: { [LABEL.scenario]: 'demo-smoke', [LABEL.snapshot]: SNAPSHOT },
});
const managed = runObject({
  name: 'managed-1',
  type: 'managed',
  created: '2026-01-15T08:00:00Z',
  outcome: 'True/Succeeded',
  labels: {
    [LABEL.snapshot]: SNAPSHOT,
    [LABEL.releaseName]: 'demo-release',
    [LABEL.releaseNamespace]: 'demo-tenant',
  },
});
const team = [application, component(), ...sixBuilds, test, managed];

const names = (answer: unknown) => (answer as { runs: { name: string }[] }).runs.map(({ name }) => name);

describe('konflux_pipeline_list', () => {
  it('W-K15 every type, newest first, counted by condition', async () => {
    await using konflux = await world({ objects: team });
    const answer = await konflux.read('konflux_pipeline_list');
    expect(names(answer).slice(0, 3)).toEqual(['smoke-1', 'build-running', 'build-failed']);
    expect(answer).toMatchObject({
      total: 8,
      totals: { pending: 0, running: 2, succeeded: 3, failed: 2, timed_out: 1, cancelled: 1 },
      summary:
        '8 pipeline runs in demo-tenant: 2 running, 2 failed (1 by time-out), 1 cancelled, 3 succeeded.',
      next: 'konflux_pipeline_failures {"namespace":"demo-tenant"}',
    });
  });

  it('a word in a message or a name is no state', async () => {
    const misleading = runObject({
      name: 'running-failed',
      outcome: 'True/Completed: Running, Failed, Cancelled',
    });
    await using konflux = await world({ objects: [misleading] });
    expect(await konflux.read('konflux_pipeline_list')).toMatchObject({
      totals: { running: 0, failed: 0, cancelled: 0, succeeded: 1 },
    });
  });

  it.each([
    [{ state: 'running' }, ['smoke-1', 'build-running']],
    [{ type: 'test' }, ['smoke-1']],
    [{ type: 'managed' }, ['managed-1']],
    [{ state: 'cancelled', component: 'demo-backend', application: 'demo-app' }, ['build-cancelled']],
    [{ state: 'pending' }, []],
  ])('%j', async (filter, expected) => {
    await using konflux = await world({ objects: team });
    expect(names(await konflux.read('konflux_pipeline_list', filter))).toEqual(expected);
  });

  it('each with what it is about', async () => {
    await using konflux = await world({ objects: team });
    expect(await konflux.read('konflux_pipeline_list', { type: 'managed' })).toMatchObject({
      runs: [{ snapshot: SNAPSHOT, release: 'demo-tenant/demo-release' }],
    });
  });

  it('nothing that fits is said in words', async () => {
    await using konflux = await world({ objects: [] });
    expect(await konflux.read('konflux_pipeline_list', { state: 'running' })).toMatchObject({
      runs: [],
      summary: 'No pipeline run in demo-tenant fits.',
    });
  });

  it('what waits in the queue shows for how long', async () => {
    const queued = runObject({
      name: 'queued',
      created: '2026-01-15T11:58:00Z',
      specStatus: 'PipelineRunPending',
      outcome: 'Unknown/PipelineRunPending',
    });
    await using konflux = await world({ objects: [queued] });
    expect(await konflux.read('konflux_pipeline_list', { state: 'pending' })).toMatchObject({
      runs: [{ name: 'queued', state: 'pending', queue_s: 120, duration_s: null }],
    });
  });
});

describe('konflux_pipeline_status', () => {
  it('W-K14 a run that runs: what it does now, what waits', async () => {
    await using konflux = await world({ objects: [running, ...runningTasks] });
    expect(await konflux.read('konflux_pipeline_status', { name: 'build-running' })).toMatchObject({
      state: 'running',
      duration_s: 590,
      queue_s: 10,
      running: ['build'],
      waiting: ['push'],
      tasks: [
        { task: 'init', state: 'succeeded', duration_s: 50 },
        { task: 'build', state: 'running', duration_s: 540 },
      ],
      summary: 'build-running is running for 9m 50s, now in build.',
      next: 'Look again in a minute: konflux_pipeline_status {"name":"build-running","namespace":"demo-tenant"}',
    });
  });

  it('a failed one names task and step; what was skipped is named as skipped', async () => {
    await using konflux = await world({ objects: failed('build-failed', '11:20:00') });
    expect(await konflux.read('konflux_pipeline_status', { name: 'build-failed' })).toMatchObject({
      state: 'failed',
      reason: 'Failed',
      failure: { task: 'build', step: 'compile', exit_code: 2 },
      skipped: [{ task: 'push', reason: 'PipelineRun was stopping' }],
      next: 'konflux_pipeline_logs {"name":"build-failed","namespace":"demo-tenant"}',
    });
  });

  it('a test run with its scenario and Snapshot, a managed one with its release', async () => {
    await using konflux = await world({ objects: team });
    expect(await konflux.read('konflux_pipeline_status', { name: 'smoke-1' })).toMatchObject({
      type: 'test',
      scenario: 'demo-smoke',
      snapshot: SNAPSHOT,
    });
    expect(await konflux.read('konflux_pipeline_status', { name: 'managed-1' })).toMatchObject({
      release: 'demo-tenant/demo-release',
    });
  });

  it('one that somebody is ending', async () => {
    const stopping = runObject({
      name: 'stopping',
      started: '2026-01-15T11:59:00Z',
      outcome: 'Unknown/StoppedRunningFinally',
      specStatus: 'StoppedRunFinally',
    });
    await using konflux = await world({ objects: [stopping] });
    expect(await konflux.read('konflux_pipeline_status', { name: 'stopping' })).toMatchObject({
      state: 'running',
      requested_end: 'StoppedRunFinally',
      summary: 'stopping is running for 1m and is being ended (StoppedRunFinally).',
    });
  });

  it('of very many tasks those that did not go well are shown, and it says that there are more', async () => {
    const names = Array.from({ length: 70 }, (_, n) => `t${n}`);
    const [run = {}, , build = {}] = failed('big', '11:20:00');
    const big = {
      ...run,
      status: { ...(run as { status: object }).status, childReferences: children(names) },
    };
    await using konflux = await world({ objects: [big, build] });
    const answer = (await konflux.read('konflux_pipeline_status', { name: 'big' })) as {
      tasks: { task: string }[];
      truncated: boolean;
    };
    expect(answer.truncated).toBe(true);
    expect(answer.tasks).toHaveLength(50);
    expect(answer.tasks[0]?.task).toBe('build');
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  });

  it('an unknown name is an error with near ones', async () => {
    await using konflux = await world({ objects: team });
    await expect(konflux.read('konflux_pipeline_status', { name: 'smoke' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: 'Near names: smoke-1.',
    });
  });
});

function children(names: string[]) {
  return names.map((name) => ({ kind: 'TaskRun', name: `big-${name}`, pipelineTaskName: name }));
}

describe('konflux_pipeline_status, followed', () => {
  it('a run that is over is answered at once; one that goes on gives a token, and ends under our eyes', async () => {
    await using konflux = await world({ objects: team });
    const over = await konflux.read('konflux_pipeline_status', { name: 'managed-1', follow_seconds: 5 });
    expect(over).toMatchObject({ state: 'succeeded' });
    expect(over).not.toHaveProperty('resume_token');
    const going = await konflux.read('konflux_pipeline_status', { name: 'smoke-1', follow_seconds: 1 });
    expect(going).toMatchObject({ state: 'running', resume_token: expect.any(String) });
    const { resume_token } = Object(going);
    const watching = konflux.read('konflux_pipeline_status', {
      name: 'smoke-1',
      follow_seconds: 20,
      resume_token,
    });
    await konflux.write('konflux_pipeline_cancel', { name: 'smoke-1' });
    expect(await watching).toMatchObject({ requested_end: 'Cancelled' });
  });
});
