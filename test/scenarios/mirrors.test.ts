import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { play } from '../support/story.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
afterEach(async () => {
  await world.close();
});

const RELEASE = '4.20.27';
const WORKFLOW = [
  'take-ownership',
  'check-cve-tracker-bug',
  'push-to-cdn-staging',
  'analyze-candidate-build',
  'image-consistency-check',
  'stage-testing',
  'analyze-promoted-build',
  'image-signed-check',
  'change-advisory-status',
];

async function call(tool: string, input: object): Promise<Record<string, unknown>> {
  const { out, err } = await world.run(['call', tool, JSON.stringify(input), '--json']);
  const answer = JSON.parse(out);
  if (answer.error !== undefined) throw new Error(`${tool}: ${answer.error.cause} ${err}`);
  return answer;
}

test('promise 52: a release that is done has its StateBox in step: every task Pass, with the times of the journal', async () => {
  world = await startWorld({ scenario: 'z-stream-4.20.27' });
  await world.fresh();
  await play(world);
  const status = await call('oar_get_release_status', { release: RELEASE });
  expect(status).toMatchObject({ overall: 'Pass', issues: [] });
  const tasks = status.tasks as { name: string; status: string; started_at: string; completed_at: string }[];
  expect(tasks.map(({ name }) => name).sort()).toEqual([...WORKFLOW].sort());
  expect(new Set(tasks.map((task) => task.status))).toEqual(new Set(['Pass']));
  expect(tasks.find(({ name }) => name === 'push-to-cdn-staging')).toMatchObject({
    started_at: '2026-06-25T12:00:00Z',
    completed_at: '2026-06-25T13:15:00Z',
  });
});

test('the report sheet is kept in step where the policy says so, and only where the release has a tab', async () => {
  world = await startWorld({ scenario: 'z-stream-4.20.27' });
  writeFileSync(
    world.sandbox.config,
    `${readFileSync(world.sandbox.config, 'utf8')}\npolicy: { sheet_mirror: "on" }\n`,
  );
  await world.fresh();
  await call('sheets_create_report', {
    release: RELEASE,
    advisories: ['rpm 169025', 'rhcos 169026'],
    candidate_builds: { x86_64: '4.20.0-0.nightly-2026-06-24-204339' },
    jira: { key: 'ART-21265', url: 'https://redhat.atlassian.net/browse/ART-21265' },
  });
  await play(world);
  const report = await call('sheets_get_report', { release: RELEASE });
  const tasks = report.tasks as { task: string; status: string }[];
  const mirrored = tasks.filter(({ task }) => WORKFLOW.includes(task));
  expect(mirrored.map(({ status }) => status)).toEqual(WORKFLOW.map(() => 'Pass'));
  expect(tasks.filter(({ task }) => !WORKFLOW.includes(task)).some(({ status }) => status === 'Pass')).toBe(
    false,
  );
});

test('promise 52: a mirror that cannot be written holds nothing up, and is told', async () => {
  world = await startWorld({ scenario: 'z-stream-4.20.27' });
  await world.fresh();
  await world.run(['drive', 'z-stream', `release=${RELEASE}`]);
  await world.fault({ system: 'github', method: 'PUT', fault: '500', times: 10_000 });
  const { out } = await world.run(['drive', RELEASE, '--until-idle', '--json']);
  expect(JSON.parse(out)).toMatchObject({ state: 'needs_approval' });
  const explained = await world.run(['explain', RELEASE, 'take-ownership', '--json']);
  const { notices } = JSON.parse(explained.out).explained[0];
  expect(notices).toContainEqual(
    expect.objectContaining({ notice: 'take-ownership/passed/1/1', state: 'delayed' }),
  );
});

test('promise 52: what somebody else makes of the StateBox is reported, and not obeyed', async () => {
  world = await startWorld({ scenario: 'z-stream-4.20.27' });
  await world.fresh();
  await world.run(['drive', 'z-stream', `release=${RELEASE}`]);
  await world.pass('1h');
  await world.run(['drive', RELEASE]);
  await call('oar_update_task_status', {
    release: RELEASE,
    task: 'take-ownership',
    status: 'Not Started',
    reason: 'by hand',
  });
  const { out } = await world.run(['drive', RELEASE, '--until-idle', '--json']);
  const report = JSON.parse(out);
  expect(report.state).toBe('needs_approval');
  const found = report.steps.find(({ id }: { id: string }) => id === 'statebox-agrees');
  expect(found).toMatchObject({
    state: 'failed',
    cause: expect.stringContaining('take-ownership is Not Started'),
  });
});
