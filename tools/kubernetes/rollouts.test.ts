import { describe, expect, it } from 'vitest';
import { performDirect } from '../../src/kit/perform-direct.ts';
import { services } from '../../test/support/stand-in.ts';
import {
  type DeploymentGiven,
  deploymentObject,
  podObject,
  replicaSetObject,
  waiting,
} from './testing/objects.ts';
import { world } from './testing/world.ts';

const STAGE = { environment: 'stage' };
const APP = { ...STAGE, deployment: 'app' };
const at = (seconds: number) => new Date(Date.parse('2026-06-25T12:00:00Z') + seconds * 1000).toISOString();
const condition = (status: string, reason: string) => ({ type: 'Progressing', status, reason, message: '' });

/** Under way: one of two updated. */
const underWay = (more: DeploymentGiven = {}) =>
  deploymentObject({
    replicas: 2,
    revision: '2',
    conditions: [condition('True', 'ReplicaSetUpdated')],
    status: { updatedReplicas: 1, availableReplicas: 1 },
    ...more,
  });
const updated = { merge: { status: { updatedReplicas: 2 } } };
const available = {
  merge: { status: { availableReplicas: 2 } },
  conditions: [condition('True', 'NewReplicaSetAvailable')],
};

describe('kubernetes_rollout_status', () => {
  it('says what holds the new pods up, not the old ones', async () => {
    const owned = (name: string, hash: string, state?: Record<string, unknown>) =>
      podObject({
        name,
        labels: { app: 'app', 'pod-template-hash': hash },
        owner: { kind: 'ReplicaSet', name: `app-${hash}` },
        ...(state === undefined ? {} : { phase: 'Pending', containers: [{ ready: false, state }] }),
      });
    await using there = await world({
      objects: [
        underWay(),
        replicaSetObject('app', 'old', '1'),
        replicaSetObject('app', 'new', '2'),
        owned('app-old-1', 'old', waiting('CrashLoopBackOff')),
        owned('app-new-1', 'new', waiting('ErrImagePull', 'manifest unknown')),
      ],
    });
    const answer = await there.read('rollout_status', APP);
    expect(answer).toMatchObject({
      state: 'progressing',
      done: false,
      replicas: { desired: 2, updated: 1 },
      new_replica_set: { name: 'app-new', revision: '2' },
      unwell_pods: [{ name: 'app-new-1', reason: 'ErrImagePull', owner: 'Deployment/app' }],
      summary:
        'The rollout of app in stage (demo-stage) is under way: 1 of 2 replicas are updated. app-new-1: ErrImagePull.',
      next: 'kubernetes_event_list {"environment":"stage","object":"app-new-1"}',
    });
  });

  it('past its deadline it has failed, and says with what', async () => {
    await using there = await world();
    expect(await there.read('rollout_status', { ...STAGE, deployment: 'demo-ui' })).toMatchObject({
      state: 'failed',
      deadline_exceeded: true,
      unwell_pods: [{ reason: 'ImagePullBackOff' }],
    });
  });

  it('says the state although ReplicaSets may not be read', async () => {
    await using there = await world({
      objects: [underWay()],
      forbidden: [{ resource: 'replicasets', namespace: 'demo-stage' }],
    });
    expect(await there.read('rollout_status', APP)).toMatchObject({
      state: 'progressing',
      new_replica_set: null,
      unavailable: [{ kind: 'replicasets', code: 'forbidden' }],
    });
  });

  it('one that is not there is not_found', async () => {
    await using there = await world({ objects: [underWay()] });
    await expect(there.read('rollout_status', { ...STAGE, deployment: 'gone' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('kubernetes_rollout_watch', () => {
  /** Moves the clock each time that the watcher has told of a change. */
  function mover(control: (path: string, body?: unknown) => Promise<unknown>) {
    const told: string[] = [];
    const moves: Promise<unknown>[] = [];
    const progress = (message: string) => {
      told.push(message);
      moves.push(control('/clock', { advance: '1m' }));
    };
    return { told, moves, progress };
  }

  it('tells of each change until it is done', async () => {
    const timeline = [
      { at: at(60), ...updated },
      { at: at(120), ...available },
    ];
    await using there = await world({ objects: [underWay({ timeline })] });
    const { told, moves, progress } = mover(there.control);
    const answer = await there.read('rollout_watch', APP, { progress });
    await Promise.all(moves);
    expect(told).toEqual([
      'app: progressing, 1 of 2 replicas are updated',
      'app: progressing, 1 of 2 updated replicas are available',
      'app: done, 2 of 2 replicas are available',
    ]);
    expect(answer).toMatchObject({ state: 'done', finished: true, resume_token: null });
    expect(answer.changes.map(({ state }: { state: string }) => state)).toEqual([
      'progressing',
      'progressing',
      'done',
    ]);
  });

  it('ends with a failure', async () => {
    const late = { conditions: [condition('False', 'ProgressDeadlineExceeded')] };
    await using there = await world({ objects: [underWay({ timeline: [{ at: at(60), ...late }] })] });
    const { moves, progress } = mover(there.control);
    const answer = await there.read('rollout_watch', APP, { progress });
    await Promise.all(moves);
    expect(answer).toMatchObject({ state: 'failed', finished: true, deadline_exceeded: true });
  });

  it('when the time is up it says how far it is, and goes on by its token', async () => {
    const timeline = [{ at: at(600), merge: { status: { updatedReplicas: 2, availableReplicas: 2 } } }];
    await using there = await world({ objects: [underWay({ timeline })] });
    const first = await there.read('rollout_watch', { ...APP, timeout_seconds: 1 });
    expect(first).toMatchObject({
      state: 'progressing',
      finished: false,
      next: expect.stringContaining(first.resume_token),
    });
    await there.control('/clock', { advance: '10m' });
    expect(await there.read('rollout_watch', { ...APP, resume_token: first.resume_token })).toMatchObject({
      state: 'done',
      finished: true,
    });
  });

  it('takes no longer than a call may', async () => {
    await using there = await world({ objects: [underWay()] });
    await expect(there.read('rollout_watch', { ...APP, timeout_seconds: 51 })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});

describe('kubernetes_rollout_restart', () => {
  const restart = { ...STAGE, deployment: 'demo-backend', request_id: 'config-1' };

  it('is one merge patch of the template, once for each request', async () => {
    await using there = await world();
    const first = await there.write('rollout_restart', restart);
    expect(first).toMatchObject({
      sent: true,
      restarted_at: '2026-06-25T12:00:00Z',
      state: 'progressing',
      summary:
        'demo-backend in stage (demo-stage) is being restarted; its rollout is under way: the change has not been taken up yet.',
      next: 'kubernetes_rollout_watch {"environment":"stage","deployment":"demo-backend"}',
    });
    const again = await there.write('rollout_restart', restart);
    expect(again).toMatchObject({ sent: false, restarted_at: '2026-06-25T12:00:00Z' });
    const [sent, ...others] = await there.happened();
    expect(others).toEqual([]);
    expect(sent).toMatchObject({
      kind: 'object_patched',
      data: {
        patch: {
          spec: {
            template: {
              metadata: {
                annotations: {
                  'kubectl.kubernetes.io/restartedAt': '2026-06-25T12:00:00Z',
                  'sluice/restart-request': 'config-1',
                },
              },
            },
          },
        },
      },
    });
    expect(await there.write('rollout_restart', { ...restart, request_id: 'config-2' })).toMatchObject({
      sent: true,
    });
  });

  it('an earlier one is found again in the ReplicaSet that it made', async () => {
    await using there = await world({
      objects: [
        deploymentObject({
          revision: '3',
          template: { annotations: { 'sluice/restart-request': 'second' } },
        }),
        replicaSetObject('app', 'aaa', '2', {
          'sluice/restart-request': 'first',
          'kubectl.kubernetes.io/restartedAt': '2026-06-24T00:00:00Z',
        }),
      ],
    });
    expect(await there.write('rollout_restart', { ...APP, request_id: 'first' })).toMatchObject({
      sent: false,
      restarted_at: '2026-06-24T00:00:00Z',
    });
    expect(await there.happened()).toEqual([]);
  });

  it('a paused Deployment is refused, unless it was restarted before', async () => {
    const template = { annotations: { 'sluice/restart-request': 'mine' } };
    await using there = await world({ objects: [deploymentObject({ paused: true, template })] });
    await expect(there.write('rollout_restart', { ...APP, request_id: 'other' })).rejects.toMatchObject({
      code: 'precondition',
      rule: 'not_paused',
    });
    expect(await there.write('rollout_restart', { ...APP, request_id: 'mine' })).toMatchObject({
      sent: false,
    });
    expect(await there.happened()).toEqual([]);
  });

  it('is found after its answer was lost', async () => {
    await using there = await world();
    await there.control('/faults', {
      system: 'apps-cluster',
      method: 'PATCH',
      fault: 'reset_after',
      times: 1,
    });
    const [effect] = await there.effects('rollout_restart', restart);
    expect(effect).toMatchObject({
      key: 'kubernetes/apps/demo-stage/deployments/demo-backend/restart/config-1',
      preview: {
        action: 'restart',
        target: 'deployment demo-backend in demo-stage',
        after: { request: 'config-1' },
      },
    });
    expect(await performDirect(effect === undefined ? [] : [effect], services)).toMatchObject([
      { outcome: 'sent', data: { restarted_at: '2026-06-25T12:00:00Z' } },
    ]);
    expect(await there.happened()).toHaveLength(1);
  });

  it('a right that is lacking is forbidden', async () => {
    await using there = await world({ forbidden: [{ resource: 'deployments', verb: 'patch' }] });
    await expect(there.write('rollout_restart', restart)).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('kubernetes_scale', () => {
  const to = (replicas: number) => ({ environment: 'production', deployment: 'demo-backend', replicas });

  it('shows before and after, and patches the scale alone', async () => {
    await using there = await world();
    const [effect] = await there.effects('scale', to(3));
    expect(effect).toMatchObject({
      key: 'kubernetes/apps/demo-prod/deployments/demo-backend/replicas/3',
      preview: { before: { replicas: 2 }, after: { replicas: 3 } },
    });
    expect(await there.happened()).toEqual([]);
    expect(await there.write('scale', to(3))).toMatchObject({
      sent: true,
      was: 2,
      replicas: 3,
      state: 'progressing',
      summary: expect.stringContaining('is scaled from 2 to 3 replicas'),
    });
    expect(await there.write('scale', to(3))).toMatchObject({ sent: false, was: null });
    expect(await there.happened()).toMatchObject([
      { kind: 'object_patched', data: { subresource: 'scale', patch: { spec: { replicas: 3 } } } },
    ]);
  });

  it('is taken up by the cluster', async () => {
    await using there = await world();
    await there.write('scale', to(3));
    await there.control('/clock', { advance: '1m' });
    expect(
      await there.read('rollout_status', { environment: 'production', deployment: 'demo-backend' }),
    ).toMatchObject({ done: true, replicas: { desired: 3, available: 3 } });
  });

  it('to 0 stops it', async () => {
    await using there = await world();
    expect(await there.write('scale', to(0))).toMatchObject({
      summary: expect.stringContaining('to 0 replicas'),
    });
  });

  it.each([-1, 1.5, 101])('refuses %s', async (replicas) => {
    await using there = await world();
    await expect(there.write('scale', to(replicas))).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('never guesses the environment', async () => {
    await using there = await world();
    await expect(there.write('scale', { deployment: 'demo-backend', replicas: 1 })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});
