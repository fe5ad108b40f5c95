import { LABEL } from '../../resources/common.ts';
import { DIGEST, ended, IMAGE, NAMESPACE, podObject, runObject, SHA, taskObject } from './objects.ts';

const APPSTUDIO = 'appstudio.redhat.com/v1alpha1';
const at = (time: string) => `2026-01-15T${time}Z`;

export const application = {
  apiVersion: APPSTUDIO,
  kind: 'Application',
  metadata: { name: 'demo-app', namespace: NAMESPACE },
  spec: { displayName: 'Demo App' },
};

export const component = (name = 'demo-backend', spec: object = {}, annotations: object = {}) => ({
  apiVersion: APPSTUDIO,
  kind: 'Component',
  metadata: { name, namespace: NAMESPACE, annotations },
  spec: {
    application: 'demo-app',
    componentName: name,
    source: { git: { url: `https://gitlab.example.com/demo/${name}`, revision: 'main' } },
    ...spec,
  },
});

const push = { [LABEL.sha]: SHA, [LABEL.eventType]: 'push' };

export const succeeded = runObject({
  name: 'build-ok',
  created: at('10:00:00'),
  started: at('10:00:30'),
  ended: at('10:13:00'),
  outcome: 'True/Succeeded: Tasks Completed: 2 (Failed: 0, Cancelled 0), Skipped: 1',
  labels: push,
  annotations: { 'chains.tekton.dev/signed': 'true' },
  planned: ['init', 'build', 'lint'],
  children: ['init', 'build'],
  skipped: ['lint:When Expressions evaluated to false'],
  results: {
    IMAGE_URL: `${IMAGE}:${SHA}`,
    IMAGE_DIGEST: DIGEST,
    'CHAINS-GIT_URL': 'https://gitlab.example.com/demo/demo-backend',
    'CHAINS-GIT_COMMIT': SHA,
  },
});

export const succeededTasks = [
  taskObject({
    run: 'build-ok',
    task: 'init',
    started: at('10:00:30'),
    ended: at('10:01:00'),
    outcome: 'True/Succeeded',
    steps: [ended('init')],
  }),
  taskObject({
    run: 'build-ok',
    task: 'build',
    started: at('10:01:00'),
    ended: at('10:12:30'),
    outcome: 'True/Succeeded',
    retries: 1,
    steps: [ended('build'), ended('push')],
  }),
  podObject('build-ok-init-pod', { 'step-init': ['init one', 'init two'] }),
  podObject('build-ok-build-pod', { 'step-build': ['compiling', 'done'], 'step-push': ['pushed'] }),
];

export const snapshot = {
  apiVersion: APPSTUDIO,
  kind: 'Snapshot',
  metadata: {
    name: 'demo-app-20260115-101300-000',
    namespace: NAMESPACE,
    creationTimestamp: at('10:13:05'),
    labels: {
      [LABEL.buildRun]: 'build-ok',
      [LABEL.application]: 'demo-app',
      [LABEL.component]: 'demo-backend',
    },
  },
  spec: {
    application: 'demo-app',
    components: [{ name: 'demo-backend', containerImage: `${IMAGE}@${DIGEST}` }],
  },
};

/** A build that failed in `build`, step `compile`. */
export function failed(name: string, time: string, given: { pod?: boolean; commit?: string } = {}) {
  const labels = { ...push, [LABEL.sha]: given.commit ?? SHA };
  return [
    runObject({
      name,
      created: at(time),
      started: at(time),
      ended: at('11:40:00'),
      outcome: 'False/Failed: Tasks Completed: 2 (Failed: 1, Cancelled 0), Skipped: 1',
      labels,
      planned: ['init', 'build', 'push'],
      children: ['init', 'build'],
      skipped: ['push:PipelineRun was stopping'],
    }),
    taskObject({
      run: name,
      task: 'init',
      started: at(time),
      ended: at('11:30:00'),
      outcome: 'True/Succeeded',
      steps: [ended('init')],
    }),
    taskObject({
      run: name,
      task: 'build',
      started: at('11:30:00'),
      ended: at('11:40:00'),
      outcome: 'False/Failed: "step-compile" exited with code 2',
      steps: [ended('prepare'), ended('compile', 2), ended('push', 1, 'Error', 'Skipped')],
    }),
    ...(given.pod === false
      ? []
      : [
          podObject(`${name}-build-pod`, {
            'step-prepare': 'prepared',
            'step-compile': ['go build ./...', '\u001b[31mmain.go:7: undefined: x\u001b[0m', 'exit status 2'],
            'step-push': '',
          }),
        ]),
  ];
}

export const running = runObject({
  name: 'build-running',
  created: at('11:50:00'),
  started: at('11:50:10'),
  outcome: 'Unknown/Running: Tasks Completed: 1 (Failed: 0, Cancelled 0), Incomplete: 2, Skipped: 0',
  labels: { ...push, [LABEL.sha]: 'f'.repeat(40) },
  planned: ['init', 'build', 'push'],
  children: ['init', 'build'],
});

export const runningTasks = [
  taskObject({
    run: 'build-running',
    task: 'init',
    started: at('11:50:10'),
    ended: at('11:51:00'),
    outcome: 'True/Succeeded',
    steps: [ended('init')],
  }),
  taskObject({
    run: 'build-running',
    task: 'build',
    started: at('11:51:00'),
    outcome: 'Unknown/Running: Not all Steps have finished executing',
    steps: [{ name: 'build', container: 'step-build', running: { startedAt: at('11:51:10') } }],
  }),
  podObject('build-running-init-pod', { 'step-init': 'ready' }),
  podObject('build-running-build-pod', { 'step-build': ['compiling a', 'compiling b'] }),
];

const ended6 = { created: at('09:00:00'), started: at('09:00:00'), ended: at('10:00:00'), labels: push };

/** One build in each way that a build can end, and one that runs. */
export const sixBuilds = [
  succeeded,
  runObject({ ...ended6, name: 'build-skips', outcome: 'True/Completed' }),
  running,
  ...failed('build-failed', '11:20:00'),
  runObject({
    ...ended6,
    name: 'build-timeout',
    outcome: 'False/PipelineRunTimeout: failed to finish within "1h0m0s"',
  }),
  runObject({
    ...ended6,
    name: 'build-cancelled',
    outcome: 'False/Cancelled: PipelineRun "build-cancelled" was cancelled',
    specStatus: 'Cancelled',
  }),
];
