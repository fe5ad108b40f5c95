import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { selector } from '../../kubernetes/client.ts';
import type { KonfluxClient } from '../client.ts';
import { Limit, Name, Namespace } from '../inputs.ts';
import { LABEL, parentOf } from '../resources/common.ts';
import { RELEASE, RELEASE_PLAN, type Release, type ReleasePlan } from '../resources/release.ts';
import { newestFirst } from '../resources/timing.ts';
import { getSnapshot } from '../snapshots/find.ts';
import { defineTool } from '../tool.ts';
import { classifyRelease, RELEASE_STATES, type ReleaseState } from './classify.ts';
import { ReleaseRow, releaseRow, stateText } from './release-view.ts';

const Input = z.object({
  namespace: Namespace,
  release_plan: Name.optional(),
  application: Name.optional().meta({ description: 'An application or component group.' }),
  snapshot: Name.optional(),
  state: z.enum(RELEASE_STATES).optional(),
  include_archived: z
    .boolean()
    .default(false)
    .meta({ description: 'Also those that only KubeArchive still has.' }),
  limit: Limit,
});
type Input = z.output<typeof Input>;

export const listReleases = defineTool({
  name: 'konflux_release_list',
  title: 'List releases',
  description: `
The Releases of a namespace, newest first, each with its state: what was released, what is under way, what failed and
why. By plan, application, snapshot or state. Answers also whether a snapshot has been released: its AutoReleased
condition does not.`,
  effect: 'read',
  input: Input,
  output: z.object({
    namespace: z.string(),
    counts: z
      .record(z.enum(RELEASE_STATES), z.int())
      .meta({ description: 'By state, of all that fit the plan, application and snapshot.' }),
    total: z.int().meta({ description: 'How many fit the state too.' }),
    truncated: z.boolean(),
    releases: z.array(ReleaseRow),
    summary: z.string(),
  }),
  run: async (input, { client, now, signal }) => {
    const namespace = await client.cluster.namespace(input.namespace);
    const [live, archived, plans] = await Promise.all([
      client.cluster.all(RELEASE, { namespace, signal }),
      input.include_archived ? archivedReleases(client, input, namespace, signal) : undefined,
      input.application === undefined ? undefined : client.cluster.all(RELEASE_PLAN, { namespace, signal }),
    ]);
    const present = new Set(live.items.map(({ metadata }) => metadata.uid));
    const kept = (archived?.items ?? []).filter(({ metadata }) => !present.has(metadata.uid));
    const fitting = newestFirst(
      [...live.items, ...kept].filter((one) => fits(one, input, plans?.items ?? [])),
    );
    if (fitting.length === 0) await refuseUnknown(client, input, namespace, signal);
    const counts = countStates(fitting);
    const wanted = fitting.filter(
      (one) => input.state === undefined || classifyRelease(one).state === input.state,
    );
    const rows = wanted
      .slice(0, input.limit)
      .map((one) => releaseRow(one, now, !present.has(one.metadata.uid)));
    return {
      namespace,
      counts,
      total: wanted.length,
      truncated: rows.length < wanted.length,
      releases: rows,
      summary: summaryOf(input, namespace, counts, wanted, rows),
    };
  },
});

async function archivedReleases(
  client: KonfluxClient,
  { release_plan, snapshot }: Input,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<{ items: Release[] }> {
  if (client.archive === undefined) {
    throw new SluiceError('tool_missing', {
      cause: 'No KubeArchive is configured, so pruned Releases cannot be listed.',
      remedy: 'Set modules.konflux.kubearchive in sluice.yaml, or leave out include_archived.',
    });
  }
  // The archive holds years of them: let it choose where it can.
  const labels = selector({ [LABEL.releasePlan]: release_plan, [LABEL.releaseSnapshot]: snapshot });
  return await client.archive.all(RELEASE, { namespace, labels, signal });
}

function fits({ metadata, spec }: Release, input: Input, plans: readonly ReleasePlan[]): boolean {
  const { application } = input;
  return (
    (input.release_plan === undefined || spec.releasePlan === input.release_plan) &&
    (input.snapshot === undefined || spec.snapshot === input.snapshot) &&
    (application === undefined ||
      metadata.labels[LABEL.application] === application ||
      metadata.labels[LABEL.componentGroup] === application ||
      parentOf(plans.find((plan) => plan.metadata.name === spec.releasePlan)?.spec ?? {})?.name ===
        application)
  );
}

/** An empty list is only an answer when what was asked for exists. */
async function refuseUnknown(
  client: KonfluxClient,
  { release_plan, snapshot }: Input,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await Promise.all([
    release_plan === undefined ? undefined : client.get(RELEASE_PLAN, release_plan, { namespace, signal }),
    snapshot === undefined ? undefined : getSnapshot(client, snapshot, { namespace, signal }),
  ]);
}

function countStates(releases: readonly Release[]): Record<ReleaseState, number> {
  const counts = { pending: 0, progressing: 0, succeeded: 0, failed: 0, validation_failed: 0 };
  for (const release of releases) counts[classifyRelease(release).state] += 1;
  return counts;
}

function summaryOf(
  { release_plan, application, snapshot, state }: Input,
  namespace: string,
  counts: Record<ReleaseState, number>,
  wanted: readonly Release[],
  rows: readonly ReleaseRow[],
): string {
  const of = [
    ...(release_plan === undefined ? [] : [` by ${release_plan}`]),
    ...(application === undefined ? [] : [` of ${application}`]),
    ...(snapshot === undefined ? [] : [` of snapshot ${snapshot}`]),
  ].join('');
  const [newest] = wanted;
  const [row] = rows;
  if (newest === undefined || row === undefined)
    return `No Release${of} in ${namespace}${state === undefined ? '' : ` is ${state}`}.`;
  const parts = RELEASE_STATES.filter((one) => counts[one] > 0).map((one) => `${counts[one]} ${one}`);
  return `Releases${of} in ${namespace}: ${parts.join(', ')}. The newest${state === undefined ? '' : ` ${state} one`}, ${row.name}, ${stateText(row, classifyRelease(newest))}.`;
}
