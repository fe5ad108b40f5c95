import { DEPLOYMENT, type Deployment } from '../resources/deployment.ts';
import { POD, type Pod } from '../resources/pod.ts';

/** The moment of the scenario konflux-team; those of single objects begin then too. */
export const NOW = '2026-06-25T12:00:00Z';
export const IMAGE = 'quay.example.com/demo/backend';
export const digest = (character: string) => `sha256:${character.repeat(64)}`;

type Tree = Record<string, unknown>;

interface ContainerGiven {
  name?: string;
  image?: string;
  imageID?: string;
  ready?: boolean;
  restarts?: number;
  state?: Tree;
  lastState?: Tree;
}

export const RUNNING: Tree = { running: { startedAt: NOW } };
export const waiting = (reason: string, message = ''): Tree => ({ waiting: { reason, message } });
export const ended = (reason: string, exitCode: number, finishedAt = NOW): Tree => ({
  terminated: { reason, exitCode, finishedAt },
});

export interface PodGiven {
  name?: string;
  namespace?: string;
  phase?: string;
  reason?: string;
  message?: string;
  ready?: boolean;
  conditions?: Tree[];
  containers?: ContainerGiven[];
  init?: ContainerGiven[];
  labels?: Tree;
  annotations?: Tree;
  owner?: { kind: string; name: string };
  created?: string;
  deleted?: boolean;
}

function statusOf({
  name = 'app',
  image = `${IMAGE}:1`,
  imageID,
  ready,
  restarts,
  state,
  lastState,
}: ContainerGiven) {
  return {
    name,
    image,
    imageID: imageID ?? `${IMAGE}@${digest('a')}`,
    ready: ready ?? true,
    restartCount: restarts ?? 0,
    state: state ?? RUNNING,
    ...(lastState === undefined ? {} : { lastState }),
  };
}

/** A pod as the API gives it; running and ready unless told otherwise. */
export function podObject(given: PodGiven = {}): object {
  const { name = 'app-1', namespace = 'demo-stage', containers = [{}], init = [], owner } = given;
  const ready = given.ready ?? containers.every((one) => one.ready !== false);
  const spec = ({ name: called = 'app', image = `${IMAGE}:1` }: ContainerGiven) => ({ name: called, image });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      creationTimestamp: given.created ?? '2026-06-25T11:00:00Z',
      labels: given.labels ?? { app: 'app' },
      ...(given.annotations === undefined ? {} : { annotations: given.annotations }),
      ...(owner === undefined
        ? {}
        : {
            ownerReferences: [
              { apiVersion: 'apps/v1', uid: `uid-${owner.name}`, controller: true, ...owner },
            ],
          }),
      ...(given.deleted === true ? { deletionTimestamp: NOW } : {}),
    },
    spec: {
      containers: containers.map(spec),
      ...(init.length === 0 ? {} : { initContainers: init.map(spec) }),
    },
    status: {
      phase: given.phase ?? 'Running',
      ...(given.reason === undefined ? {} : { reason: given.reason }),
      ...(given.message === undefined ? {} : { message: given.message }),
      conditions: given.conditions ?? [
        {
          type: 'Ready',
          status: ready ? 'True' : 'False',
          ...(ready ? {} : { reason: 'ContainersNotReady' }),
        },
      ],
      containerStatuses: containers.map(statusOf),
      ...(init.length === 0 ? {} : { initContainerStatuses: init.map(statusOf) }),
    },
  };
}

export interface DeploymentGiven {
  name?: string;
  namespace?: string;
  replicas?: number;
  paused?: boolean;
  image?: string;
  containers?: { name: string; image: string }[];
  generation?: number;
  revision?: string;
  template?: Tree;
  status?: Tree;
  conditions?: Tree[];
  timeline?: object[];
}

/** A Deployment that is done unless told otherwise. */
export function deploymentObject(given: DeploymentGiven = {}): object {
  const { name = 'app', namespace = 'demo-stage', replicas = 1, generation = 1, timeline } = given;
  const containers = given.containers ?? [{ name: 'app', image: given.image ?? `${IMAGE}:1` }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace,
      creationTimestamp: '2026-06-01T00:00:00Z',
      generation,
      labels: { app: name },
      annotations: { 'deployment.kubernetes.io/revision': given.revision ?? '1' },
    },
    spec: {
      replicas,
      ...(given.paused === undefined ? {} : { paused: given.paused }),
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name }, ...given.template }, spec: { containers } },
    },
    status: {
      observedGeneration: generation,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
      conditions: given.conditions ?? [
        { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: '' },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: '' },
      ],
      ...given.status,
    },
    ...(timeline === undefined ? {} : { timeline }),
  };
}

export function replicaSetObject(
  deployment: string,
  hash: string,
  revision: string,
  annotations: Tree = {},
): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment}-${hash}`,
      namespace: 'demo-stage',
      creationTimestamp: '2026-06-01T00:00:00Z',
      labels: { app: deployment, 'pod-template-hash': hash },
      annotations: { 'deployment.kubernetes.io/revision': revision },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: deployment,
          uid: `uid-${deployment}`,
          controller: true,
        },
      ],
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: deployment } },
      template: {
        metadata: { labels: { app: deployment }, annotations },
        spec: { containers: [{ name: 'app', image: `${IMAGE}:1` }] },
      },
    },
    status: { replicas: 1, readyReplicas: 1 },
  };
}

/** As the client reads them. */
export const pod = (given: PodGiven = {}): Pod => POD.schema.parse(podObject(given));
export const deployment = (given: DeploymentGiven = {}): Deployment =>
  DEPLOYMENT.schema.parse(deploymentObject(given));
