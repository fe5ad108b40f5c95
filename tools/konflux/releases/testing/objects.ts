import type { z } from 'zod';
import { LABEL } from '../../resources/common.ts';
import {
  type Admission,
  AdmissionSchema,
  type Release,
  type ReleasePlan,
  ReleasePlanSchema,
  ReleaseSchema,
} from '../../resources/release.ts';

export const SNAPSHOT = 'demo-app-20260115-100000-000';
export const STARTED = '2026-01-15T10:00:00Z';
export const FINISHED = '2026-01-15T10:20:00Z';

/** `Validated=True/Succeeded: message`. */
function condition(text: string) {
  const [, type = '', status = '', reason = '', message = ''] =
    /^([^=]+)=([^/]+)\/([^:]+)(?:: ?(.*))?$/.exec(text) ?? [];
  return {
    type,
    status: status as 'True' | 'False' | 'Unknown',
    reason,
    message,
    lastTransitionTime: FINISHED,
  };
}

const SKIPPED_COLLECTORS = [
  'TenantCollectorsPipelineProcessed=True/Skipped',
  'ManagedCollectorsPipelineProcessed=True/Skipped',
];
const BEFORE_MANAGED = [
  'Validated=True/Succeeded',
  ...SKIPPED_COLLECTORS,
  'TenantPipelineProcessed=True/Skipped',
];
const MANAGED_FAILED = 'Release processing failed on managed pipelineRun';
export const BLOCKED_MESSAGE =
  "found ReleasePlanAdmission 'demo-app-prod' with block-releases label set to true";

/** Conditions of a Release, in the order in which the service sets them. */
export const CONDITIONS = {
  succeeded: [
    ...BEFORE_MANAGED,
    'ManagedPipelineProcessed=True/Succeeded',
    'FinalPipelineProcessed=True/Skipped',
    'Released=True/Succeeded',
  ],
  progressing: [
    ...BEFORE_MANAGED,
    'ManagedPipelineProcessed=False/Progressing',
    'Released=False/Progressing',
  ],
  failed: [
    ...BEFORE_MANAGED,
    `ManagedPipelineProcessed=False/Failed: ${MANAGED_FAILED}`,
    'FinalPipelineProcessed=True/Skipped',
    `Released=False/Failed: ${MANAGED_FAILED}`,
  ],
  invalid: [`Validated=False/Failed: ${BLOCKED_MESSAGE}`, 'Released=False/Failed: Release validation failed'],
} as const;

type Attempts = NonNullable<z.input<typeof ReleaseSchema>['status']>['managedPipelineAttempts'];

export const ATTEMPT = {
  succeeded: {
    pipelineRun: 'managed-demo-tenant/managed-x7k2p',
    startTime: STARTED,
    completionTime: FINISHED,
    status: 'Succeeded',
    successfulTasks: 12,
  },
  running: {
    pipelineRun: 'managed-demo-tenant/managed-run1',
    startTime: STARTED,
    status: 'Progressing',
  },
  failed: {
    pipelineRun: 'managed-demo-tenant/managed-bad1',
    startTime: STARTED,
    completionTime: FINISHED,
    status: 'Failed',
    failureReason: 'Error',
    lastTask: 'verify-conforma',
    lastStep: 'assert',
    successfulTasks: 3,
  },
  outOfMemory: {
    pipelineRun: 'managed-demo-tenant/managed-oom1',
    startTime: STARTED,
    completionTime: '2026-01-15T10:08:00Z',
    status: 'Failed',
    failureReason: 'OOMKill',
    lastTask: 'push-snapshot',
    lastStep: 'push',
    successfulTasks: 7,
  },
  withMoreMemory: {
    pipelineRun: 'managed-demo-tenant/managed-oom2',
    startTime: '2026-01-15T10:09:00Z',
    completionTime: FINISHED,
    status: 'Succeeded',
    successfulTasks: 12,
    mitigation: { memoryLimit: '2Gi' },
  },
} as const;

export interface ReleaseGiven {
  name?: string;
  uid?: string;
  created?: string;
  labels?: Record<string, string>;
  plan?: string;
  snapshot?: string;
  conditions?: readonly string[];
  attempts?: Attempts;
  status?: object;
}

/** A Release as the API has it. */
export function releaseObject(given: ReleaseGiven = {}) {
  const plan = given.plan ?? 'demo-app-prod';
  const snapshot = given.snapshot ?? SNAPSHOT;
  return {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'Release',
    metadata: {
      name: given.name ?? 'demo-rel',
      namespace: 'demo-tenant',
      uid: given.uid ?? `uid-${given.name ?? 'demo-rel'}`,
      resourceVersion: '1',
      creationTimestamp: given.created ?? STARTED,
      labels: given.labels ?? {
        [LABEL.automated]: 'false',
        [LABEL.author]: 'demo-user',
        [LABEL.releaseSnapshot]: snapshot,
        [LABEL.releasePlan]: plan,
      },
      annotations: {},
    },
    spec: { releasePlan: plan, snapshot, gracePeriodDays: 7 },
    status: {
      conditions: (given.conditions ?? []).map(condition),
      ...(given.conditions === undefined ? {} : { startTime: STARTED }),
      ...(given.attempts === undefined ? {} : { managedPipelineAttempts: given.attempts }),
      ...given.status,
    },
  };
}

