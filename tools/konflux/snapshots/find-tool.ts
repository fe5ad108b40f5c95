import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import { demandNames } from '../resources/parent.ts';
import type { Snapshot } from '../resources/snapshot.ts';
import { call, defineTool } from '../tool.ts';
import { promotability, snapshotVerdict } from './classify.ts';
import { findIn, isBuildOf, type SnapshotQuery } from './find.ts';
import { Commit } from './list.ts';
import { SnapshotRow, snapshotRow } from './rows.ts';

const find = defineTool({
  name: 'konflux_snapshot_find',
  title: 'Find a Snapshot',
  description: `
The Snapshot of a commit (full or shortened SHA), of an image digest, or the newest passed one of an application. With
several, the newest passed one is chosen, promotable ones first, and the others are named. A commit finds those that
were built for it before those that only hold it.`,
  effect: 'read',
  input: z.object({
    commit: Commit.optional(),
    digest: z
      .string()
      .max(500)
      .regex(/sha256:[0-9a-f]{64}$/, 'sha256:… or an image by its digest')
      .optional(),
    application: Name.optional().meta({ description: 'Or the component group.' }),
    namespace: Namespace,
  }),
  output: z.object({
    namespace: z.string(),
    chosen: SnapshotRow.nullable().meta({ description: 'Null when none of them has passed.' }),
    others: z.array(SnapshotRow),
    found: z.int(),
    archived: z.boolean().meta({ description: 'Pruned from the cluster, so that it cannot be released.' }),
    truncated: z.boolean(),
    summary: z.string(),
    next: z.string(),
  }),
  run: async ({ namespace: given, ...query }, { client, signal }) => {
    const what = wordsOf(query);
    const namespace = await client.cluster.namespace(given);
    const { found, archived } = await everywhere(client, { ...query, namespace, signal });
    if (found.length === 0) await demandNames(client, query, { namespace, signal });
    const ranked = query.commit === undefined ? found : builtFirst(found, query.commit);
    const passed = ranked.filter((one) => snapshotVerdict(one).state === 'passed');
    const chosen = passed.find((one) => promotability(one).promotable) ?? passed[0];
    const others = found.filter((one) => one !== chosen);
    return {
      namespace,
      chosen: chosen === undefined ? null : snapshotRow(chosen),
      others: others.slice(0, OTHERS).map(snapshotRow),
      found: found.length,
      archived,
      truncated: others.length > OTHERS,
      summary: summaryOf(what, namespace, chosen, others, archived),
      next: nextOf(namespace, query, chosen, others),
    };
  },
});

const OTHERS = 8;

/** In the cluster; in the archive only when the cluster has none. */
async function everywhere(client: KonfluxClient, query: SnapshotQuery) {
  const live = await findIn(client.cluster, query);
  if (live.length > 0 || client.archive === undefined) return { found: live, archived: false };
  const kept = await findIn(client.archive, query);
  return { found: kept, archived: kept.length > 0 };
}

/** Of a commit: those that were made for it, before later ones that still hold its build. */
function builtFirst(found: readonly Snapshot[], commit: string): Snapshot[] {
  const built = found.filter((one) => isBuildOf(one, commit));
  return [...built, ...found.filter((one) => !built.includes(one))];
}

function wordsOf({ commit, digest, application }: SnapshotQuery): string {
  const parts = [
    commit === undefined ? [] : [`commit ${commit}`],
    digest === undefined ? [] : [`image ${digest}`],
    application === undefined ? [] : [`application ${application}`],
  ].flat();
  if (parts.length > 0) return parts.join(' and ');
  throw new SluiceError('invalid_input', {
    cause: 'konflux_snapshot_find was not told what to look for.',
    remedy: 'Give a commit, an image digest or an application.',
  });
}

function summaryOf(
  what: string,
  namespace: string,
  chosen: Snapshot | undefined,
  others: readonly Snapshot[],
  archived: boolean,
): string {
  const named = others
    .slice(0, 3)
    .map((one) => `${one.metadata.name} (${snapshotVerdict(one).state})`)
    .join(', ');
  const rest = others.length > 3 ? ` and ${others.length - 3} more` : '';
  if (chosen === undefined) {
    return others.length === 0
      ? `No Snapshot in ${namespace} has ${what}.`
      : `No Snapshot of ${what} in ${namespace} has passed: ${named}${rest}.`;
  }
  const { promotable, reasons } = promotability(chosen);
  return [
    `${chosen.metadata.name} is the newest passed Snapshot of ${what}${promotable ? ' that may be promoted' : ''}.`,
    promotable ? '' : `It may not be promoted: ${reasons.join(' ')}`,
    archived ? 'It is in the archive alone: it cannot be released any more.' : '',
    others.length === 0 ? '' : `Others: ${named}${rest}.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function nextOf(
  namespace: string,
  { commit, application }: SnapshotQuery,
  chosen: Snapshot | undefined,
  others: readonly Snapshot[],
): string {
  if (chosen !== undefined)
    return call('konflux_snapshot_promotable', { name: chosen.metadata.name, namespace });
  const [newest] = others;
  if (newest !== undefined) return call('konflux_snapshot_tests', { name: newest.metadata.name, namespace });
  return commit === undefined
    ? call('konflux_snapshot_list', { namespace, application })
    : 'Look whether its build has finished: konflux_pipeline_list.';
}

export const findTools = [find];
