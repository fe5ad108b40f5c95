import { z } from 'zod';
import { oneLine } from '../../src/kit/text.ts';
import type { FileVersion } from '../git/client.ts';
import { defineTool, Label, Product } from './define.ts';
import { type Locator, matching } from './saas/locate.ts';
import type { SaasFile } from './saas/model.ts';
import { parseSaas } from './saas/parse.ts';
import { type RefVersion, refMoves } from './saas/ref-changes.ts';
import { PIN } from './saas/refs.ts';

/** Most versions of the file that are looked at; each is read and parsed. */
const LOOKED_AT = 300;

export const refHistory = defineTool({
  name: 'appinterface_ref_history',
  title: 'History of one ref',
  description: `
How the ref of one target moved on upstream's default branch, newest first: commit, date, author, subject, from, to. Other
changes of the file do not show. previous_ref is what was declared before the present one: what a rollback goes back to.
was_there_before marks a move that took something back.`,
  effect: 'read',
  input: z.object({ product: Product, target: Label, limit: z.int().min(1).max(100).default(10) }),
  output: z.object({
    product: z.string(),
    target: z.string(),
    file: z.string(),
    commit: z.string(),
    current_ref: z.string(),
    previous_ref: z
      .string()
      .nullable()
      .meta({ description: 'Null where no other commit was pinned before.' }),
    moves: z.array(
      z.object({
        commit: z.string(),
        date: z.string(),
        author: z.string(),
        subject: z.string(),
        from: z.string().nullable(),
        to: z.string(),
        was_there_before: z.boolean(),
      }),
    ),
    looked_at: z.int().meta({ description: 'Versions of the file that were read.' }),
    truncated: z.boolean().meta({ description: 'There are older moves, or older versions not looked at.' }),
    summary: z.string(),
  }),
  run: async ({ product, target: label, limit }, { client, signal }) => {
    const commit = await client.head(signal);
    const { file, targets } = client.product(product);
    const read = await client.read(file, commit, signal);
    const target = client.target(read, product, label);
    const locator = targets[label] ?? {};
    const versions = await client.git.history(client.repository, target.file, {
      ref: commit,
      limit: LOOKED_AT,
      signal,
    });
    const states = versions.map((version) => stateOf(version, target.file, locator));
    const complete = versions.length < LOOKED_AT;
    const moves = refMoves(states, complete);
    const current = target.ref.value;
    const declared = moves.flatMap(({ to, from }) => [to, from]).filter((ref) => ref !== undefined);
    const previous = declared.find((ref) => ref !== current && PIN.test(ref));
    return {
      product,
      target: label,
      file: target.file,
      commit,
      current_ref: current,
      previous_ref: previous ?? null,
      moves: moves.slice(0, limit).map(({ commit: at, from, to, wasThereBefore }) => ({
        commit: at.commit,
        date: at.committed,
        author: oneLine(at.author, 100),
        subject: oneLine(at.subject, 200),
        from: from ?? null,
        to,
        was_there_before: wasThereBefore,
      })),
      looked_at: versions.length,
      truncated: moves.length > limit || !complete,
      summary: `${label} of ${product} is at ${current.slice(0, 12)}; ${previous === undefined ? 'no other commit is known to have been pinned before' : `before that it was at ${previous.slice(0, 12)}`}. ${moves.length} moves in ${versions.length} versions of ${target.file}.`,
    };
  },
});

/** In a target file the target stands alone; elsewhere it has to be the only one that is meant. */
function stateOf(version: FileVersion, path: string, locator: Locator): RefVersion<FileVersion['commit']> {
  const saas = version.text === null ? undefined : parsed(path, version.text);
  const found =
    saas === undefined ? [] : saas.kind === 'target' ? saas.targets : matching(saas.targets, locator);
  return { commit: version.commit, ref: found.length === 1 ? found[0]?.ref?.value : undefined };
}

/** A version that nobody could read declared nothing. */
function parsed(path: string, text: string): SaasFile | undefined {
  try {
    return parseSaas(path, text);
  } catch {
    return undefined;
  }
}
