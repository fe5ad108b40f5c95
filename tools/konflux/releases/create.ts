import { z } from 'zod';
import { canonicalJson, sha256 } from '../../../src/kit/canonical.ts';
import type { EffectOutcome } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import { parentOf } from '../resources/common.ts';
import { RELEASE, type Release } from '../resources/release.ts';
import { call, defineTool } from '../tool.ts';
import { classifyRelease } from './classify.ts';
import { gather } from './gather.ts';
import { ownRelease, releaseEffect } from './marker.ts';
import {
  type CheckName,
  duplicatesOf,
  holding,
  type PreflightFacts,
  plainly,
  preflight,
} from './preflight.ts';
import { ReleaseDetail, type ReleaseRow, releaseDetail, stateText } from './release-view.ts';

const Input = z.object({
  release_plan: Name.max(63),
  snapshot: Name.max(64).meta({ description: 'The name of a Snapshot, not a commit.' }),
  namespace: Namespace,
  data: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: "Overrides the plan's data, e.g. { releaseNotes: … }." }),
  grace_period_days: z.int().min(1).max(30).optional(),
  force: z.boolean().default(false).meta({
    description: 'Release although its tests are not passed, or although it has been released. Needs reason.',
  }),
  reason: z
    .string()
    .trim()
    .min(5)
    .max(500)
    .optional()
    .meta({ description: 'Why force; kept on the Release.' }),
});
type Input = z.output<typeof Input>;

/** What a person may decide; with anything else the release service would refuse the Release itself. */
const FORCEABLE: readonly CheckName[] = ['snapshot_promotable', 'no_duplicate'];

export const MadeRelease = ReleaseDetail.extend({
  created: z.boolean().meta({ description: 'False: it was there already, and no second one was made.' }),
});

export const createRelease = defineTool({
  name: 'konflux_release_create',
  title: 'Create a release',
  description: `
Releases a snapshot by a plan: creates a Release, after the checks of konflux_release_preflight; a failed one refuses.
The same snapshot and plan are never released twice: the Release that is there is answered. force with a reason passes
over tests and duplicates alone. Follow it with konflux_release_watch; a failed one: konflux_release_retry.`,
  effect: 'create',
  key: 'konflux/<namespace>/release/<release_plan>/<snapshot>[/forced/<digest of the reason>]',
  settles: '10s',
  input: Input,
  output: MadeRelease,
  effects: async (input, { client, signal }) => {
    const { release_plan: plan, snapshot, data, grace_period_days, reason, force } = input;
    if (force && reason === undefined) {
      throw new SluiceError('invalid_input', {
        cause: 'force needs a reason.',
        remedy: 'Say in `reason` why the checks are to be passed over; it is kept on the Release.',
      });
    }
    const namespace = await client.cluster.namespace(input.namespace);
    const key = keyOf(input, namespace);
    const [own, facts] = await Promise.all([
      ownRelease(client, namespace, key, signal),
      gather(client, { namespace, plan, snapshot }, signal),
    ]);
    // Ours is there when an earlier try of this call had its effect: it is found again, not refused.
    if (own === undefined) refuse(facts, input, namespace);
    else sameContent(own, input);
    const parent = 'object' in facts.plan ? parentOf(facts.plan.object.spec)?.name : undefined;
    return [
      releaseEffect(
        client,
        {
          key,
          namespace,
          plan,
          snapshot,
          parent: parent ?? plan,
          data,
          gracePeriodDays: grace_period_days,
          reason,
        },
        'create Release of',
      ),
    ];
  },
  result: async (input, { client, now, signal }, done) => {
    const namespace = await client.cluster.namespace(input.namespace);
    return await madeRelease(client, namespace, done, now, signal);
  },
});

function keyOf({ release_plan, snapshot, force, reason }: Input, namespace: string): string {
  const key = `konflux/${namespace}/release/${release_plan}/${snapshot}`;
  return force ? `${key}/forced/${sha256(reason ?? '').slice(0, 12)}` : key;
}

function refuse(facts: PreflightFacts, { force, release_plan, snapshot }: Input, namespace: string): void {
  const all = holding(preflight(facts).checks);
  const against = force ? all.filter(({ name, state }) => !isForceable(name, state)) : all;
  if (against.length === 0) return;
  const said = plainly(against);
  const [duplicate] = duplicatesOf(facts.releases);
  const commit = 'missing' in facts.snapshot;
  throw new SluiceError('precondition', {
    cause: `${snapshot} is not released by ${release_plan}: ${said.map(({ name, detail }) => `${name}: ${detail}`).join(' ')}`,
    remedy:
      duplicate !== undefined && said.every(({ name }) => name === 'no_duplicate')
        ? `It is ${duplicate.metadata.name}: ${call('konflux_release_get', { name: duplicate.metadata.name, namespace })}. To release it once more all the same: force with a reason.`
        : `Nothing was created. ${commit ? 'Give the name of a Snapshot. ' : ''}See ${call('konflux_release_preflight', { release_plan, snapshot, namespace })}.${said.every(({ name, state }) => isForceable(name, state)) ? ' A person may decide to force it, with a reason.' : ''}`,
    rule: said[0]?.name ?? 'preflight',
  });
}

function isForceable(name: CheckName, state: string): boolean {
  return state === 'unknown' || FORCEABLE.includes(name);
}

/** One key, one content: what is there with other data is not what was asked for. */
function sameContent(own: Release, { data }: Input): void {
  if (canonicalJson(own.spec.data ?? null) === canonicalJson(data ?? null)) return;
  throw new SluiceError('conflict', {
    cause: `Release ${own.metadata.name} of this snapshot and plan is there already, with other data.`,
    remedy:
      'A Release cannot be changed. Look at it; to release once more with this data, force with a reason.',
  });
}

const Evidence = z.object({ name: z.string(), uid: z.string() });

export async function madeRelease(
  client: KonfluxClient,
  namespace: string,
  [outcome]: readonly EffectOutcome[],
  now: number,
  signal: AbortSignal | undefined,
): Promise<z.input<typeof MadeRelease>> {
  const { name } = Evidence.parse(outcome?.data);
  const { object, archived } = await client.get(RELEASE, name, { namespace, signal });
  const detail = releaseDetail(object, now, archived);
  const created = outcome?.outcome !== 'adopted';
  const failed = detail.state === 'failed' || detail.state === 'validation_failed';
  return {
    ...detail,
    created,
    summary: created ? createdText(object, detail) : `No second one was created: ${detail.summary}`,
    ...(failed && !created ? { next: call('konflux_release_retry', { name, namespace }) } : {}),
  };
}

function createdText(release: Release, detail: ReleaseRow): string {
  return `Release ${detail.name} of ${detail.snapshot} by ${detail.release_plan} was created and ${stateText(detail, classifyRelease(release))}.`;
}
