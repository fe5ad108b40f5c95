import { z } from 'zod';
import { conditionOf } from '../../kubernetes/client.ts';
import { LABEL } from '../resources/common.ts';
import type { ReleasePlan } from '../resources/release.ts';

export const PlanRow = z.object({
  name: z.string(),
  application: z.string().nullable(),
  component_group: z.string().nullable(),
  target: z.string().nullable().meta({ description: 'The managed namespace that releases it.' }),
  matched: z
    .boolean()
    .nullable()
    .meta({ description: 'Whether an admission takes it; null while the release service has not said.' }),
  admission: z.string().nullable().meta({ description: 'namespace/name' }),
  active: z
    .boolean()
    .nullable()
    .meta({ description: 'The admission takes releases, as the plan remembers it.' }),
  auto_release: z.enum(['on', 'off', 'expression']),
  standing_attribution: z.boolean(),
  author: z.string().nullable().meta({ description: 'Whom automatic releases are attributed to.' }),
});
export type PlanRow = z.output<typeof PlanRow>;

export function planRow(plan: ReleasePlan): PlanRow {
  const { labels, name } = plan.metadata;
  const { application, componentGroup, target } = plan.spec;
  const admission = plan.status.releasePlanAdmission;
  return {
    name,
    application: application || null,
    component_group: componentGroup || null,
    target: target || null,
    matched: matchedOf(plan),
    admission: admission?.name || null,
    active: admission?.name ? admission.active : null,
    auto_release: autoRelease(plan).mode,
    standing_attribution: labels[LABEL.standingAttribution] === 'true',
    author: labels[LABEL.author] ?? null,
  };
}

/** Null while the condition is absent or Unknown. */
export function matchedOf({ status }: ReleasePlan): boolean | null {
  const matched = conditionOf(status.conditions, 'Matched')?.status;
  return matched === undefined || matched === 'Unknown' ? null : matched === 'True';
}

/**
 * As integration-service reads it: a CEL expression in the annotation decides, else every label but
 * "false" means on, a missing one too.
 */
export function autoRelease({ metadata }: ReleasePlan): {
  mode: 'on' | 'off' | 'expression';
  expression: string | null;
} {
  const label = metadata.labels[LABEL.autoRelease] ?? '';
  const expression =
    metadata.annotations[LABEL.autoRelease] || (['true', 'false'].includes(label) ? '' : label);
  if (expression !== '') return { mode: 'expression', expression };
  return { mode: label === 'false' ? 'off' : 'on', expression: null };
}
