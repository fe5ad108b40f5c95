import { z } from 'zod';
import { Metadata, type ResourceType, resource } from '../../kubernetes/client.ts';
import { Conditions, parentShape, V1ALPHA1 } from './common.ts';

const Processing = z
  .object({
    pipelineRun: z.string().optional(),
    startTime: z.string().optional(),
    completionTime: z.string().optional(),
  })
  .optional();

export const ReleaseSchema = z.object({
  metadata: Metadata,
  spec: z.object({
    releasePlan: z.string(),
    snapshot: z.string(),
    gracePeriodDays: z.number().optional(),
    data: z.unknown().optional(),
  }),
  status: z
    .object({
      conditions: Conditions,
      startTime: z.string().optional(),
      completionTime: z.string().optional(),
      expirationTime: z.string().optional(),
      target: z.string().optional(),
      automated: z.boolean().optional(),
      attribution: z
        .object({ author: z.string().optional(), standingAuthorization: z.boolean().optional() })
        .optional(),
      artifacts: z.unknown().optional(),
      collectorsProcessing: z
        .object({ tenantCollectorsProcessing: Processing, managedCollectorsProcessing: Processing })
        .optional(),
      tenantProcessing: Processing,
      managedProcessing: Processing,
      finalProcessing: Processing,
      managedPipelineAttempts: z
        .array(
          z.object({
            pipelineRun: z.string().default(''),
            startTime: z.string().optional(),
            completionTime: z.string().optional(),
            status: z.string().default(''),
            failureReason: z.string().optional(),
            lastTask: z.string().optional(),
            lastStep: z.string().optional(),
            successfulTasks: z.number().optional(),
            mitigation: z.record(z.string(), z.unknown()).optional(),
          }),
        )
        .default([]),
    })
    .default({ conditions: [], managedPipelineAttempts: [] }),
});
export type Release = z.output<typeof ReleaseSchema>;

export const RELEASE: ResourceType<Release> = resource(V1ALPHA1, 'releases', 'Release', ReleaseSchema);

export const ReleasePlanSchema = z.object({
  metadata: Metadata,
  spec: z.object({
    ...parentShape,
    target: z.string().optional(),
    releaseGracePeriodDays: z.number().optional(),
    data: z.unknown().optional(),
    tenantPipeline: z.unknown().optional(),
    finalPipeline: z.unknown().optional(),
  }),
  status: z
    .object({
      conditions: Conditions,
      releasePlanAdmission: z
        .object({ name: z.string().default(''), active: z.boolean().default(false) })
        .optional(),
    })
    .default({ conditions: [] }),
});
export type ReleasePlan = z.output<typeof ReleasePlanSchema>;

export const RELEASE_PLAN: ResourceType<ReleasePlan> = resource(
  V1ALPHA1,
  'releaseplans',
  'ReleasePlan',
  ReleasePlanSchema,
);

export const AdmissionSchema = z.object({
  metadata: Metadata,
  spec: z.object({
    applications: z.array(z.string()).default([]),
    componentGroups: z.array(z.string()).default([]),
    origin: z.string(),
    policy: z.string().default(''),
    environment: z.string().optional(),
    pipeline: z
      .object({ serviceAccountName: z.string().optional(), pipelineRef: z.unknown().optional() })
      .optional(),
    data: z.unknown().optional(),
  }),
  status: z
    .object({
      conditions: Conditions,
      releasePlans: z.array(z.object({ name: z.string(), active: z.boolean().default(false) })).default([]),
    })
    .default({ conditions: [], releasePlans: [] }),
});
export type Admission = z.output<typeof AdmissionSchema>;

export const ADMISSION: ResourceType<Admission> = resource(
  V1ALPHA1,
  'releaseplanadmissions',
  'ReleasePlanAdmission',
  AdmissionSchema,
);