export function releaseOf(given: ReleaseGiven = {}): Release {
  return ReleaseSchema.parse(releaseObject(given));
}

const OVER = {
  completionTime: FINISHED,
  target: 'managed-demo-tenant',
  attribution: { author: 'demo-user' },
};

/** The recorded Releases, restated. */
export const RELEASES = {
  'release-succeeded': () =>
    releaseObject({
      name: 'demo-rel-ok',
      conditions: CONDITIONS.succeeded,
      attempts: [ATTEMPT.succeeded],
      status: {
        ...OVER,
        artifacts: {
          images: [
            {
              name: 'demo-backend',
              urls: ['quay.io/demo-org/demo-app/demo-backend:0123456789abcdef0123456789abcdef01234567'],
              shasum: `sha256:${'ab'.repeat(32)}`,
            },
          ],
        },
      },
    }),
  'release-progressing': () =>
    releaseObject({
      name: 'demo-rel-run',
      conditions: CONDITIONS.progressing,
      attempts: [ATTEMPT.running],
      status: { target: 'managed-demo-tenant' },
    }),
  'release-failed-managed': () =>
    releaseObject({
      name: 'demo-rel-bad',
      conditions: CONDITIONS.failed,
      attempts: [ATTEMPT.failed],
      status: OVER,
    }),
  'release-failed-validation': () =>
    releaseObject({ name: 'demo-rel-inv', conditions: CONDITIONS.invalid, status: OVER }),
};

export interface PlanGiven {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  spec?: object;
  matched?: 'True' | 'False' | null;
  admission?: { name: string; active: boolean };
}

/** The recorded plan: matched, released by hand, attributed to demo-user. */
export function planObject(given: PlanGiven = {}) {
  const { matched = 'True' } = given;
  return {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'ReleasePlan',
    metadata: {
      name: 'demo-app-prod',
      namespace: 'demo-tenant',
      creationTimestamp: STARTED,
      labels: given.labels ?? {
        [LABEL.autoRelease]: 'false',
        [LABEL.standingAttribution]: 'true',
        [LABEL.author]: 'demo-user',
      },
      annotations: given.annotations ?? {},
    },
    spec: given.spec ?? {
      application: 'demo-app',
      target: 'managed-demo-tenant',
      releaseGracePeriodDays: 7,
      data: { releaseNotes: { synopsis: 'demo' } },
    },
    status: {
      conditions: matched === null ? [] : [condition(`Matched=${matched}/Matched`)],
      ...(matched === 'True'
        ? {
            releasePlanAdmission: given.admission ?? {
              name: 'managed-demo-tenant/demo-app-prod',
              active: true,
            },
          }
        : {}),
    },
  };
}

export function planOf(given: PlanGiven = {}): ReleasePlan {
  return ReleasePlanSchema.parse(planObject(given));
}

export interface AdmissionGiven {
  name?: string;
  namespace?: string;
  blocked?: boolean;
  spec?: object;
}

/** The recorded admission. */
export function admissionObject(given: AdmissionGiven = {}) {
  return {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'ReleasePlanAdmission',
    metadata: {
      name: given.name ?? 'demo-app-prod',
      namespace: given.namespace ?? 'managed-demo-tenant',
      creationTimestamp: STARTED,
      labels: { [LABEL.blockReleases]: String(given.blocked ?? false) },
    },
    spec: {
      applications: ['demo-app'],
      origin: 'demo-tenant',
      policy: 'registry-standard',
      pipeline: {
        serviceAccountName: 'release-sa',
        pipelineRef: {
          resolver: 'git',
          params: [
            { name: 'url', value: 'https://git.example.com/release-catalog.git' },
            { name: 'revision', value: 'production' },
            { name: 'pathInRepo', value: 'pipelines/push.yaml' },
          ],
        },
      },
      data: {
        mapping: {
          components: [{ name: 'demo-backend', repository: 'quay.io/demo-org/demo-app/demo-backend' }],
          defaults: { tags: ['latest', '{{ git_sha }}'] },
        },
      },
      ...given.spec,
    },
    status: {
      conditions: [condition('Matched=True/Matched')],
      releasePlans: [{ name: 'demo-tenant/demo-app-prod', active: false }],
    },
  };
}

export function admissionOf(given: AdmissionGiven = {}): Admission {
  return AdmissionSchema.parse(admissionObject(given));
}
