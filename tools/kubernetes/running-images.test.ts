import { describe, expect, it } from 'vitest';
import { deploymentObject, digest, IMAGE, podObject } from './testing/objects.ts';
import { world } from './testing/world.ts';

const STAGE = { environment: 'stage' };
const OTHER = 'registry.example.com/proxy';
const two = [deploymentObject({ replicas: 2 }), podObject({ name: 'app-1' }), podObject({ name: 'app-2' })];

describe('kubernetes_running_images', () => {
  it('all of it runs', async () => {
    await using there = await world({ objects: two });
    expect(await there.read('running_images', STAGE)).toEqual({
      environment: 'stage',
      cluster: 'apps',
      namespace: 'demo-stage',
      all_running: true,
      disagreeing: [],
      total: 1,
      truncated: false,
      containers: [
        {
          deployment: 'app',
          container: 'app',
          spec_image: `${IMAGE}:1`,
          running: [{ digest: digest('a'), image: `${IMAGE}:1`, pods: ['app-1', 'app-2'], pods_total: 2 }],
          not_running: 0,
          all_running: true,
          why: 'all 2 run it',
        },
      ],
      live: {
        deployments: [{ name: 'app', namespace: 'demo-stage', image: `${IMAGE}:1` }],
        rollouts_running: false,
      },
      summary: '1 container in stage (demo-stage): every pod runs what their templates name.',
    });
  });

  it('pods that disagree are named, and the gate does not pass', async () => {
    const odd = podObject({ name: 'app-2', containers: [{ imageID: `${IMAGE}@${digest('b')}` }] });
    await using there = await world({ objects: [two[0] ?? {}, two[1] ?? {}, odd] });
    const answer = await there.read('running_images', STAGE);
    expect(answer).toMatchObject({
      all_running: false,
      disagreeing: ['app/app'],
      summary: expect.stringContaining('app/app: its pods run 2 different images'),
    });
    expect(answer.live.deployments).toHaveLength(2);
  });

  it('the digest asked for, of an image or a Deployment', async () => {
    await using there = await world({ objects: two });
    const verdict = async (input: object) =>
      (await there.read('running_images', { ...STAGE, ...input })).all_running;
    expect(await verdict({ image: `${IMAGE}:latest`, digest: digest('a') })).toBe(true);
    expect(await verdict({ image: IMAGE, digest: digest('b') })).toBe(false);
    expect(await verdict({ deployment: 'app', digest: digest('a') })).toBe(true);
    await expect(verdict({ digest: digest('a') })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('of nothing it does not say that all runs', async () => {
    await using there = await world({ objects: two });
    expect(await there.read('running_images', { ...STAGE, image: OTHER })).toMatchObject({
      all_running: false,
      total: 0,
      summary: `No container of ${OTHER} in stage (demo-stage).`,
    });
    await using stopped = await world({ objects: [deploymentObject({ replicas: 0 })] });
    expect(await stopped.read('running_images', STAGE)).toMatchObject({
      all_running: false,
      summary: expect.stringContaining('all of them are scaled to 0'),
    });
  });

  it('a stopped Deployment does not spoil the rest', async () => {
    await using there = await world({ objects: [...two, deploymentObject({ name: 'idle', replicas: 0 })] });
    expect(await there.read('running_images', STAGE)).toMatchObject({ all_running: true, total: 2 });
  });

  it('a rollout that is not done does not pass, though the pods that are there agree', async () => {
    const open = deploymentObject({ replicas: 2, status: { replicas: 3 } });
    await using there = await world({ objects: [open, ...two.slice(1)] });
    expect(await there.read('running_images', STAGE)).toMatchObject({
      all_running: false,
      live: { rollouts_running: true },
      summary: expect.stringContaining('app: 1 old replica still to go'),
    });
  });

  it('on the team’s clusters: what does not run is said', async () => {
    await using there = await world();
    const answer = await there.read('running_images', STAGE);
    expect(
      answer.containers.map(({ container, why }: { container: string; why: string }) => [container, why]),
    ).toEqual([
      ['demo-ui', 'it runs in no pod'],
      ['demo-worker', 'it runs in no pod'],
      ['demo-backend', 'all 2 run it'],
    ]);
    expect(answer.all_running).toBe(false);
  });
});
