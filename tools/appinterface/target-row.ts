import { z } from 'zod';
import { oneLine } from '../../src/kit/text.ts';
import type { ProductSettings } from './product-settings.ts';
import { matching, whyNotAddressable } from './saas/locate.ts';
import { targetWarnings } from './saas/may-edit.ts';
import type { Target } from './saas/model.ts';
import { looksNumeric, type RefKind, refKind } from './saas/refs.ts';

const KINDS = ['pin', 'branch', 'short_sha', 'uppercase_sha', 'wrong_length', 'other', 'none'] as const;

/** A target in an answer. What does not apply is left away. */
export const TargetRow = z.object({
  template: z.string().optional(),
  name: z.string().optional(),
  namespace: z.string().optional().meta({ description: '$ref of the namespace file.' }),
  labels: z.array(z.string()).optional().meta({ description: 'Labels of the product that mean it.' }),
  ref: z.string().nullable(),
  ref_kind: z.enum(KINDS),
  file: z.string(),
  line: z.int().nullable(),
  bytes: z.array(z.int()).optional().meta({ description: 'Begin and end of the ref in the file.' }),
  not_addressable: z.string().optional().meta({ description: 'Why no namespace names it.' }),
  promotion: z
    .object({
      auto: z.boolean(),
      subscribe: z.array(z.string()),
      publish: z.array(z.string()),
      soak_days: z.int().optional(),
      schedule: z.string().optional(),
    })
    .optional(),
  disabled: z.boolean().optional(),
  deleted: z.boolean().optional(),
  images: z.array(z.string()).optional(),
  parameters: z.record(z.string(), z.string()).optional(),
  warnings: z.array(z.string()).optional(),
});
type TargetRow = z.output<typeof TargetRow>;

export function targetRow(
  target: Target,
  options: { labels?: readonly string[]; parameters?: boolean } = {},
): TargetRow {
  const { template, name, namespace, ref, promotion } = target;
  const why = whyNotAddressable(target);
  const warnings = [
    ...targetWarnings(target),
    ...(ref?.quote === 'plain' && looksNumeric(ref.value) ? ['The ref looks like a number: quote it.'] : []),
    ...(promotion?.auto === true ? ['It is promoted automatically.'] : []),
  ];
  const kind: RefKind = refKind(ref?.value);
  return {
    ...(template === undefined ? {} : { template }),
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(options.labels === undefined || options.labels.length === 0 ? {} : { labels: [...options.labels] }),
    ref: ref?.value ?? null,
    ref_kind: kind,
    file: target.file,
    line: ref?.line ?? null,
    ...(ref === undefined ? {} : { bytes: [...ref.bytes] }),
    ...(why === undefined ? {} : { not_addressable: why }),
    ...(promotion === undefined ? {} : { promotion: promotionRow(promotion) }),
    ...(target.disabled ? { disabled: true } : {}),
    ...(target.deleted ? { deleted: true } : {}),
    ...(target.images.length === 0 ? {} : { images: [...target.images] }),
    ...(options.parameters === true ? { parameters: shortened(target.parameters) } : {}),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** Labels of a product that mean a target; one that means several means none of them alone. */
export function labelsOf(
  target: Target,
  all: readonly Target[],
  product: ProductSettings | undefined,
): string[] {
  return Object.entries(product?.targets ?? {}).flatMap(([label, locator]) => {
    const found = matching(all, locator);
    return found.length === 1 && found[0] === target ? [label] : [];
  });
}

function promotionRow({ auto, subscribe, publish, soakDays, schedule }: NonNullable<Target['promotion']>) {
  return {
    auto,
    subscribe: [...subscribe],
    publish: [...publish],
    ...(soakDays === undefined ? {} : { soak_days: soakDays }),
    ...(schedule === undefined ? {} : { schedule: oneLine(schedule, 100) }),
  };
}

function shortened(parameters: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, oneLine(value, 200)]));
}
