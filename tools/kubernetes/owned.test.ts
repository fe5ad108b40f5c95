import { describe, expect, it } from 'vitest';
import { newReplicaSet, ownerOf, podsOf, podsOfReplicaSet, replicaSetsOf, selects } from './owned.ts';
import { REPLICA_SET } from './resources/deployment.ts';
import { deployment, deploymentObject, pod, replicaSetObject } from './testing/objects.ts';

const set = (name: string, hash: string, revision: string) =>
  REPLICA_SET.schema.parse(replicaSetObject(name, hash, revision));
const ofSet = (name: string, hash: string, more = name) =>
  pod({
    name: `${name}-${hash}-x`,
    labels: { app: more, 'pod-template-hash': hash },
    owner: { kind: 'ReplicaSet', name: `${name}-${hash}` },
  });
const names = (all: readonly { metadata: { name: string } }[]) => all.map(({ metadata }) => metadata.name);

describe('selectors', () => {
  const none = { matchLabels: {}, matchExpressions: [] };
  it.each([
    [{ ...none, matchLabels: { app: 'a' } }, true],
    [{ ...none, matchLabels: { app: 'a', tier: 'db' } }, false],
    [{ ...none, matchExpressions: [{ key: 'tier', operator: 'In', values: ['web', 'api'] }] }, true],
    [{ ...none, matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['web'] }] }, false],
    [{ ...none, matchExpressions: [{ key: 'gone', operator: 'NotIn', values: ['x'] }] }, true],
    [{ ...none, matchExpressions: [{ key: 'app', operator: 'Exists', values: [] }] }, true],
    [{ ...none, matchExpressions: [{ key: 'app', operator: 'DoesNotExist', values: [] }] }, false],
    [none, false],
  ])('%j: %s', (selector, fits) => {
    expect(selects(selector, { app: 'a', tier: 'web' })).toBe(fits);
  });
});

describe('what belongs to a Deployment', () => {
  it('are pods of its ReplicaSets, and those of its labels that nobody controls', () => {
    const kept = podsOf(deployment({ name: 'app' }), [
      ofSet('app', 'aaa'),
      // Same labels, but another Deployment's, or a Job's.
      ofSet('app-canary', 'bbb', 'app'),
      pod({ name: 'job', owner: { kind: 'Job', name: 'app' } }),
      pod({ name: 'alone' }),
      pod({ name: 'other', labels: { app: 'other' } }),
    ]);
    expect(names(kept)).toEqual(['app-aaa-x', 'alone']);
  });

  it('are its ReplicaSets; the new one is that of its revision', () => {
    const own = replicaSetsOf(deployment({ name: 'app' }), [
      set('app', 'old', '9'),
      set('other', 'x', '12'),
      set('app', 'new', '10'),
    ]);
    expect(names(own)).toEqual(['app-old', 'app-new']);
    // After a rollback the present revision is the highest again; without the annotation the highest counts.
    expect(newReplicaSet(deployment({ revision: '9' }), own)?.metadata.name).toBe('app-old');
    expect(newReplicaSet(deployment({ revision: '99' }), own)?.metadata.name).toBe('app-new');
    expect(
      names(podsOfReplicaSet(set('app', 'new', '10'), [ofSet('app', 'new'), ofSet('app', 'old')])),
    ).toEqual(['app-new-x']);
  });

  it('is what a person names as the owner of a pod', () => {
    expect(ownerOf(ofSet('app', 'aaa'))).toEqual({ kind: 'Deployment', name: 'app' });
    expect(ownerOf(pod({ owner: { kind: 'Job', name: 'job-1' } }))).toEqual({ kind: 'Job', name: 'job-1' });
    expect(ownerOf(pod())).toBeUndefined();
  });

  it('has one replica when it does not say, as the API does', () => {
    const { spec, ...rest } = deploymentObject() as { spec: { replicas?: number } };
    const { replicas: _, ...unsaid } = spec;
    expect(REPLICA_SET.schema.parse({ ...rest, spec: unsaid }).spec.replicas).toBe(1);
  });
});
