import { describe, expect, it } from 'vitest';
import { runObject } from './testing/objects.ts';
import { failed, running, runningTasks, sixBuilds, succeeded } from './testing/team.ts';
import { world } from './testing/world.ts';

/** What Tekton makes of the wish. */
const tekton = {
  cancelled: {
    kind: 'PipelineRun',
    on: ['update'],
    when: [{ path: 'spec.status', is: 'Cancelled', changed: true }],
    outcomes: [
      [
        {
          after: '10s',
          conditions: [
            { type: 'Succeeded', status: 'False', reason: 'Cancelled', message: 'it was cancelled' },
          ],
          merge: { status: { completionTime: '{{ at }}' } },
        },
      ],
    ],
  },
};
const team = { objects: [running, ...runningTasks], reactions: tekton };
const NAME = { name: 'build-running' };

describe('konflux_pipeline_cancel', () => {
  it('W-C01 a running one: exactly one merge patch, and the answer waits for its end', async () => {
    await using konflux = await world(team);
    const answer = await konflux.write('konflux_pipeline_cancel', NAME);
    expect(answer).toMatchObject({
      mode: 'Cancelled',
      state: 'running',
      sent: true,
      summary: expect.stringContaining('The end of build-running has been asked for (Cancelled).'),
      next: expect.stringContaining('konflux_pipeline_status {"name":"build-running"'),
    });
    expect(await konflux.sent()).toEqual([
      { request: 'PATCH pipelineruns/build-running', body: { spec: { status: 'Cancelled' } } },
    ]);
    await konflux.pass('1m');
    expect(await konflux.read('konflux_pipeline_status', NAME)).toMatchObject({
      state: 'cancelled',
      summary: 'build-running was cancelled after 10m (Cancelled: it was cancelled).',
    });
  });

  it.each(['CancelledRunFinally', 'StoppedRunFinally'])('W-C01 %s', async (mode) => {
    await using konflux = await world(team);
    await konflux.write('konflux_pipeline_cancel', { ...NAME, mode });
    expect((await konflux.sent()).map(({ body }) => body)).toEqual([{ spec: { status: mode } }]);
  });

  it('a plan names the run by its uid, what is and what will be, and sends nothing', async () => {
    await using konflux = await world({
      objects: [runObject({ name: 'r', uid: 'u-1', outcome: 'Unknown/Running' })],
    });
    const [effect, ...more] = await konflux.effects('konflux_pipeline_cancel', { name: 'r' });
    expect(more).toEqual([]);
    expect(effect).toMatchObject({
      key: 'konflux/demo-tenant/pipelineruns/u-1/Cancelled',
      preview: {
        target: 'demo-tenant/r',
        before: { state: 'running', spec_status: null },
        after: { spec_status: 'Cancelled' },
      },
    });
    expect(await konflux.sent()).toEqual([]);
  });

  it('one that waits in the queue', async () => {
    await using konflux = await world({
      objects: [
        runObject({
          name: 'queued',
          specStatus: 'PipelineRunPending',
          outcome: 'Unknown/PipelineRunPending',
        }),
      ],
    });
    expect(await konflux.write('konflux_pipeline_cancel', { name: 'queued' })).toMatchObject({ sent: true });
  });

  it.each([
    ['build-ok', 'already Succeeded'],
    ['build-failed', 'already Failed'],
    ['build-timeout', 'already PipelineRunTimeout'],
  ])('W-C02 %s has finished: refused, and nothing is sent', async (name, said) => {
    await using konflux = await world({ objects: sixBuilds });
    await expect(konflux.write('konflux_pipeline_cancel', { name })).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining(said),
    });
    expect(await konflux.sent()).toEqual([]);
  });

  it('W-C02 a pruned one has finished too', async () => {
    await using konflux = await world({ objects: [], archived: failed('build-old', '11:20:00') });
    await expect(konflux.write('konflux_pipeline_cancel', { name: 'build-old' })).rejects.toMatchObject({
      code: 'precondition',
    });
  });

  it('twice is once: what has been asked for is found, before and after its end', async () => {
    await using konflux = await world(team);
    await konflux.write('konflux_pipeline_cancel', NAME);
    expect(await konflux.write('konflux_pipeline_cancel', NAME)).toMatchObject({
      state: 'running',
      sent: false,
    });
    await konflux.pass('1m');
    expect(await konflux.write('konflux_pipeline_cancel', NAME)).toMatchObject({
      state: 'cancelled',
      sent: false,
      summary: expect.stringContaining('had been asked for already'),
    });
    expect(await konflux.sent()).toHaveLength(1);
  });

  it('promise 2: its answer is lost: sent once, and found', async () => {
    await using konflux = await world(team);
    await konflux.fault({ method: 'PATCH', fault: 'reset_after', times: 1 });
    expect(await konflux.write('konflux_pipeline_cancel', NAME)).toMatchObject({
      sent: true,
      state: 'running',
    });
    expect(await konflux.sent()).toHaveLength(1);
  });

  it('one that ends between look and patch is told as that', async () => {
    await using konflux = await world({ objects: [running, ...runningTasks] });
    const [effect] = await konflux.effects('konflux_pipeline_cancel', NAME);
    await konflux.patch({
      'konflux-cluster': { objects: { objects: [{ ...running, status: succeeded.status }] } },
    });
    const permit = { check: () => undefined, signal: new AbortController().signal };
    await expect(effect?.send(permit)).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('was not ended'),
    });
  });

  it('an unknown name and a namespace that may not be changed', async () => {
    await using konflux = await world({ ...team, forbidden: [{ verb: 'patch', resource: 'pipelineruns' }] });
    await expect(konflux.write('konflux_pipeline_cancel', { name: 'build' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: 'Near names: build-running.',
    });
    await expect(konflux.write('konflux_pipeline_cancel', NAME)).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('konflux_pipeline_delete', () => {
  it('W-C05 cancel, wait for the end, delete', async () => {
    await using konflux = await world(team);
    const attempt = () => konflux.write('konflux_pipeline_delete', NAME);
    await expect(attempt()).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('Only a finished run can be deleted: build-running is running'),
      remedy: expect.stringContaining('konflux_pipeline_cancel {"name":"build-running"'),
    });
    await konflux.write('konflux_pipeline_cancel', NAME);
    await expect(attempt()).rejects.toMatchObject({ code: 'precondition' });
    await konflux.pass('1m');
    expect(await attempt()).toMatchObject({
      deleted: true,
      sent: true,
      summary: 'build-running is deleted.',
    });
    expect((await konflux.sent()).map(({ request }) => request)).toEqual([
      'PATCH pipelineruns/build-running',
      'DELETE pipelineruns/build-running',
    ]);
  });

  it('W-C05 not when the cancel was refused', async () => {
    await using konflux = await world({ ...team, forbidden: [{ verb: 'patch', resource: 'pipelineruns' }] });
    await expect(konflux.write('konflux_pipeline_cancel', NAME)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(konflux.write('konflux_pipeline_delete', NAME)).rejects.toMatchObject({
      code: 'precondition',
    });
    expect((await konflux.sent()).filter(({ request }) => request.startsWith('DELETE'))).toEqual([]);
  });

  const old = runObject({ name: 'old', uid: 'u-old', outcome: 'True/Succeeded' });

  it('exactly that run: a later one of the same name stays', async () => {
    await using konflux = await world({ objects: [old] });
    const [effect] = await konflux.effects('konflux_pipeline_delete', { name: 'old' });
    expect(effect?.key).toBe('konflux/demo-tenant/pipelineruns/u-old/deleted');
    const input = { name: 'old', uid: 'u-before' };
    expect(await konflux.write('konflux_pipeline_delete', input)).toMatchObject({
      deleted: true,
      sent: false,
    });
    expect(await konflux.sent()).toEqual([]);
    await konflux.write('konflux_pipeline_delete', { name: 'old' });
    const [sent] = await konflux.sent();
    expect(sent?.body).toMatchObject({ preconditions: { uid: 'u-old' } });
  });

  it('one that is gone: with its uid it counts as deleted, without it is an error', async () => {
    await using konflux = await world({ objects: [old] });
    await konflux.write('konflux_pipeline_delete', { name: 'old' });
    expect(await konflux.write('konflux_pipeline_delete', { name: 'old', uid: 'u-old' })).toMatchObject({
      deleted: true,
      sent: false,
    });
    await expect(konflux.write('konflux_pipeline_delete', { name: 'old' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('one that only the archive has is not deleted', async () => {
    await using konflux = await world({ objects: [], archived: [old] });
    await expect(konflux.write('konflux_pipeline_delete', { name: 'old' })).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('only KubeArchive has it'),
    });
  });

  it('one that a finalizer holds is said to be on its way', async () => {
    const held = { ...old, metadata: { ...old.metadata, finalizers: ['chains.tekton.dev/pipelinerun'] } };
    await using konflux = await world({ objects: [held] });
    expect(await konflux.write('konflux_pipeline_delete', { name: 'old' })).toMatchObject({
      deleted: false,
      sent: true,
      summary: expect.stringContaining('something still holds it'),
    });
    expect(await konflux.write('konflux_pipeline_delete', { name: 'old' })).toMatchObject({ sent: false });
  });

  it('promise 2: its answer is lost: sent once, and found', async () => {
    await using konflux = await world({ objects: [old] });
    await konflux.fault({ method: 'DELETE', fault: 'reset_after', times: 1 });
    expect(await konflux.write('konflux_pipeline_delete', { name: 'old' })).toMatchObject({ deleted: true });
    expect(await konflux.sent()).toHaveLength(1);
  });
});
