import { describe, expect, it } from 'vitest';
import { ended, podObject, runObject, taskObject } from './testing/objects.ts';
import { component, failed, running, runningTasks, succeeded, succeededTasks } from './testing/team.ts';
import { world } from './testing/world.ts';

const team = [
  component(),
  succeeded,
  ...succeededTasks,
  ...failed('build-failed', '11:20:00'),
  running,
  ...runningTasks,
];

interface Logs {
  logs: { task: string; step: string; lines: string[]; note?: string; source: string }[];
  truncated: boolean;
  summary: string;
}

describe('konflux_build_logs', () => {
  it('of a failed build the step that failed, and nothing else', async () => {
    await using konflux = await world({ objects: team });
    expect(await konflux.read('konflux_build_logs', { name: 'build-failed' })).toMatchInlineSnapshot(`
      {
        "archived": false,
        "failure": {
          "exit_code": 2,
          "message": ""step-compile" exited with code 2",
          "pod": "build-failed-build-pod",
          "reason": "Failed",
          "step": "compile",
          "task": "build",
          "task_run": "build-failed-build",
        },
        "logs": [
          {
            "lines": [
              "go build ./...",
              "main.go:7: undefined: x",
              "exit status 2",
            ],
            "pod": "build-failed-build-pod",
            "source": "cluster",
            "step": "compile",
            "task": "build",
            "truncated": false,
          },
        ],
        "name": "build-failed",
        "namespace": "demo-tenant",
        "state": "failed",
        "summary": "build-failed failed after 20m in task build, step compile: exit code 2 (Failed). The last 3 lines of its log.",
        "truncated": false,
      }
    `);
    const logs = (await konflux.requests()).filter(({ path }) => path.endsWith('/log'));
    expect(logs).toHaveLength(1);
  });

  it('of another build the last steps of all, in their order', async () => {
    await using konflux = await world({ objects: team });
    const { logs } = (await konflux.read('konflux_build_logs', { name: 'build-ok' })) as Logs;
    expect(logs.map(({ task, step, lines }) => [task, step, lines])).toEqual([
      ['init', 'init', ['init one', 'init two']],
      ['build', 'build', ['compiling', 'done']],
      ['build', 'push', ['pushed']],
    ]);
  });

  it('of a component its newest build, though it still runs', async () => {
    await using konflux = await world({ objects: team });
    expect(await konflux.read('konflux_build_logs', { component: 'demo-backend' })).toMatchObject({
      name: 'build-running',
      state: 'running',
      logs: [{ task: 'init' }, { task: 'build', lines: ['compiling a', 'compiling b'] }],
      summary: 'build-running is running for 9m 50s, now in build. The last 3 lines of 2 steps.',
    });
  });

  it('of the task that is named all steps, of the step that is named that one', async () => {
    await using konflux = await world({ objects: team });
    const of = async (input: object) =>
      ((await konflux.read('konflux_build_logs', { name: 'build-failed', ...input })) as Logs).logs.map(
        ({ task, step }) => `${task}/${step}`,
      );
    expect(await of({ task: 'build' })).toEqual(['build/prepare', 'build/compile', 'build/push']);
    expect(await of({ task: 'build', step: 'prepare' })).toEqual(['build/prepare']);
    expect(await of({ task: 'build', step: 'step-prepare' })).toEqual(['build/prepare']);
  });

  it.each([
    [{ task: 'no-such' }, 'not_found', 'Its tasks: init, build.'],
    [{ task: 'push' }, 'not_found', 'Tasks that ran: init, build.'],
    [{ task: 'build', step: 'no-such' }, 'not_found', 'Its steps: prepare, compile, push.'],
    [{ step: 'compile' }, 'invalid_input', 'Give `task` too, one of: init, build.'],
  ])('%j is refused with what there is', async (input, code, remedy) => {
    await using konflux = await world({ objects: team });
    await expect(
      konflux.read('konflux_build_logs', { name: 'build-failed', ...input }),
    ).rejects.toMatchObject({ code, remedy });
  });

  it('the last lines alone, and it says that there are more', async () => {
    await using konflux = await world({ objects: team });
    const tail = async (tail_lines: number) =>
      (await konflux.read('konflux_build_logs', { name: 'build-failed', tail_lines })) as Logs;
    expect(await tail(1)).toMatchObject({ truncated: true, logs: [{ lines: ['exit status 2'] }] });
    expect(await tail(3)).toMatchObject({ truncated: false, logs: [{ lines: { length: 3 } }] });
  });

  it('never more than 8 KB, and those are the last', async () => {
    const [run = {}, init = {}, build = {}] = failed('build-long', '11:20:00');
    const lines = Array.from({ length: 500 }, (_, n) => `${n} ${'x'.repeat(200)}`);
    await using konflux = await world({
      objects: [
        run,
        init,
        build,
        podObject('build-long-build-pod', { 'step-prepare': '', 'step-compile': lines, 'step-push': '' }),
      ],
    });
    const answer = (await konflux.read('konflux_build_logs', {
      name: 'build-long',
      tail_lines: 500,
    })) as Logs;
    expect(answer.truncated).toBe(true);
    expect(answer.logs[0]?.lines.at(-1)).toBe(lines.at(-1));
    expect(answer.logs[0]?.lines.join('\n').length).toBeGreaterThan(7_500);
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  });

  it('a pod that is gone is looked for in the archive', async () => {
    const [run = {}, init = {}, build = {}, pod = {}] = failed('build-gone', '11:20:00');
    await using kept = await world({ objects: [run, init, build], archived: [pod] });
    expect(await kept.read('konflux_build_logs', { name: 'build-gone' })).toMatchObject({
      logs: [{ source: 'archive', lines: ['go build ./...', 'main.go:7: undefined: x', 'exit status 2'] }],
    });
    await using lost = await world({ objects: [run, init, build], archived: [] });
    expect(await lost.read('konflux_build_logs', { name: 'build-gone' })).toMatchObject({
      failure: { step: 'compile', exit_code: 2 },
      logs: [{ source: 'none', lines: [], note: expect.stringContaining('KubeArchive has no log') }],
      summary: expect.stringContaining('The pod is gone (build-gone-build-pod)'),
    });
    await using alone = await world({ objects: [run, init, build] });
    expect(await alone.read('konflux_build_logs', { name: 'build-gone' })).toMatchObject({
      logs: [{ note: expect.stringContaining('no KubeArchive is configured') }],
    });
  });

  it('W-K24 of a pruned build the archive alone is asked', async () => {
    await using konflux = await world({ objects: [], archived: failed('build-old', '11:20:00') });
    expect(await konflux.read('konflux_build_logs', { name: 'build-old' })).toMatchObject({
      archived: true,
      logs: [{ source: 'archive', step: 'compile' }],
    });
    const asked = (await konflux.requests()).filter(({ path }) => path.endsWith('/log'));
    expect(asked.map(({ path }) => path.split('/')[1])).toEqual(['kubearchive']);
  });

  it('a log that may not be read is forbidden', async () => {
    await using konflux = await world({ objects: team, forbidden: [{ verb: 'get', resource: 'pods/log' }] });
    await expect(konflux.read('konflux_build_logs', { name: 'build-failed' })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('a task that never got a pod has no log, and its reason is told', async () => {
    const task = taskObject({
      run: 'build-1',
      task: 'build',
      pod: '',
      ended: '2026-01-15T10:01:00Z',
      outcome: 'False/TaskRunResolutionFailed: no such bundle',
    });
    await using konflux = await world({
      objects: [runObject({ name: 'build-1', outcome: 'False/Failed', children: ['build'] }), task],
    });
    expect(await konflux.read('konflux_build_logs', { name: 'build-1' })).toMatchObject({
      failure: { task: 'build', step: null, reason: 'TaskRunResolutionFailed', message: 'no such bundle' },
      logs: [{ note: 'It never had a pod, so there is no log.' }],
    });
  });

  it('a run that never began a task has no log', async () => {
    await using konflux = await world({
      objects: [runObject({ name: 'build-1', outcome: 'False/CouldntGetPipeline: no such pipeline' })],
    });
    expect(await konflux.read('konflux_build_logs', { name: 'build-1' })).toMatchObject({
      logs: [],
      summary:
        'build-1 failed (CouldntGetPipeline: no such pipeline). No step of it has begun, so there is no log.',
    });
  });

  it('a container that has not begun has no log yet', async () => {
    const pod = podObject('build-1-build-pod', { 'step-build': '' });
    const waiting = [{ name: 'step-build', state: { waiting: { reason: 'PodInitializing' } } }];
    await using konflux = await world({
      objects: [
        runObject({ name: 'build-1', outcome: 'Unknown/Running', children: ['build'] }),
        taskObject({
          run: 'build-1',
          task: 'build',
          started: '2026-01-15T10:01:00Z',
          outcome: 'Unknown/Pending',
          steps: [{ name: 'build', container: 'step-build', waiting: { reason: 'PodInitializing' } }],
        }),
        { ...pod, status: { phase: 'Pending', containerStatuses: waiting } },
      ],
    });
    expect(await konflux.read('konflux_build_logs', { name: 'build-1', task: 'build' })).toMatchObject({
      logs: [{ lines: [], note: expect.stringContaining('waiting to start: PodInitializing') }],
    });
  });

  it('of very many steps the last twelve', async () => {
    const names = Array.from({ length: 15 }, (_, n) => `s${n}`);
    const containers = Object.fromEntries(names.map((name) => [`step-${name}`, `log of ${name}`]));
    await using konflux = await world({
      objects: [
        runObject({ name: 'build-1', outcome: 'True/Succeeded', children: ['build'] }),
        taskObject({
          run: 'build-1',
          task: 'build',
          outcome: 'True/Succeeded',
          steps: names.map((name) => ended(name)),
        }),
        podObject('build-1-build-pod', containers),
      ],
    });
    const answer = (await konflux.read('konflux_build_logs', { name: 'build-1' })) as Logs;
    expect(answer.logs.map(({ step }) => step)).toEqual(names.slice(3));
    expect(answer).toMatchObject({ truncated: true, next: expect.stringContaining('3 earlier steps') });
  });
});

it('konflux_pipeline_logs reads runs of every type', async () => {
  await using konflux = await world({
    objects: [
      runObject({ name: 'test-1', type: 'test', outcome: 'False/Failed', children: ['smoke'] }),
      taskObject({ run: 'test-1', task: 'smoke', outcome: 'False/Failed', steps: [ended('run', 1)] }),
      podObject('test-1-smoke-pod', { 'step-run': 'it does not work' }),
    ],
  });
  expect(await konflux.read('konflux_pipeline_logs', { name: 'test-1' })).toMatchObject({
    state: 'failed',
    logs: [{ task: 'smoke', step: 'run', lines: ['it does not work'] }],
  });
  await expect(konflux.read('konflux_build_logs', { name: 'test-1' })).rejects.toMatchObject({
    code: 'invalid_input',
    remedy: expect.stringContaining('konflux_pipeline_logs'),
  });
});

describe('konflux_task_logs', () => {
  it('by run and task, and by the name of the TaskRun', async () => {
    await using konflux = await world({ objects: team });
    const byTask = await konflux.read('konflux_task_logs', {
      run: 'build-failed',
      task: 'build',
      step: 'compile',
    });
    expect(byTask).toMatchObject({
      task: 'build',
      task_run: 'build-failed-build',
      state: 'failed',
      steps: [
        { step: 'prepare', exit_code: 0 },
        { step: 'compile', exit_code: 2, reason: 'Error' },
        { step: 'push', exit_code: 1, reason: 'Skipped' },
      ],
      logs: [{ step: 'compile', lines: { length: 3 } }],
      summary: 'Task build is failed (Failed). The last 3 lines of its log.',
    });
    expect(
      await konflux.read('konflux_task_logs', { task_run: 'build-failed-build', step: 'compile' }),
    ).toEqual(byTask);
  });

  it.each([
    [{}, 'invalid_input'],
    [{ run: 'build-failed' }, 'invalid_input'],
    [{ run: 'build-failed', task: 'build', task_run: 'build-failed-build' }, 'invalid_input'],
    [{ run: 'build-failed', task: 'push' }, 'not_found'],
    [{ task_run: 'no-such' }, 'not_found'],
  ])('%j is refused', async (input, code) => {
    await using konflux = await world({ objects: team });
    await expect(konflux.read('konflux_task_logs', input)).rejects.toMatchObject({ code });
  });

  it('a task that ran for several values is asked for by its TaskRun', async () => {
    const run = runObject({ name: 'build-1', outcome: 'Unknown/Running' });
    const again = (name: string) => {
      const task = taskObject({ run: 'build-1', task: 'build', outcome: 'True/Succeeded' });
      return { ...task, metadata: { ...task.metadata, name } };
    };
    await using konflux = await world({ objects: [run, again('build-1-build-0'), again('build-1-build-1')] });
    await expect(konflux.read('konflux_task_logs', { run: 'build-1', task: 'build' })).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: expect.stringContaining('build-1-build-0, build-1-build-1'),
    });
  });
});
