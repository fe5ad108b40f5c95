import { describe, expect, it } from 'vitest';
import { podHealth, readyText, restartsOf } from './pod-health.ts';
import { judgePods, podText } from './pod-row.ts';
import { ended, NOW, type PodGiven, pod, RUNNING, waiting } from './testing/objects.ts';

const now = Date.parse(NOW);
const health = (given: PodGiven) => podHealth(pod(given), now);
const one = (container: NonNullable<PodGiven['containers']>[number], more: PodGiven = {}) =>
  health({ containers: [container], ...more });

describe('health of a pod', () => {
  it.each<[string, PodGiven, string, string]>([
    ['running and ready', {}, 'healthy', ''],
    ['W-E01 running, 0/1 ready', { containers: [{ ready: false }] }, 'not_ready', 'ContainersNotReady'],
    [
      'W-E01 image that cannot be pulled',
      { phase: 'Pending', containers: [{ ready: false, state: waiting('ImagePullBackOff') }] },
      'failing',
      'ImagePullBackOff',
    ],
    [
      'first pull failed',
      { phase: 'Pending', containers: [{ ready: false, state: waiting('ErrImagePull') }] },
      'failing',
      'ErrImagePull',
    ],
    [
      'crashing',
      { containers: [{ ready: false, state: waiting('CrashLoopBackOff'), lastState: ended('Error', 1) }] },
      'failing',
      'CrashLoopBackOff',
    ],
    [
      'config missing',
      { phase: 'Pending', containers: [{ ready: false, state: waiting('CreateContainerConfigError') }] },
      'failing',
      'CreateContainerConfigError',
    ],
    [
      'a reason to wait that we do not know',
      { phase: 'Pending', containers: [{ ready: false, state: waiting('SomethingNew') }] },
      'failing',
      'SomethingNew',
    ],
    ['just ended with an error', { containers: [{ ready: false, state: ended('', 2) }] }, 'failing', 'Error'],
    [
      'W-E01 killed for memory and restarted, not ready yet',
      { containers: [{ ready: false, restarts: 1, lastState: ended('OOMKilled', 137) }] },
      'failing',
      'OOMKilled',
    ],
    [
      'killed for memory ten minutes ago, ready again',
      { containers: [{ restarts: 1, lastState: ended('OOMKilled', 137, '2026-06-25T11:50:00Z') }] },
      'failing',
      'OOMKilled',
    ],
    [
      'killed for memory days ago, ready since',
      { containers: [{ restarts: 1, lastState: ended('OOMKilled', 137, '2026-06-20T11:50:00Z') }] },
      'healthy',
      '',
    ],
    [
      'killed for memory days ago, and not ready',
      {
        containers: [
          { ready: false, restarts: 1, lastState: ended('OOMKilled', 137, '2026-06-20T11:50:00Z') },
        ],
      },
      'failing',
      'OOMKilled',
    ],
    [
      'crashed once, ready since',
      { containers: [{ restarts: 1, lastState: ended('Error', 1) }] },
      'healthy',
      '',
    ],
    [
      'W-E01 job done',
      { phase: 'Succeeded', containers: [{ ready: false, state: ended('Completed', 0) }] },
      'completed',
      'Completed',
    ],
    ['evicted', { phase: 'Failed', reason: 'Evicted', containers: [] }, 'failing', 'Evicted'],
    [
      'job failed',
      { phase: 'Failed', containers: [{ ready: false, state: ended('Error', 3) }] },
      'failing',
      'Error',
    ],
    ['on its way out', { deleted: true, containers: [{ ready: false }] }, 'terminating', ''],
    [
      'cannot be placed',
      {
        phase: 'Pending',
        containers: [],
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/3 nodes are available',
          },
        ],
      },
      'pending',
      'Unschedulable',
    ],
    [
      'being made',
      { phase: 'Pending', containers: [{ ready: false, state: waiting('ContainerCreating') }] },
      'pending',
      'ContainerCreating',
    ],
    ['its node is lost', { phase: 'Unknown' }, 'not_ready', 'Unknown'],
    [
      'an init container fails',
      {
        phase: 'Pending',
        init: [{ name: 'migrate', ready: false, state: waiting('CrashLoopBackOff') }],
        containers: [{ ready: false, state: waiting('PodInitializing') }],
      },
      'failing',
      'CrashLoopBackOff',
    ],
    [
      'init containers are done',
      { init: [{ name: 'migrate', ready: true, state: ended('Completed', 0) }], containers: [{}] },
      'healthy',
      '',
    ],
    [
      'no Ready condition: by its containers',
      { conditions: [], containers: [{ ready: false }] },
      'not_ready',
      'NotReady',
    ],
  ])('%s', (_, given, state, reason) => {
    expect(health(given)).toMatchObject({ state, reason });
  });

  it('names the container and how it ended the last time', () => {
    const lastState = ended('OOMKilled', 137);
    expect(
      one({ name: 'worker', ready: false, state: waiting('CrashLoopBackOff'), lastState }),
    ).toMatchObject({
      container: 'worker',
      lastEnd: { reason: 'OOMKilled', exitCode: 137 },
    });
  });

  it('of two containers names the one that fails', () => {
    const containers = [{}, { name: 'proxy', ready: false, state: waiting('CrashLoopBackOff') }];
    expect(health({ containers })).toMatchObject({ state: 'failing', container: 'proxy' });
  });

  it('counts ready containers and restarts as kubectl does', () => {
    const two = pod({
      containers: [{ restarts: 2 }, { name: 'b', ready: false, restarts: 3, state: RUNNING }],
    });
    expect([readyText(two), restartsOf(two)]).toEqual(['1/2', 5]);
    // Before the kubelet has said anything there are no statuses.
    const unseen = pod({ containers: [{}] });
    expect(readyText({ ...unseen, status: { ...unseen.status, containerStatuses: [] } })).toBe('0/1');
  });
});

describe('pods in a list', () => {
  it('stand the worst first, the newest first of the same state', () => {
    const names = judgePods(
      [
        pod({ name: 'done', phase: 'Succeeded' }),
        pod({ name: 'old', created: '2026-06-25T08:00:00Z' }),
        pod({ name: 'new', created: '2026-06-25T11:00:00Z' }),
        pod({ name: 'late', containers: [{ ready: false }] }),
        pod({ name: 'crash', containers: [{ ready: false, state: waiting('CrashLoopBackOff') }] }),
      ],
      now,
    ).map(({ pod: { metadata } }) => metadata.name);
    expect(names).toEqual(['crash', 'late', 'new', 'old', 'done']);
  });

  it('are told in a few words', () => {
    const lastState = ended('OOMKilled', 137);
    const crashed = { restarts: 6, ready: false, state: waiting('CrashLoopBackOff'), lastState };
    const [judged] = judgePods([pod({ name: 'worker-1', containers: [crashed] })], now);
    expect(judged && podText(judged)).toBe('worker-1: CrashLoopBackOff after OOMKilled, 6 restarts');
  });
});
