import { isDeepStrictEqual } from 'node:util';
import { isTree, type Tree } from '../scenario/merge.ts';
import type { Change } from '../scenario/schema-kubernetes.ts';
import { isoSeconds } from '../scenario/time.ts';
import { labelsOf, listAt, nameOf, namespaceOf, textAt, treeAt, uidOf, wordsAt } from './manifest.ts';
import { suffix } from './names.ts';
import type { ResourceType } from './resources.ts';
import type { ObjectStore } from './store.ts';

export type Rollout = NonNullable<Change['rollout']>;

interface Target {
  type: ResourceType;
  namespace: string;
  name: string;
}

interface Step {
  after: number;
  changes: (now: number) => Change[];
}

const NOTICED = 2_000;
const DEADLINE = 600_000;
const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

/** What becomes of a Deployment, its ReplicaSets and its pods when it gets another image. */
export function steps(rollout: Rollout, store: ObjectStore, target: Target, nth: number): Step[] {
  const now = () => store.get(target.type, target.namespace, target.name) ?? {};
  const fails = rollout.digest === '' ? (rollout.fails ?? 'ImagePullBackOff') : rollout.fails;
  const wanted: Step = {
    after: 0,
    changes: () => [{ merge: { spec: { template: { spec: { containers: containers(now(), rollout) } } } } }],
  };
  const noticed: Step = {
    after: NOTICED,
    changes: (at) => begin(now(), others(store, now()), { rollout, nth, at }),
  };
  const ended: Step[] =
    fails === undefined
      ? [{ after: rollout.takes, changes: (at) => end(now(), others(store, now()), rollout, at) }]
      : [
          { after: rollout.takes, changes: (at) => stuck(others(store, now()).fresh, rollout, fails, at) },
          { after: DEADLINE, changes: () => [givenUp(now())] },
        ];
  return [wanted, noticed, ...ended];
}

function containers(deployment: Tree, { container, image }: Rollout): Tree[] {
  const all = listAt(deployment, 'spec.template.spec.containers').filter(isTree);
  const meant = container ?? textAt(all[0], 'name');
  return all.map((one) => (one.name === meant ? { ...one, image } : one));
}

interface Others {
  sets: Tree[];
  /** Of the template as the Deployment has it now. */
  current: Tree | undefined;
  fresh: Tree[];
  old: Tree[];
}

function others(store: ObjectStore, deployment: Tree): Others {
  const selected = wordsAt(deployment, 'spec.selector.matchLabels');
  const mine = (object: Tree) =>
    namespaceOf(object) === namespaceOf(deployment) &&
    Object.entries(selected).every(([label, value]) => labelsOf(object)[label] === value);
  const all = store.everything().filter(({ object }) => mine(object));
  const ofKind = (kind: string) => all.filter(({ type }) => type.kind === kind).map(({ object }) => object);
  const sets = ofKind('ReplicaSet');
  const template = treeAt(deployment, 'spec.template.spec');
  const current = sets.find((set) => isDeepStrictEqual(treeAt(set, 'spec.template.spec'), template));
  const hash = current === undefined ? undefined : labelsOf(current)[HASH];
  const isFresh = (pod: Tree) => hash !== undefined && labelsOf(pod)[HASH] === hash;
  const pods = ofKind('Pod');
  return { sets, current, fresh: pods.filter(isFresh), old: pods.filter((pod) => !isFresh(pod)) };
}

interface Begin {
  rollout: Rollout;
  nth: number;
  at: number;
}

