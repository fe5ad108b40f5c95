import { z } from 'zod';
import { toSluiceError } from '../../src/kit/errors.ts';
import type { AppInterfaceClient, ReadSaas } from './client.ts';
import { At, defineTool, File, Product } from './define.ts';
import { ProductAnswer, productAnswer } from './product-answer.ts';
import { labelsOf, TargetRow, targetRow } from './target-row.ts';

export const getConfig = defineTool({
  name: 'appinterface_get_config',
  title: 'Get a saas file',
  description: `
The saas file of a product (or a path), read from upstream's default branch: its templates, and each target with ref,
promotion and warnings. refs holds the ref of each configured label, ready for expected_refs of appinterface_update_ref.
settings holds all that is configured for the product: its repositories, image, projects, gates, and where it runs.
The right one for "what is declared"; what runs is appinterface_compare_live.`,
  effect: 'read',
  input: z.object({
    product: Product.optional(),
    file: File.optional(),
    at: At.optional(),
    parameters: z.boolean().default(false).meta({ description: "Show the targets' parameters as well." }),
    limit: z.int().min(1).max(200).default(20).meta({ description: 'Most targets to show.' }),
  }),
  output: z.object({
    product: z.string().nullable(),
    file: z.string(),
    commit: z.string().meta({ description: 'The commit of upstream that it was read from.' }),
    name: z.string().nullable(),
    app: z.string().nullable(),
    deprecated: z.boolean(),
    templates: z.array(
      z.object({
        name: z.string(),
        url: z.string(),
        path: z.string(),
        hash_length: z.int().nullable(),
        targets: z.int(),
      }),
    ),
    targets: z.array(TargetRow),
    total: z.int(),
    truncated: z.boolean(),
    refs: z
      .record(z.string(), z.string())
      .meta({ description: 'Label → ref, of the labels that mean one target.' }),
    settings: ProductAnswer.nullable().meta({
      description: 'Of the product; null where a file was asked for. What is not configured is null in it.',
    }),
    warnings: z.array(z.string()),
    summary: z.string(),
  }),
  run: async ({ product, file, at, parameters, limit }, { client, signal }) => {
    const path = client.fileOf({ product, file });
    const read = await client.read(path, await client.commitAt(at, signal), signal);
    const known = product === undefined ? undefined : client.product(product);
    const { refs, warnings } = labelled(client, read, product);
    const rows = read.targets
      .slice(0, limit)
      .map((target) => targetRow(target, { labels: labelsOf(target, read.targets, known), parameters }));
    const pinned = read.targets.filter(({ ref }) => /^[0-9a-f]{40}$/.test(ref?.value ?? '')).length;
    return {
      product: product ?? null,
      file: path,
      commit: read.commit,
      name: read.file.name ?? null,
      app: read.file.app ?? null,
      deprecated: read.file.deprecated,
      templates: read.file.templates.slice(0, limit).map((template) => ({
        name: template.name,
        url: template.url,
        path: template.path,
        hash_length: template.hashLength ?? null,
        targets: template.targets.length,
      })),
      targets: rows,
      total: read.targets.length,
      truncated: read.targets.length > limit || read.file.templates.length > limit,
      refs,
      settings: product === undefined ? null : productAnswer(client, product),
      warnings: [
        ...(read.file.deprecated ? [`${path} is marked deprecated: updates are refused.`] : []),
        ...warnings,
      ],
      summary: `${path} at ${read.commit.slice(0, 12)} has ${read.targets.length} targets, ${pinned} of them pinned${warnings.length === 0 ? '' : `; ${warnings.length} labels mean no single target`}.`,
    };
  },
});

function labelled(
  client: AppInterfaceClient,
  read: ReadSaas,
  product: string | undefined,
): { refs: Record<string, string>; warnings: string[] } {
  const refs: Record<string, string> = {};
  const warnings: string[] = [];
  if (product === undefined) return { refs, warnings };
  for (const label of Object.keys(client.product(product).targets)) {
    try {
      refs[label] = client.target(read, product, label).ref.value;
    } catch (thrown) {
      warnings.push(`${label}: ${toSluiceError(thrown).message}`);
    }
  }
  return { refs, warnings };
}
