import { custom } from './custom-type.ts';
import type { ResourceType } from './resources.ts';
import type { Schema } from './schema-check.ts';
import {
  anything,
  conditions,
  duckConditions,
  either,
  fields,
  flag,
  list,
  moment,
  oneOf,
  text,
  whole,
  words,
} from './schema-words.ts';
import { CLOUD } from './schemas-cloud.ts';

/** What the definitions of the real cluster say of the fields that a release touches, restated. */

const DNS = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
const name = (): Schema => text({ pattern: DNS, maxLength: 63 });

const param = (): Schema => fields({ 'name*': text(), 'value*': text() });
const pipelineRef = (): Schema =>
  fields({ 'resolver*': text(), 'params*': list(param()), ociStorage: text(), useEmptyDir: flag() });

const releasePipeline = (): Schema =>
  fields({
    'pipelineRef*': pipelineRef(),
    serviceAccountName: text(),
    params: list(param()),
    timeouts: words(),
    maxRetries: whole({ minimum: 0 }),
    taskRunSpecs: list(anything()),
  });

const processing = (): Schema =>
  fields({
    pipelineRun: text(),
    startTime: moment(),
    completionTime: moment(),
    roleBindings: words(),
  });

const attempt = (): Schema =>
  fields({
    pipelineRun: text(),
    startTime: moment(),
    completionTime: moment(),
    status: oneOf('Progressing', 'Succeeded', 'Failed'),
    failureReason: oneOf('Error', 'OOMKill', 'PipelineRunTimeout', 'TaskRunTimeout'),
    lastTask: text(),
    lastStep: text(),
    successfulTasks: whole(),
    mitigation: words(),
    roleBindings: words(),
  });

const source = (): Schema =>
  fields({
    git: fields({
      'url*': text(),
      revision: text(),
      context: text(),
      dockerfileUrl: text(),
      devfileUrl: text(),
    }),
  });

const application = custom('applications', {
  kind: 'Application',
  short: ['hasapp', 'ha', 'app'],
  spec: fields({
    'displayName*': text(),
    description: text(),
    gitOpsRepository: anything(),
    appModelRepository: anything(),
  }),
  status: fields({ conditions: conditions(), devfile: text() }),
});

const component = custom('components', {
  kind: 'Component',
  short: ['cmp', 'comp'],
  spec: fields({
    application: name(),
    componentName: name(),
    'source*': fields({
      git: fields({
        'url*': text(),
        revision: text(),
        context: text(),
        dockerfileUrl: text(),
        devfileUrl: text(),
      }),
      url: text(),
      versions: list(
        fields({
          'name*': text(),
          'revision*': text(),
          context: text(),
          dockerfileUri: text(),
          'skip-builds': flag(),
          'build-pipeline': anything(),
        }),
      ),
    }),
    containerImage: text(),
    secret: text(),
    'build-nudges-ref': list(text()),
    'default-build-pipeline': anything(),
    'repository-settings': anything(),
    actions: fields({
      'trigger-push-build': text(),
      'trigger-push-builds': list(text()),
      'create-pipeline-configuration-pr': anything(),
    }),
  }),
  status: fields({
    conditions: conditions(),
    lastBuiltCommit: text(),
    lastPromotedImage: text(),
    'build-nudged-by': list(text()),
    message: text(),
    'pac-repository': text(),
    versions: list(anything()),
    webhook: text(),
  }),
});

const componentGroup = custom('componentgroups', {
  kind: 'ComponentGroup',
  versions: ['v1beta2'],
  short: ['cg'],
});

const snapshot = custom('snapshots', {
  kind: 'Snapshot',
  short: ['as', 'snapshot'],
  spec: fields({
    application: text(),
    componentGroup: text(),
    displayName: text(),
    displayDescription: text(),
    components: list(
      fields({ 'name*': text(), 'containerImage*': text(), source: source(), version: text() }),
    ),
    artifacts: anything(),
  }),
  status: fields({ conditions: conditions(), parentSnapshots: list(text()) }),
});

const scenario = custom('integrationtestscenarios', {
  kind: 'IntegrationTestScenario',
  versions: ['v1beta2', 'v1beta1', 'v1alpha1'],
  short: ['its'],
  spec: fields({
    application: name(),
    componentGroup: name(),
    'resolverRef*': fields({
      'resolver*': text(),
      'params*': list(param()),
      resourceKind: oneOf('pipeline', 'pipelinerun'),
    }),
    params: list(fields({ 'name*': text(), value: text(), values: list(text()) })),
    contexts: list(fields({ 'name*': text(), description: text() })),
    dependents: list(text()),
  }),
  status: fields({ conditions: conditions() }),
});

