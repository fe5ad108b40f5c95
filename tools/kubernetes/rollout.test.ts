import { describe, expect, it } from 'vitest';
import { byUrgency } from './deployment-list.ts';
import { rolloutOf, rolloutText } from './rollout.ts';
import { type DeploymentGiven, deployment } from './testing/objects.ts';

const LATE = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
const NEW = [{ type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' }];

describe('state of a rollout', () => {
  it.each<[string, DeploymentGiven, string, string]>([
    ['all there', { replicas: 2 }, 'done', '2 of 2 replicas are available'],
    ['scaled to 0', { replicas: 0 }, 'done', 'it is scaled to 0'],
    [
      'a change not seen yet',
      { generation: 3, status: { observedGeneration: 2 } },
      'progressing',
      'the change has not been taken up yet',
    ],
    [
      'a deadline of the change before is no failure of this one',
      { generation: 3, conditions: LATE, status: { observedGeneration: 2 } },
      'progressing',
      'the change has not been taken up yet',
    ],
    [
      'past its deadline',
      { replicas: 2, conditions: LATE, status: { updatedReplicas: 1, availableReplicas: 1 } },
      'failed',
      'it did not get on within its deadline: 1 of 2 updated, 1 available',
    ],
    ['paused', { paused: true }, 'paused', 'it is paused, so changes of its template are not rolled out'],
    [
      'quota in the way',
      {
        replicas: 2,
        conditions: [...NEW, { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }],
        status: { updatedReplicas: 0 },
      },
      'progressing',
      'pods cannot be made (FailedCreate)',
    ],
    [
      'some updated',
      { replicas: 3, conditions: NEW, status: { updatedReplicas: 1 } },
      'progressing',
      '1 of 3 replicas are updated',
    ],
    [
      'old ones left',
      { replicas: 2, conditions: NEW, status: { replicas: 3, updatedReplicas: 2 } },
      'progressing',
      '1 old replica still to go',
    ],
    [
      'not available yet',
      { replicas: 2, conditions: NEW, status: { availableReplicas: 1 } },
      'progressing',
      '1 of 2 updated replicas are available',
    ],
    [
      'lost afterwards',
      { replicas: 2, status: { availableReplicas: 1 } },
      'progressing',
      '1 of 2 updated replicas are available, after it had been rolled out',
    ],
  ])('%s', (_, given, state, why) => {
    expect(rolloutOf(deployment(given))).toMatchObject({ state, why });
  });

  it('is told in words', () => {
    expect(rolloutText(rolloutOf(deployment()))).toBe('is done: 1 of 1 replicas are available');
  });

  it('orders a list: failed, progressing, paused, done', () => {
    const all = [
      deployment({ name: 'done' }),
      deployment({ name: 'paused', paused: true }),
      deployment({ name: 'late', conditions: LATE }),
      deployment({ name: 'b', status: { updatedReplicas: 0 } }),
      deployment({ name: 'a', status: { updatedReplicas: 0 } }),
    ];
    expect(byUrgency(all).map(({ metadata }) => metadata.name)).toEqual(['late', 'a', 'b', 'paused', 'done']);
  });
});
