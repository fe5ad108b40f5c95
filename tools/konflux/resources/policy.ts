import { z } from 'zod';
import { Metadata, type ResourceType, resource } from '../../kubernetes/client.ts';
import { V1ALPHA1 } from './common.ts';

const Names = z.array(z.string()).default([]);

const Volatile = z
  .array(
    z.object({
      value: z.string(),
      effectiveOn: z.string().optional(),
      effectiveUntil: z.string().optional(),
      imageDigest: z.string().optional(),
      imageRef: z.string().optional(),
      imageUrl: z.string().optional(),
      reference: z.string().optional(),
    }),
  )
  .default([]);
export type VolatileRule = z.output<typeof Volatile>[number];

/** EnterpriseContractPolicy, now called Conforma. It has no status. */
export const PolicySchema = z.object({
  metadata: Metadata,
  spec: z
    .object({
      name: z.string().optional(),
      description: z.string().optional(),
      publicKey: z.string().optional(),
      rekorUrl: z.string().optional(),
      identity: z
        .object({
          issuer: z.string().optional(),
          issuerRegExp: z.string().optional(),
          subject: z.string().optional(),
          subjectRegExp: z.string().optional(),
        })
        .optional(),
      configuration: z.object({ include: Names, exclude: Names, collections: Names }).optional(),
      sources: z
        .array(
          z.object({
            name: z.string().default(''),
            policy: Names,
            data: Names,
            ruleData: z.unknown().optional(),
            config: z.object({ include: Names, exclude: Names }).optional(),
            volatileConfig: z.object({ include: Volatile, exclude: Volatile }).optional(),
          }),
        )
        .default([]),
    })
    .default({ sources: [] }),
});
export type Policy = z.output<typeof PolicySchema>;

export const POLICY: ResourceType<Policy> = resource(
  V1ALPHA1,
  'enterprisecontractpolicies',
  'EnterpriseContractPolicy',
  PolicySchema,
);