function begin(deployment: Tree, { sets, current, old }: Others, { rollout, nth, at }: Begin): Change[] {
  const name = nameOf(deployment);
  const replicas = Number(treeAt(deployment, 'spec').replicas ?? 1);
  const image = rollout.image;
  const hash =
    (current && labelsOf(current)[HASH]) ?? suffix(`${name} ${image}`) + suffix(`${image} ${name}`);
  const set = current === undefined ? `${name}-${hash}` : nameOf(current);
  const revision = String(1 + Math.max(0, ...[deployment, ...sets].map(revisionOf)));
  const template = treeAt(deployment, 'spec.template');
  const labels = { ...wordsAt(template, 'metadata.labels'), [HASH]: hash };
  const namespace = namespaceOf(deployment);
  const pods = Array.from({ length: replicas }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${set}-${suffix(`${set} ${nth} ${index}`)}`, namespace, labels },
    spec: treeAt(template, 'spec'),
    status: { phase: 'Pending', startTime: isoSeconds(at), conditions: [notReady(at)] },
  }));
  const replicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: set,
      namespace,
      labels,
      annotations: { [REVISION]: revision },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name, uid: uidOf(deployment), controller: true },
      ],
    },
    spec: { ...treeAt(deployment, 'spec'), template },
    status: { replicas, observedGeneration: 1 },
  };
  const progress = `ReplicaSet "${set}" is progressing.`;
  return [
    {
      create: [replicaSet, ...pods],
      merge: {
        metadata: { annotations: { [REVISION]: revision } },
        status: {
          observedGeneration: treeAt(deployment, 'metadata').generation ?? 1,
          replicas: replicas + old.length,
          updatedReplicas: replicas,
          unavailableReplicas: replicas,
        },
      },
      conditions: [{ type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: progress }],
    },
  ];
}

function end(
  deployment: Tree,
  { sets, current, fresh, old }: Others,
  rollout: Rollout,
  at: number,
): Change[] {
  const replicas = Number(treeAt(deployment, 'spec').replicas ?? 1);
  const up = { replicas, readyReplicas: replicas, availableReplicas: replicas };
  const down = { replicas: 0, readyReplicas: null, availableReplicas: null };
  const done = `ReplicaSet "${current === undefined ? '' : nameOf(current)}" has successfully progressed.`;
  return [
    ...fresh.map((pod) => ({ of: nameIn(pod), merge: { status: running(pod, rollout, at) } })),
    ...sets.map((set) => ({
      of: nameIn(set),
      merge: set === current ? { status: up } : { spec: { replicas: 0 }, status: down },
    })),
    ...old.map((pod) => ({ of: nameIn(pod), delete: true as const })),
    {
      merge: { status: { ...up, updatedReplicas: replicas, unavailableReplicas: null } },
      conditions: [
        {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: done },
      ],
    },
  ];
}

/** The new pods never come up; what ran before goes on. */
function stuck(fresh: readonly Tree[], { image }: Rollout, reason: string, at: number): Change[] {
  return fresh.map((pod) => ({
    of: nameIn(pod),
    merge: {
      status: {
        conditions: [notReady(at)],
        containerStatuses: podContainers(pod).map((one) => ({
          name: one.name,
          ready: false,
          started: false,
          restartCount: 0,
          image: one.image,
          imageID: '',
          state: { waiting: { reason, message: `Back-off pulling image "${image}"` } },
        })),
      },
    },
  }));
}

function givenUp(deployment: Tree): Change {
  const message = `Deployment "${nameOf(deployment)}" exceeded its progress deadline`;
  return {
    conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message }],
  };
}

function running(pod: Tree, { image: wanted, digest }: Rollout, at: number): Tree {
  const startedAt = isoSeconds(at);
  return {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: startedAt }],
    containerStatuses: podContainers(pod).map(({ name, image }) => ({
      name,
      ready: true,
      started: true,
      restartCount: 0,
      image,
      imageID: image === wanted && digest !== undefined ? `${repositoryOf(wanted)}@${digest}` : '',
      state: { running: { startedAt } },
    })),
  };
}

/** A pull spec without its tag or digest. */
function repositoryOf(image: string): string {
  return image.replace(/(:[^/]*)?(@.*)?$/, '');
}

const podContainers = (pod: Tree) => listAt(pod, 'spec.containers').filter(isTree);

function notReady(at: number): Tree {
  return { type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: isoSeconds(at) };
}

function revisionOf(object: Tree): number {
  return Number(wordsAt(object, 'metadata.annotations')[REVISION] ?? 0);
}

function nameIn(object: Tree) {
  return {
    apiVersion: textAt(object, 'apiVersion') ?? '',
    kind: textAt(object, 'kind') ?? '',
    name: nameOf(object),
    namespace: namespaceOf(object),
  };
}
