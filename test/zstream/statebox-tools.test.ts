import { describe, expect, test } from 'vitest';
import { errorReport } from '../../src/kit/errors.ts';
import { zstream } from '../../tools/oar/testing/sandbox.ts';

const R = { release: '4.20.27' };
const TASK = { ...R, task: 'stage-testing' };

async function begun() {
  const world = await zstream('z-stream-4.20.27');
  await world.write('oar_create_test_report', R);
  return world;
}

describe('StateBox tools', () => {
  test('without a StateBox there is nothing to say: never "not blocked"', async () => {
    const world = await zstream('z-stream-4.20.27');
    const missing = { code: 'not_found', remedy: expect.stringContaining('oar_create_test_report') };
    await expect(world.read('oar_get_task_blocker', TASK)).rejects.toMatchObject(missing);
    await expect(world.read('oar_get_issues', R)).rejects.toMatchObject(missing);
    await expect(world.read('oar_get_next_actions', R)).rejects.toMatchObject(missing);
    await expect(world.write('oar_add_issue', { ...R, issue: 'x' })).rejects.toMatchObject(missing);
    await expect(world.write('oar_update_task_status', { ...TASK, status: 'Pass' })).rejects.toMatchObject(
      missing,
    );
    expect(await world.changes()).toEqual([]);
  });

  test('an outside that fails is an error too', async () => {
    const world = await begun();
    await world.fault({ system: 'github', method: 'GET', fault: '500', times: 10 });
    await expect(world.read('oar_get_task_blocker', TASK)).rejects.toMatchObject({ code: 'upstream' });
  });

  test('Z-S3 names are checked at the door', async () => {
    const world = await begun();
    const update = (input: object) => world.write('oar_update_task_status', { ...TASK, ...input });
    await expect(update({ task: 'unsupported-task', status: 'Pass' })).rejects.toThrow(
      /Unsupported task name/,
    );
    await expect(update({ status: 'InvalidStatus' })).rejects.toThrow(/Invalid task status/);
    await expect(update({ status: 'Not Started' })).rejects.toThrow(/without a reason/);
  });

  test('Z-S15 a task goes its way, one commit a change', async () => {
    const world = await begun();
    const update = (input: object) => world.write('oar_update_task_status', { ...TASK, ...input });
    expect(await update({ status: 'In Progress', result: '2026-06-25T17:00:00Z: INFO: begun' })).toEqual({
      ...TASK,
      status: 'In Progress',
      started_at: '2026-06-25T17:00:00Z',
      completed_at: null,
      changed: true,
      summary: 'stage-testing of 4.20.27 is In Progress.',
    });
    const passed = { status: 'Pass', result: '2026-06-25T19:00:00Z: INFO: SUCCESS' };
    expect(await update(passed)).toMatchObject({ changed: true, completed_at: '2026-06-25T19:00:00Z' });
    expect(await update(passed)).toMatchObject({ changed: false });
    await expect(update({ status: 'In Progress' })).rejects.toMatchObject({ rule: 'statebox.no-regression' });
    expect(await world.changes()).toHaveLength(3);
    expect(await update({ status: 'Not Started', reason: 'new payload' })).toMatchObject({
      status: 'Not Started',
    });
  });

  test('Z-S12 a lost answer is found again by what the file says', async () => {
    const world = await begun();
    await world.fault({ system: 'github', method: 'PUT', fault: 'reset_after' });
    const update = { ...TASK, status: 'In Progress', result: 'begun' };
    expect(await world.write('oar_update_task_status', update)).toMatchObject({ changed: true });
    expect(await world.changes()).toHaveLength(2);
  });

  test('Z-S12 two creators, two tasks and two issues at once', async () => {
    const world = await zstream('z-stream-4.20.27');
    await Promise.all([world.write('oar_create_test_report', R), world.write('oar_create_test_report', R)]);
    await Promise.all([
      world.write('oar_update_task_status', { ...TASK, status: 'Pass' }),
      world.write('oar_update_task_status', { ...TASK, task: 'image-signed-check', status: 'Pass' }),
      world.write('oar_add_issue', { ...R, issue: 'one' }),
      world.write('oar_add_issue', { ...R, issue: 'two' }),
    ]);
    const status = await world.read('oar_get_release_status', R);
    expect(status).toMatchObject({ tasks: [{ status: 'Pass' }, { status: 'Pass' }], issues: [{}, {}] });
    expect(await world.changes()).toHaveLength(5);
  });

  test('Z-S18 what a task broke on is recorded as its failure', async () => {
    const world = await begun();
    await world.fault({ system: 'jenkins', fault: '500', times: 10 });
    await world.fault({ system: 'gitlab', fault: '500', times: 10 });
    const error = await world.write('oar_stage_testing', R).then(() => undefined, errorReport);
    expect(error?.code).toBe('upstream');
    const result = `ERROR: ${error?.code}: ${error?.cause}`;
    await world.write('oar_update_task_status', { ...TASK, status: 'Fail', result });
    expect(await world.read('oar_get_next_actions', R)).toMatchObject({ release: '4.20.27' });
    expect(await world.read('oar_get_release_status', R)).toMatchObject({
      tasks: [{ name: 'stage-testing', status: 'Fail', completed_at: expect.any(String) }],
    });
    // The same again is no news.
    expect(await world.write('oar_update_task_status', { ...TASK, status: 'Fail', result })).toMatchObject({
      changed: false,
    });
  });

  test('Z-S8 to Z-S10 an issue from its filing to its end', async () => {
    const world = await begun();
    const issue = { ...R, issue: 'Jenkins is down', related_tasks: ['stage-testing'] };
    expect(await world.write('oar_add_issue', issue)).toMatchObject({ created: true });
    expect(await world.write('oar_add_issue', { ...issue, issue: 'jenkins IS down' })).toMatchObject({
      created: false,
      issue: { issue: 'Jenkins is down' },
    });
    await expect(world.effects('oar_add_issue', { ...issue, issue: 'another' })).rejects.toThrow(
      /already has unresolved blocker/,
    );
    expect(await world.read('oar_get_task_blocker', TASK)).toMatchObject({
      blocked: true,
      blocker: { issue: 'Jenkins is down', resolved: false },
      general_blockers: [],
    });
    const resolved = { ...R, issue: 'jenkins', resolution: 'It is up again' };
    expect(await world.write('oar_resolve_issue', resolved)).toMatchObject({
      changed: true,
      issue: { resolved: true, resolution: 'It is up again' },
    });
    expect(await world.write('oar_resolve_issue', resolved)).toMatchObject({ changed: false });
    expect(await world.read('oar_get_task_blocker', TASK)).toMatchObject({ blocked: false, blocker: null });
    expect(await world.read('oar_get_issues', { ...R, unresolved_only: true })).toMatchObject({ count: 0 });
    expect(await world.read('oar_get_issues', { ...R, task: 'stage-testing' })).toMatchObject({ count: 1 });
    await expect(world.write('oar_add_issue', { ...R, issue: 'x'.repeat(1001) })).rejects.toThrow(/1000/);
    expect(await world.changes()).toHaveLength(3);
  });

  test('Z-P15 the release that another automation began', async () => {
    const world = await zstream('z-stream-takeover-4.17.55');
    const next = await world.read('oar_get_next_actions', { release: '4.17.55' });
    expect(next).toMatchObject({
      phase: 'tests',
      summary: expect.stringContaining('poll push-to-cdn-staging, image-consistency-check, stage-testing'),
    });
    expect(JSON.stringify(next)).not.toContain('"start"');
  });
});
