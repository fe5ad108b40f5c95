import { z } from 'zod';
import { SluiceError, toSluiceError } from '../../src/kit/errors.ts';
import type { AppInterfaceClient } from './client.ts';
import { At, defineTool, File, Product } from './define.ts';
import { locate } from './saas/locate.ts';
import { parseSaas } from './saas/parse.ts';
import { repositoryPath, targetFilesOf, targetsWith } from './saas/target-files.ts';
import { type Finding, validateSaas } from './saas/validate.ts';

const SHOWN = 40;

export const validate = defineTool({
  name: 'appinterface_validate',
  title: 'Validate a saas file',
  description: `
Findings on a saas file and its target files: what the schema refuses (errors, with path and line) and what is remarkable
(warnings), such as a ref that looks like a number and has to be quoted, or a label that means no single target. With
content it judges that text instead of what upstream holds.`,
  effect: 'read',
  input: z.object({
    product: Product.optional(),
    file: File.optional(),
    ref: At.optional(),
    content: z.string().max(500_000).optional().meta({ description: 'Judge this text as the saas file.' }),
  }),
  output: z.object({
    file: z.string(),
    commit: z.string().nullable(),
    valid: z.boolean().meta({ description: 'No errors. Warnings do not count.' }),
    errors: z.int(),
    warnings: z.int(),
    findings: z.array(
      z.object({
        severity: z.enum(['error', 'warning']),
        rule: z.string(),
        file: z.string(),
        path: z.string(),
        line: z.int().nullable(),
        message: z.string(),
      }),
    ),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ product, file, ref, content }, { client, signal }) => {
    const path = client.fileOf({ product, file });
    const commit = content === undefined ? await client.commitAt(ref, signal) : null;
    const texts = await textsOf(client, path, commit, content, signal);
    const found = [...texts].flatMap(([at, text]) =>
      validateSaas(at, text).map((finding) => ({ ...finding, file: at })),
    );
    const readable = !found.some(({ rule }) => rule === 'yaml');
    if (readable) found.push(...labelFindings(client, path, texts, product, content !== undefined));
    found.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
    const errors = found.filter(({ severity }) => severity === 'error').length;
    const warnings = found.length - errors;
    return {
      file: path,
      commit,
      valid: errors === 0,
      errors,
      warnings,
      findings: found.slice(0, SHOWN).map((finding) => ({ ...finding, line: finding.line ?? null })),
      truncated: found.length > SHOWN,
      summary: `${path} ${errors === 0 ? 'is valid' : `has ${errors} errors`}, ${warnings} warnings.`,
    };
  },
});

/** The saas file, and each target file that could be read, by path. */
async function textsOf(
  client: AppInterfaceClient,
  path: string,
  commit: string | null,
  content: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const text = content ?? (commit === null ? undefined : await client.text(path, commit, signal));
  if (text === undefined) {
    throw new SluiceError('not_found', {
      cause: `${client.repository} has no file ${path} at ${commit?.slice(0, 12) ?? 'all'}.`,
      remedy: 'Correct the path: it is counted from the root of the repository.',
    });
  }
  const texts = new Map([[path, text]]);
  if (commit === null || validateSaas(path, text).some(({ rule }) => rule === 'yaml')) return texts;
  for (const ref of targetFilesOf(parseSaas(path, text))) {
    const place = repositoryPath(client.settings.data_folder, ref);
    const own = await client.text(place, commit, signal);
    if (own !== undefined) texts.set(place, own);
  }
  return texts;
}

/** Target files that are not there, and labels of the settings that mean none or several. */
function labelFindings(
  client: AppInterfaceClient,
  path: string,
  texts: ReadonlyMap<string, string>,
  product: string | undefined,
  contentAlone: boolean,
): (Finding & { file: string })[] {
  const saas = parseSaas(path, texts.get(path) ?? '');
  const own = new Map(
    targetFilesOf(saas).flatMap((ref) => {
      const place = repositoryPath(client.settings.data_folder, ref);
      const text = texts.get(place);
      return text === undefined ? [] : [[ref, parseSaas(place, text)] as const];
    }),
  );
  const finding = (severity: Finding['severity'], rule: string, message: string) => ({
    severity,
    rule,
    path: '',
    line: undefined,
    message,
    file: path,
  });
  const missing = contentAlone ? [] : targetFilesOf(saas).filter((ref) => !own.has(ref));
  const targets = targetsWith(saas, own);
  const labels = product === undefined ? {} : client.product(product).targets;
  return [
    ...missing.map((ref) => finding('error', 'target_file', `there is no target file ${ref}`)),
    ...Object.entries(labels).flatMap(([label, locator]) => {
      try {
        locate(targets, locator);
        return [];
      } catch (thrown) {
        return [finding('warning', 'label', `${label}: ${toSluiceError(thrown).message}`)];
      }
    }),
  ];
}
