import { expect } from 'vitest';
import { type Answered, type Api, type Asked, call } from '../real/support/kube-call.ts';

/** A Kubernetes API with the definitions of Konflux and Tekton. */
export interface KubernetesUnderTest extends Api {
  /** May do everything. */
  token: string;
  /** May read releases, may not create any. */
  readerToken: string;
  /** From here on every version before the present one is gone. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

export interface Kube {
  metadata: Record<string, unknown> & {
    name: string;
    resourceVersion: string;
    uid: string;
    generation: number;
  };
  spec: Record<string, unknown>;
  items: Kube[];
}

export const SPACE = 'contract';
export const GROUP = '/apis/appstudio.redhat.com/v1alpha1';
export const RELEASES = `${GROUP}/namespaces/${SPACE}/releases`;
export const APPLICATIONS = `${GROUP}/namespaces/${SPACE}/applications`;
export const DEPLOYMENTS = `/apis/apps/v1/namespaces/${SPACE}/deployments`;
export const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const MERGE = 'application/merge-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';

export function release(name: string, more: object = {}) {
  return {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'Release',
    metadata: { name, namespace: SPACE },
    spec: { snapshot: 'snapshot-1', releasePlan: 'plan-1' },
    ...more,
  };
}

export function application(name: string, labels: Record<string, string> = {}, displayName = name) {
  return {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'Application',
    metadata: { name, labels },
    spec: { displayName },
  };
}

export function deployment(name: string) {
  const labels = { app: name };
  const containers = ['web', 'log'].map((container) => ({
    name: container,
    image: `example.com/${container}:1`,
  }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

/** Requests of somebody who may do everything, unless told otherwise. */
export function session(api: () => KubernetesUnderTest) {
  const ask = (method: string, path: string, asked: Asked = {}): Promise<Answered> =>
    call(api(), method, path, { token: api().token, ...asked });
  const get = (path: string) => ask('GET', path);
  const post = (path: string, body: object) => ask('POST', path, { body });
  return {
    ask,
    get,
    post,
    merge: (path: string, body: object) => ask('PATCH', path, { type: MERGE, body }),
    /** What came of a POST that has to work. */
    async made(path: string, body: object): Promise<Kube> {
      const answer = await post(path, body);
      expect(answer).toMatchObject({ status: 201 });
      return answer.body as Kube;
    },
    /** Names. */
    async listed(path: string): Promise<string[]> {
      const answer = await get(path);
      expect(answer).toMatchObject({ status: 200 });
      return (answer.body as Kube).items.map(({ metadata }) => metadata.name);
    },
    versionOf: async (path: string) => ((await get(path)).body as Kube).metadata.resourceVersion,
  };
}

/** An answer that says no in the words of the API. */
export function refused(code: number, reason: string, more: object = {}) {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, ...more },
  };
}