const release = custom('releases', {
  kind: 'Release',
  short: ['rel'],
  spec: fields({
    'releasePlan*': name(),
    'snapshot*': name(),
    data: anything(),
    gracePeriodDays: whole(),
  }),
  status: fields({
    conditions: conditions(),
    startTime: moment(),
    completionTime: moment(),
    expirationTime: moment(),
    target: text(),
    automated: flag(),
    attribution: fields({ author: text(), standingAuthorization: flag() }),
    validation: fields({ time: moment(), failedPostValidation: flag() }),
    artifacts: anything(),
    collectors: anything(),
    collectorsProcessing: fields({
      tenantCollectorsProcessing: processing(),
      managedCollectorsProcessing: processing(),
    }),
    tenantProcessing: processing(),
    managedProcessing: processing(),
    finalProcessing: processing(),
    managedPipelineAttempts: list(attempt()),
  }),
});

const releasePlan = custom('releaseplans', {
  kind: 'ReleasePlan',
  short: ['rp'],
  spec: fields(
    {
      application: name(),
      componentGroup: name(),
      target: name(),
      data: anything(),
      releaseGracePeriodDays: whole({ default: 7 }),
      collectors: anything(),
      tenantPipeline: releasePipeline(),
      finalPipeline: releasePipeline(),
    },
    either('application', 'componentGroup'),
  ),
  status: fields({
    conditions: conditions(),
    releasePlanAdmission: fields({ 'name*': text(), 'active*': flag() }),
  }),
});

const releasePlanAdmission = custom('releaseplanadmissions', {
  kind: 'ReleasePlanAdmission',
  short: ['rpa'],
  spec: fields(
    {
      applications: list(name()),
      componentGroups: list(name()),
      'origin*': name(),
      'policy*': name(),
      environment: name(),
      pipeline: releasePipeline(),
      collectors: anything(),
      data: anything(),
    },
    either('applications', 'componentGroups'),
  ),
  status: fields({
    conditions: conditions(),
    releasePlans: list(fields({ name: text(), active: flag() })),
    retryInfo: anything(),
  }),
});

const tekton = { group: 'tekton.dev', versions: ['v1', 'v1beta1'] } as const;

const runStatus = {
  conditions: duckConditions(),
  startTime: moment(),
  completionTime: moment(),
  results: list(
    fields({
      'name*': text(),
      type: text(),
      'value*': { 'x-kubernetes-preserve-unknown-fields': true },
    }),
  ),
  provenance: anything(),
};

const pipelineRun = custom('pipelineruns', {
  ...tekton,
  kind: 'PipelineRun',
  short: ['pr', 'prs'],
  spec: fields({
    pipelineRef: anything(),
    pipelineSpec: anything(),
    params: list(anything()),
    status: text(),
    taskRunSpecs: list(anything()),
    taskRunTemplate: anything(),
    timeouts: words(),
    workspaces: list(anything()),
  }),
  status: fields({
    ...runStatus,
    childReferences: list(
      fields({
        apiVersion: text(),
        kind: text(),
        name: text(),
        pipelineTaskName: text(),
        displayName: text(),
        whenExpressions: list(anything()),
      }),
    ),
    skippedTasks: list(fields({ 'name*': text(), 'reason*': text(), whenExpressions: list(anything()) })),
    finallyStartTime: moment(),
    pipelineSpec: anything(),
    observedGeneration: whole(),
    annotations: words(),
  }),
});

const taskRun = custom('taskruns', {
  ...tekton,
  kind: 'TaskRun',
  short: ['tr', 'trs'],
  status: fields({
    ...runStatus,
    podName: text(),
    steps: list(anything()),
    sidecars: list(anything()),
    retriesStatus: list(anything()),
    taskSpec: anything(),
    observedGeneration: whole(),
    annotations: words(),
  }),
});

export const CUSTOM: readonly ResourceType[] = [
  application,
  component,
  componentGroup,
  snapshot,
  scenario,
  release,
  releasePlan,
  releasePlanAdmission,
  custom('enterprisecontractpolicies', { kind: 'EnterpriseContractPolicy', short: ['ecp'] }),
  custom('releaseserviceconfigs', { kind: 'ReleaseServiceConfig', short: ['rsc'] }),
  pipelineRun,
  taskRun,
  custom('pipelines', { ...tekton, kind: 'Pipeline' }),
  custom('tasks', { ...tekton, kind: 'Task' }),
  ...CLOUD,
];
