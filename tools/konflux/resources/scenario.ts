import { z } from 'zod';
import { conditionOf, Metadata, type ResourceType, resource } from '../../kubernetes/client.ts';
import { Conditions, LABEL, parentShape, V1BETA2 } from './common.ts';

export const ScenarioSchema = z.object({
  metadata: Metadata,
  spec: z.object({
    ...parentShape,
    resolverRef: z
      .object({
        resolver: z.string().default(''),
        resourceKind: z.string().optional(),
        params: z.array(z.object({ name: z.string(), value: z.string().default('') })).default([]),
      })
      .default({ resolver: '', params: [] }),
    params: z
      .array(
        z.object({ name: z.string(), value: z.string().optional(), values: z.array(z.string()).optional() }),
      )
      .default([]),
    contexts: z.array(z.object({ name: z.string(), description: z.string().default('') })).default([]),
    dependents: z.array(z.string()).default([]),
  }),
  status: z.object({ conditions: Conditions }).default({ conditions: [] }),
});
export type Scenario = z.output<typeof ScenarioSchema>;

export const SCENARIO: ResourceType<Scenario> = resource(
  V1BETA2,
  'integrationtestscenarios',
  'IntegrationTestScenario',
  ScenarioSchema,
);

/** Its failure does not block. */
export function isOptional({ metadata }: Scenario): boolean {
  return metadata.labels[LABEL.optional] === 'true';
}

/** Null while the controller has not looked at it. */
export function validityOf({ status }: Scenario): { valid: boolean | null; why: string } {
  const condition = conditionOf(status.conditions, 'IntegrationTestScenarioValid');
  if (condition === undefined || condition.status === 'Unknown') return { valid: null, why: '' };
  return { valid: condition.status === 'True', why: condition.status === 'True' ? '' : condition.message };
}
