import { z } from 'zod';
import { Metadata } from '../resource.ts';

/** Lists that Go leaves away, or writes as null, when they are empty. */
export function list<T>(item: z.ZodType<T>) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
}

export const Words = z
  .record(z.string(), z.string())
  .nullish()
  .transform((words) => words ?? {});

export const Count = z
  .number()
  .nullish()
  .transform((count) => count ?? 0);

/** With who controls it. */
export const OwnedMetadata = Metadata.extend({
  ownerReferences: list(
    z.object({
      kind: z.string(),
      name: z.string(),
      uid: z.string().default(''),
      controller: z.boolean().default(false),
    }),
  ),
});
export type OwnedMetadata = z.output<typeof OwnedMetadata>;

export interface Owner {
  kind: string;
  name: string;
}

export function controllerOf({ ownerReferences }: OwnedMetadata): Owner | undefined {
  const found = ownerReferences.find(({ controller }) => controller);
  return found === undefined ? undefined : { kind: found.kind, name: found.name };
}
