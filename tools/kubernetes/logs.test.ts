import { describe, expect, it } from 'vitest';
import { deploymentObject, podObject, waiting } from './testing/objects.ts';
import { world } from './testing/world.ts';

const STAGE = { environment: 'stage' };
const WORKER = 'demo-worker-55f6d8b7c-q2n4v';

describe('logs', () => {
  it('of a Deployment: those that fail first, and where the reason stands', async () => {
    await using there = await world();
    const answer = await there.read('logs', { ...STAGE, deployment: 'demo-worker' });
    expect(answer).toMatchObject({
      logs: [{ pod: WORKER, container: 'demo-worker', lines: ['worker starting'], truncated: false }],
      next: `kubernetes_logs {"environment":"stage","pod":"${WORKER}","container":"demo-worker","previous":true}`,
    });
    const backend = await there.read('logs', { ...STAGE, deployment: 'demo-backend', pods: 1 });
    expect(backend).toMatchObject({
      logs: [
        {
          pod: 'demo-backend-7d9f8c6b5-9pq7t',
          lines: ['listening on :8000', 'migration pending, not ready'],
        },
      ],
      truncated: true,
      summary: expect.stringContaining('1 pod more not read'),
    });
  });

  it('of before the restart: why it crashed', async () => {
    await using there = await world();
    const answer = await there.read('logs', { ...STAGE, pod: WORKER, previous: true });
    expect(answer.logs[0].lines).toEqual(['worker starting', 'reading 2000000 rows', 'Killed']);
    expect(answer).not.toHaveProperty('next');
    expect(answer.summary).toMatch(/^The last 3 lines before the last restart/);
  });

  it('of what never ran: the reason, and where to look', async () => {
    await using there = await world();
    expect(await there.read('logs', { ...STAGE, deployment: 'demo-ui' })).toMatchObject({
      logs: [{ lines: [], note: 'it has no log: ImagePullBackOff' }],
      summary: expect.stringMatching(/^No lines in stage/),
      next: expect.stringContaining('kubernetes_event_list'),
    });
    const pod = 'demo-backend-7d9f8c6b5-4kx2m';
    expect(await there.read('logs', { ...STAGE, pod, previous: true })).toMatchObject({
      logs: [{ lines: [], note: 'it has not been restarted, so there is no earlier log' }],
    });
  });

  it('within a time, and no more lines than asked for', async () => {
    await using there = await world();
    const pod = 'demo-backend-7d9f8c6b5-4kx2m';
    expect(await there.read('logs', { ...STAGE, pod, since: '5m' })).toMatchObject({
      logs: [{ lines: ['GET /api/health 200 3ms'], truncated: false }],
    });
    expect(await there.read('logs', { ...STAGE, pod, tail_lines: 1 })).toMatchObject({
      logs: [{ lines: ['GET /api/health 200 3ms'], truncated: true }],
      truncated: true,
    });
  });

  it('of two containers, the one that fails; else the default one; else the one named', async () => {
    const two = (name: string, state?: Record<string, unknown>) => ({
      ...podObject({
        name,
        annotations: { 'kubectl.kubernetes.io/default-container': 'proxy' },
        containers: [
          { name: 'app', ...(state === undefined ? {} : { ready: false, state }) },
          { name: 'proxy' },
        ],
      }),
      logs: { app: 'from app\n', proxy: 'from proxy\n' },
    });
    await using there = await world({ objects: [two('well'), two('crashed', waiting('CrashLoopBackOff'))] });
    const container = async (input: object) => {
      const { logs } = await there.read('logs', { ...STAGE, ...input });
      return logs.map((log: { container: string; lines: string[] }) => [log.container, ...log.lines]);
    };
    expect(await container({ pod: 'crashed' })).toEqual([['app', 'from app']]);
    expect(await container({ pod: 'well' })).toEqual([['proxy', 'from proxy']]);
    expect(await container({ pod: 'well', container: 'app' })).toEqual([['app', 'from app']]);
    await expect(container({ pod: 'well', container: 'sidecar' })).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: 'It has: app, proxy.',
    });
  });

  it('are cut to 8 KB, a fair share for each pod, and say so', async () => {
    const long = (name: string, line: string) => ({
      ...podObject({ name }),
      logs: { app: `${line.repeat(99)}\n`.repeat(200) },
    });
    await using there = await world({ objects: [deploymentObject(), long('a', 'x'), long('b', 'y')] });
    const answer = await there.read('logs', { ...STAGE, deployment: 'app', tail_lines: 500 });
    expect(answer.truncated).toBe(true);
    const shown = answer.logs.map((log: { truncated: boolean; lines: string[] }) => [
      log.truncated,
      log.lines.length,
    ]);
    expect(shown).toEqual([
      [true, 40],
      [true, 41],
    ]);
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  });

  it.each([{}, { pod: 'a', deployment: 'b' }])('want either a pod or a Deployment: %j', async (input) => {
    await using there = await world();
    await expect(there.read('logs', { ...STAGE, ...input })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('of a Deployment without pods: why there are none', async () => {
    await using there = await world({ objects: [deploymentObject({ replicas: 0 })] });
    await expect(there.read('logs', { ...STAGE, deployment: 'app' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: expect.stringContaining('kubernetes_rollout_status'),
    });
  });

  it('of a pod whose log we may not read: forbidden', async () => {
    await using there = await world({ forbidden: [{ resource: 'pods/log' }] });
    await expect(there.read('logs', { ...STAGE, pod: WORKER })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
