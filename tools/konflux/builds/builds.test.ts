import { describe, expect, it } from 'vitest';
import { LABEL } from '../resources/common.ts';
import { NAMESPACE, runObject } from './testing/objects.ts';
import {
  application,
  component,
  failed,
  sixBuilds,
  snapshot,
  succeeded,
  succeededTasks,
} from './testing/team.ts';
import { world } from './testing/world.ts';

const team = [application, component(), ...sixBuilds, ...succeededTasks, snapshot];

describe('konflux_build_list', () => {
  it('W-K14 W-K15 six builds: newest first, each with its state, counted by their conditions', async () => {
    await using konflux = await world({ objects: team });
    const answer = await konflux.read('konflux_build_list');
    expect(answer).toMatchObject({
      total: 6,
      totals: { pending: 0, running: 1, succeeded: 2, failed: 2, timed_out: 1, cancelled: 1 },
      truncated: false,
      archived: false,
    });
    const { builds, summary } = answer as { builds: { name: string; state: string }[]; summary: string };
    expect(builds.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'build-running running',
      'build-failed failed',
      'build-ok succeeded',
      'build-timeout timeout',
      'build-skips succeeded',
      'build-cancelled cancelled',
    ]);
    expect(summary).toBe('6 builds in demo-tenant; the newest: build-running is running for 9m 50s.');
    expect(builds[2]).toMatchInlineSnapshot(`
      {
        "application": "demo-app",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "component": "demo-backend",
        "created_at": "2026-01-15T10:00:00Z",
        "duration": "12m 30s",
        "duration_s": 750,
        "event": "push",
        "finished_at": "2026-01-15T10:13:00Z",
        "image_digest": "sha256:abababababababababababababababababababababababababababababababab",
        "name": "build-ok",
        "queue_s": 30,
        "reason": "Succeeded",
        "state": "succeeded",
        "type": "build",
      }
    `);
  });

  it('what is cut off is counted all the same', async () => {
    await using konflux = await world({ objects: team });
    expect(await konflux.read('konflux_build_list', { limit: 2 })).toMatchObject({
      builds: [{ name: 'build-running' }, { name: 'build-failed' }],
      total: 6,
      totals: { succeeded: 2 },
      truncated: true,
    });
  });

  it.each([
    [{ state: 'failed' }, ['build-failed', 'build-timeout']],
    [{ state: 'timeout' }, ['build-timeout']],
    [{ state: 'running' }, ['build-running']],
    [{ commit: 'fffffff' }, ['build-running']],
    [{ created_after: '2026-01-15T11:00:00Z' }, ['build-running', 'build-failed']],
    [{ application: 'demo-app', component: 'demo-backend', state: 'cancelled' }, ['build-cancelled']],
    [{ component: 'demo-backend', state: 'pending' }, []],
  ])('%j', async (filter, names) => {
    await using konflux = await world({ objects: team });
    const { builds } = (await konflux.read('konflux_build_list', filter)) as { builds: { name: string }[] };
    expect(builds.map(({ name }) => name)).toEqual(names);
  });

  it('tests are no builds', async () => {
    await using konflux = await world({ objects: [component(), runObject({ type: 'test' })] });
    expect(await konflux.read('konflux_build_list', { component: 'demo-backend' })).toMatchObject({
      total: 0,
    });
  });

  it('a component that is not there is an error with near names, not an empty list', async () => {
    await using konflux = await world({ objects: team });
    await expect(konflux.read('konflux_build_list', { component: 'demo' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: 'Near names: demo-backend.',
    });
    await expect(konflux.read('konflux_build_list', { application: 'demo' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: 'Near names: demo-app.',
    });
  });

  it('W-K23 a component group answers as an application does, also where runs carry the component alone', async () => {
    const group = {
      apiVersion: 'appstudio.redhat.com/v1beta2',
      kind: 'ComponentGroup',
      metadata: { name: 'demo-group', namespace: NAMESPACE },
      spec: { components: [{ name: 'demo-backend', kind: 'component', componentVersion: { name: 'v1' } }] },
    };
    const plain = runObject({ name: 'plain', application: '' });
    const labelled = runObject({
      name: 'labelled',
      application: '',
      component: 'demo-other',
      labels: { [LABEL.componentGroup]: 'demo-group' },
    });
    const foreign = runObject({ name: 'foreign', application: '', component: 'demo-foreign' });
    await using konflux = await world({
      objects: [group, component('demo-backend', { application: '' }), plain, labelled, foreign],
    });
    const answer = await konflux.read('konflux_build_list', { application: 'demo-group' });
    expect(answer).toMatchObject({ builds: [{ name: 'plain' }, { name: 'labelled' }], total: 2 });
  });

  it('W-K24 of a component whose builds are pruned it shows what the archive kept, and says so', async () => {
    await using konflux = await world({ objects: [component()], archived: [succeeded] });
    const answer = await konflux.read('konflux_build_list', { component: 'demo-backend' });
    expect(answer).toMatchObject({
      archived: true,
      builds: [{ name: 'build-ok' }],
      summary: expect.stringContaining('from KubeArchive'),
    });
    // Whether one runs is known without the archive.
    expect(
      await konflux.read('konflux_build_list', { component: 'demo-backend', state: 'running' }),
    ).toMatchObject({
      archived: false,
      total: 0,
    });
  });

  it('a namespace that may not be read is forbidden, never empty', async () => {
    await using konflux = await world({
      objects: team,
      forbidden: [{ verb: 'list', resource: 'pipelineruns' }],
    });
    await expect(konflux.read('konflux_build_list')).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('konflux_build_get', () => {
  it('a build that succeeded: tasks, image, commit, signature and Snapshot', async () => {
    await using konflux = await world({ objects: team });
    expect(await konflux.read('konflux_build_get', { name: 'build-ok' })).toMatchInlineSnapshot(`
      {
        "application": "demo-app",
        "archived": false,
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "component": "demo-backend",
        "created_at": "2026-01-15T10:00:00Z",
        "digest": "sha256:abababababababababababababababababababababababababababababababab",
        "duration": "12m 30s",
        "duration_s": 750,
        "event": "push",
        "failure": null,
        "finished_at": "2026-01-15T10:13:00Z",
        "git_commit": "0123456789abcdef0123456789abcdef01234567",
        "git_url": "https://gitlab.example.com/demo/demo-backend",
        "image": "quay.io/demo-org/demo-backend",
        "image_url": "quay.io/demo-org/demo-backend:0123456789abcdef0123456789abcdef01234567",
        "message": "Tasks Completed: 2 (Failed: 0, Cancelled 0), Skipped: 1",
        "name": "build-ok",
        "namespace": "demo-tenant",
        "queue": "30s",
        "queue_s": 30,
        "reason": "Succeeded",
        "running": [],
        "signed": true,
        "skipped": [
          {
            "reason": "When Expressions evaluated to false",
            "task": "lint",
          },
        ],
        "snapshot": "demo-app-20260115-101300-000",
        "started_at": "2026-01-15T10:00:30Z",
        "state": "succeeded",
        "summary": "build-ok succeeded after 12m 30s, 1 task skipped. It built sha256:abababababababababababababababababababababababababababababababab; its Snapshot is demo-app-20260115-101300-000.",
        "tasks": [
          {
            "duration": "30s",
            "duration_s": 30,
            "state": "succeeded",
            "task": "init",
          },
          {
            "duration": "11m 30s",
            "duration_s": 690,
            "retries": 1,
            "state": "succeeded",
            "task": "build",
          },
        ],
        "tasks_from": "cluster",
        "truncated": false,
        "type": "build",
        "waiting": [],
      }
    `);
    // One look at the run, one at its TaskRuns, one at its Snapshot.
    expect(await konflux.requests()).toHaveLength(3);
  });

  it('a build that failed: the task, the step, and where to read on', async () => {
    await using konflux = await world({ objects: team });
    expect(await konflux.read('konflux_build_get', { name: 'build-failed' })).toMatchObject({
      state: 'failed',
      failure: {
        task: 'build',
        task_run: 'build-failed-build',
        pod: 'build-failed-build-pod',
        step: 'compile',
        exit_code: 2,
        reason: 'Failed',
        message: '"step-compile" exited with code 2',
      },
      skipped: [{ task: 'push', reason: 'PipelineRun was stopping' }],
      digest: null,
      snapshot: null,
      summary: 'build-failed failed after 20m in task build, step compile: exit code 2 (Failed).',
      next: 'konflux_build_logs {"name":"build-failed","namespace":"demo-tenant"}',
    });
  });

  it.each([
    [{ component: 'demo-backend' }, 'build-running'],
    [{ commit: 'fffffff' }, 'build-running'],
    [{ component: 'demo-backend', commit: '0123456789abcdef0123456789abcdef01234567' }, 'build-failed'],
  ])('the newest of %j', async (choice, name) => {
    await using konflux = await world({ objects: team });
    expect(await konflux.read('konflux_build_get', choice)).toMatchObject({ name });
  });

  it.each([
    [{}, 'invalid_input'],
    [{ name: 'build-ok', component: 'demo-backend' }, 'invalid_input'],
    [{ name: 'test-run' }, 'invalid_input'],
    [{ name: 'no-such' }, 'not_found'],
    [{ component: 'demo-backend', commit: 'abcdef0' }, 'not_found'],
  ])('%j is refused', async (choice, code) => {
    await using konflux = await world({ objects: [...team, runObject({ name: 'test-run', type: 'test' })] });
    await expect(konflux.read('konflux_build_get', choice)).rejects.toMatchObject({ code });
  });

  it('W-K24 a pruned build comes from the archive with its tasks', async () => {
    await using konflux = await world({ objects: [], archived: [...failed('build-old', '11:20:00')] });
    expect(await konflux.read('konflux_build_get', { name: 'build-old' })).toMatchObject({
      archived: true,
      tasks_from: 'archive',
      failure: { task: 'build', step: 'compile' },
    });
  });

  it('TaskRuns that are pruned everywhere: the run says what it knows, and no more', async () => {
    const [run = {}] = failed('build-bare', '11:20:00');
    for (const archived of [undefined, []]) {
      await using konflux = await world({ objects: [run], ...(archived === undefined ? {} : { archived }) });
      expect(await konflux.read('konflux_build_get', { name: 'build-bare' })).toMatchObject({
        state: 'failed',
        tasks_from: 'run',
        tasks: [
          { task: 'init', state: 'unknown' },
          { task: 'build', state: 'unknown' },
        ],
        failure: null,
        next: expect.stringContaining('pruned'),
      });
    }
  });

  it('TaskRuns that only the archive has, of a run that the cluster still has', async () => {
    const [run = {}, ...rest] = failed('build-half', '11:20:00');
    await using konflux = await world({ objects: [run], archived: rest });
    expect(await konflux.read('konflux_build_get', { name: 'build-half' })).toMatchObject({
      archived: false,
      tasks_from: 'archive',
      failure: { step: 'compile' },
    });
  });
});

describe('konflux_build_artifacts', () => {
  it('what a build made', async () => {
    await using konflux = await world({ objects: team });
    expect(await konflux.read('konflux_build_artifacts', { name: 'build-ok' })).toMatchInlineSnapshot(`
      {
        "archived": false,
        "build": "build-ok",
        "digest": "sha256:abababababababababababababababababababababababababababababababab",
        "git_commit": "0123456789abcdef0123456789abcdef01234567",
        "git_url": "https://gitlab.example.com/demo/demo-backend",
        "image": "quay.io/demo-org/demo-backend",
        "image_url": "quay.io/demo-org/demo-backend:0123456789abcdef0123456789abcdef01234567",
        "namespace": "demo-tenant",
        "refs": {
          "attestation": "quay.io/demo-org/demo-backend:sha256-abababababababababababababababababababababababababababababababab.att",
          "sbom": "quay.io/demo-org/demo-backend:sha256-abababababababababababababababababababababababababababababababab.sbom",
          "signature": "quay.io/demo-org/demo-backend:sha256-abababababababababababababababababababababababababababababababab.sig",
        },
        "results": {
          "CHAINS-GIT_COMMIT": "0123456789abcdef0123456789abcdef01234567",
          "CHAINS-GIT_URL": "https://gitlab.example.com/demo/demo-backend",
          "IMAGE_DIGEST": "sha256:abababababababababababababababababababababababababababababababab",
          "IMAGE_URL": "quay.io/demo-org/demo-backend:0123456789abcdef0123456789abcdef01234567",
        },
        "signed": true,
        "summary": "build-ok built quay.io/demo-org/demo-backend@sha256:abababababababababababababababababababababababababababababababab; Tekton Chains says that it is signed.",
      }
    `);
  });

  it('a build that failed made nothing', async () => {
    await using konflux = await world({ objects: team });
    expect(await konflux.read('konflux_build_artifacts', { name: 'build-failed' })).toMatchObject({
      image: null,
      digest: null,
      refs: null,
      signed: null,
      summary:
        'build-failed names no image: build-failed failed after 20m (Failed: Tasks Completed: 2 (Failed: 1, Cancelled 0), Skipped: 1).',
    });
  });
});
