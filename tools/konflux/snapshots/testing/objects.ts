import type { z } from 'zod';
import { runObject, taskObject } from '../../builds/testing/objects.ts';
import { LABEL } from '../../resources/common.ts';
import { type Snapshot, SnapshotSchema } from '../../resources/snapshot.ts';

export const SHA = '0123456789abcdef0123456789abcdef01234567';
export const DIGEST = `sha256:${'ab'.repeat(32)}`;
export const IMAGE = `quay.io/demo-org/demo-backend@${DIGEST}`;

export interface SnapshotGiven {
  name?: string;
  created?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** `AppStudioTestSucceeded=True/Passed`. */
  conditions?: string[];
  /** Scenario entries of the annotation. */
  tests?: object[];
  spec?: object;
}

export const PUSH = {
  [LABEL.application]: 'demo-app',
  [LABEL.component]: 'demo-backend',
  [LABEL.testType]: 'component',
  [LABEL.snapshotEvent]: 'push',
  [LABEL.snapshotSha]: SHA,
};
export const PASSED = ['AppStudioTestSucceeded=True/Passed', 'AppStudioIntegrationStatus=True/Finished'];
export const FAILED = ['AppStudioTestSucceeded=False/Failed', 'AppStudioIntegrationStatus=True/Finished'];
export const TESTING = ['AppStudioIntegrationStatus=Unknown/InProgress'];

/** A Snapshot as the API has it; a passed one of a push when nothing is said. */
export function snapshotObject(given: SnapshotGiven = {}): z.input<typeof SnapshotSchema> {
  return {
    metadata: {
      name: given.name ?? 'demo-app-1',
      namespace: 'demo-tenant',
      uid: `uid-${given.name ?? 'demo-app-1'}`,
      resourceVersion: '1',
      creationTimestamp: given.created ?? '2026-01-15T10:00:00Z',
      labels: given.labels ?? PUSH,
      annotations: {
        ...given.annotations,
        ...(given.tests === undefined
          ? {}
          : { 'test.appstudio.openshift.io/status': JSON.stringify(given.tests) }),
      },
    },
    spec: given.spec ?? {
      application: 'demo-app',
      components: [component('demo-backend')],
    },
    status: { conditions: (given.conditions ?? PASSED).map(condition) },
  };
}

export function snapshotOf(given: SnapshotGiven = {}): Snapshot {
  return SnapshotSchema.parse(snapshotObject(given));
}

export function component(name: string, image = IMAGE, revision = SHA) {
  return {
    name,
    containerImage: image,
    source: { git: { url: `https://gitlab.example.com/demo/${name}`, revision } },
  };
}

export function condition(text: string) {
  const [, type = '', status = '', reason = '', message = ''] =
    /^([^=]+)=([^/]+)\/([^:]+)(?:: ?(.*))?$/.exec(text) ?? [];
  return {
    type,
    status: status as 'True' | 'False' | 'Unknown',
    reason,
    message,
    lastTransitionTime: '2026-01-15T10:20:00Z',
  };
}

export const SCENARIO_API = 'appstudio.redhat.com/v1beta2';

export interface ScenarioGiven {
  optional?: boolean;
  spec?: object;
  conditions?: string[];
}

/** An IntegrationTestScenario as the API has it; a valid required one of demo-app when nothing is said. */
export function scenarioObject(name: string, given: ScenarioGiven = {}) {
  return {
    apiVersion: SCENARIO_API,
    kind: 'IntegrationTestScenario',
    metadata: {
      name,
      namespace: 'demo-tenant',
      creationTimestamp: '2026-01-15T08:00:00Z',
      labels: given.optional === undefined ? {} : { [LABEL.optional]: String(given.optional) },
    },
    spec: {
      application: 'demo-app',
      contexts: [{ name: 'application', description: 'Application testing' }],
      resolverRef: {
        resolver: 'git',
        params: [
          { name: 'url', value: 'https://gitlab.example.com/demo/its' },
          { name: 'revision', value: 'main' },
          { name: 'pathInRepo', value: 'pipelines/smoke.yaml' },
        ],
      },
      ...given.spec,
    },
    status: {
      conditions: (given.conditions ?? ['IntegrationTestScenarioValid=True/Valid: ok']).map(condition),
    },
  };
}

/** A test PipelineRun, and its tasks by the TEST_OUTPUT that each has written. */
export function testRunObjects(
  name: string,
  given: {
    scenario?: string;
    snapshot?: string;
    outcome?: string;
    created?: string;
    /** Undefined: a task that says no test result. */
    tasks?: Record<string, object | string | undefined>;
  } = {},
): object[] {
  const tasks = given.tasks ?? {};
  const run = runObject({
    name,
    type: 'test',
    created: given.created ?? '2026-01-15T10:00:00Z',
    started: '2026-01-15T10:00:00Z',
    outcome: given.outcome ?? 'True/Succeeded',
    ...(given.outcome?.startsWith('Unknown') ? {} : { ended: '2026-01-15T10:20:00Z' }),
    children: Object.keys(tasks),
    labels: {
      [LABEL.scenario]: given.scenario ?? 'demo-smoke',
      [LABEL.snapshot]: given.snapshot ?? 'demo-app-1',
    },
  });
  return [run, ...Object.entries(tasks).map(([task, output]) => testTask(name, task, output))];
}

function testTask(run: string, task: string, output: object | string | undefined) {
  const made = taskObject({ run, task, outcome: 'True/Succeeded' });
  const value = typeof output === 'string' ? output : JSON.stringify(output);
  const results = output === undefined ? [] : [{ name: 'TEST_OUTPUT', type: 'string', value }];
  return { ...made, status: { ...made.status, results } };
}

export function output(result: string, successes = 0, failures = 0, warnings = 0, note = '') {
  return { result, timestamp: '1768471200', successes, failures, warnings, namespace: 'default', note };
}

export function componentObject(
  name: string,
  parent: { application?: string } = { application: 'demo-app' },
  more: { annotations?: Record<string, string>; status?: object; spec?: object } = {},
) {
  return {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'Component',
    metadata: {
      name,
      namespace: 'demo-tenant',
      creationTimestamp: '2026-01-15T08:00:00Z',
      annotations: more.annotations ?? {},
    },
    spec: {
      ...parent,
      componentName: name,
      source: { git: { url: `https://gitlab.example.com/demo/${name}`, revision: 'main' } },
      ...more.spec,
    },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

export function groupObject(name: string, components: string[]) {
  return {
    apiVersion: SCENARIO_API,
    kind: 'ComponentGroup',
    metadata: { name, namespace: 'demo-tenant', creationTimestamp: '2026-01-15T08:00:00Z' },
    spec: {
      components: components.map((one) => ({ name: one, componentVersion: { name: 'main' } })),
    },
  };
}

export function applicationObject(name: string) {
  return {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'demo-tenant', creationTimestamp: '2026-01-15T08:00:00Z' },
    spec: { displayName: `The ${name}` },
  };
}
