import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import type { AppInterfaceClient } from './client.ts';
import { At, defineTool, File, Product } from './define.ts';
import { type Locator, matching, whyNotAddressable } from './saas/locate.ts';
import type { Target } from './saas/model.ts';
import { labelsOf, TargetRow, targetRow } from './target-row.ts';

const Row = TargetRow.extend({
  labels: z.array(z.string()).optional().meta({ description: 'product/label, as configured.' }),
  locator: z
    .object({
      template: z.string().optional(),
      namespace: z.string().optional(),
      target: z.string().optional(),
    })
    .nullable()
    .meta({ description: 'What names it alone, as the settings take it; null when nothing does.' }),
  shared_with: z.int().meta({ description: 'Other targets of the same template and namespace.' }),
});

export const listTargets = defineTool({
  name: 'appinterface_list_targets',
  title: 'List targets of saas files',
  description: `
Every target of a product, of a saas file, or (with namespace) of all configured products, each with the locator that
names it alone and why it cannot be addressed where it cannot. The right one to find out what to put into
modules.appinterface.products, or which services share a namespace.`,
  effect: 'read',
  input: z.object({
    product: Product.optional(),
    file: File.optional(),
    namespace: z.string().min(1).max(300).optional().meta({
      description: 'Whole $ref of a namespace file, or its name without .yml. Narrows a product or file.',
    }),
    at: At.optional(),
    limit: z.int().min(1).max(200).default(20),
  }),
  output: z.object({
    commit: z.string(),
    files: z.array(z.string()),
    targets: z.array(Row),
    total: z.int(),
    addressable: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ product, file, namespace, at, limit }, { client, signal }) => {
    const paths = filesAsked(client, { product, file, namespace });
    const commit = await client.commitAt(at, signal);
    const rows: z.input<typeof Row>[] = [];
    for (const [path, products] of paths) {
      const { targets } = await client.read(path, commit, signal);
      const labels = (target: Target) =>
        products.flatMap((name) =>
          labelsOf(target, targets, client.product(name)).map((label) => `${name}/${label}`),
        );
      for (const target of matching(targets, namespace === undefined ? {} : { namespace })) {
        rows.push({
          ...targetRow(target, { labels: labels(target) }),
          locator: locatorOf(target, targets) ?? null,
          shared_with: sharing(target, targets),
        });
      }
    }
    const addressable = rows.filter((row) => row.locator !== null).length;
    return {
      commit,
      files: [...paths.keys()],
      targets: rows.slice(0, limit),
      total: rows.length,
      addressable,
      truncated: rows.length > limit,
      summary: `${rows.length} targets${namespace === undefined ? '' : ` in ${namespace}`} in ${paths.size} saas files, ${addressable} of them addressable.`,
    };
  },
});

/** Path → the products whose file it is. */
function filesAsked(
  client: AppInterfaceClient,
  asked: { product?: string | undefined; file?: string | undefined; namespace?: string | undefined },
): Map<string, string[]> {
  const products = Object.entries(client.settings.products);
  const of = (path: string) => products.flatMap(([name, { file }]) => (file === path ? [name] : []));
  if (asked.product !== undefined || asked.file !== undefined) {
    const path = client.fileOf(asked);
    return new Map([[path, of(path)]]);
  }
  if (asked.namespace !== undefined) return new Map(products.map(([, { file }]) => [file, of(file)]));
  throw new SluiceError('invalid_input', {
    cause: 'Give product, file or namespace.',
    remedy: 'With namespace alone the files of all configured products are searched.',
  });
}

/** The least that names a target alone. */
function locatorOf(target: Target, all: readonly Target[]): Locator | undefined {
  const { template, namespace, name, ref } = target;
  if (ref === undefined || ref.fixed !== undefined) return undefined;
  const byName = target.selector !== undefined && name !== undefined;
  if (whyNotAddressable(target) !== undefined && !byName) return undefined;
  const tries: Locator[] = [
    ...(namespace === undefined ? [] : [{ template, namespace }]),
    ...(name === undefined ? [] : [{ template, namespace, target: name }]),
  ];
  const found = tries.find((locator) => matching(all, locator).length === 1);
  return found === undefined ? undefined : dropUndefined(found);
}

function dropUndefined(locator: Locator): Locator {
  return Object.fromEntries(Object.entries(locator).filter(([, value]) => value !== undefined));
}

function sharing(target: Target, all: readonly Target[]): number {
  if (target.namespace === undefined) return 0;
  return matching(all, { template: target.template, namespace: target.namespace }).length - 1;
}
