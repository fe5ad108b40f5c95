import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { Name, Namespace } from '../inputs.ts';
import { parentOf } from '../resources/common.ts';
import { RELEASE, type Release } from '../resources/release.ts';
import { call, defineTool } from '../tool.ts';
import { classifyRelease } from './classify.ts';
import { MadeRelease, madeRelease } from './create.ts';
import { gather } from './gather.ts';
import { ownRelease, releaseEffect } from './marker.ts';
import { type CheckName, holding, type PreflightFacts, plainly, preflight } from './preflight.ts';
import { failed } from './release-view.ts';

const Data = z.record(z.string(), z.unknown()).optional();

/** Decided by whoever made the Release that failed; the other checks say whether it would be taken now. */
const DECIDED: readonly CheckName[] = ['snapshot_promotable', 'no_duplicate'];

export const retryRelease = defineTool({
  name: 'konflux_release_retry',
  title: 'Retry a failed release',
  description: `
Releases again what a failed Release did not: creates a new Release of the same snapshot, plan and data, since a Release
cannot be started again. Refuses while the given one is under way, when it succeeded, or when a newer one of the same
snapshot and plan exists. See first why it failed: konflux_release_get.`,
  effect: 'create',
  key: 'konflux/<namespace>/release/retry-of/<uid of the failed Release>',
  settles: '10s',
  input: z.object({
    name: Name.meta({ description: 'The Release that failed.' }),
    namespace: Namespace,
    reason: z.string().trim().min(5).max(500).meta({ description: 'Why again; kept on the new Release.' }),
  }),
  output: MadeRelease.extend({ retry_of: z.string() }),
  effects: async ({ name, reason, ...input }, { client, signal }) => {
    const namespace = await client.cluster.namespace(input.namespace);
    const { object: old } = await client.get(RELEASE, name, { namespace, signal });
    const { releasePlan: plan, snapshot, data, gracePeriodDays } = old.spec;
    const key = `konflux/${namespace}/release/retry-of/${old.metadata.uid}`;
    const [own, facts] = await Promise.all([
      ownRelease(client, namespace, key, signal),
      gather(client, { namespace, plan, snapshot }, signal),
    ]);
    if (own === undefined) refuse(old, facts, namespace);
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
          data: Data.parse(data),
          gracePeriodDays,
          reason,
          retryOf: name,
        },
        'create Release again of',
      ),
    ];
  },
  result: async ({ name, ...input }, { client, now, signal }, done) => {
    const namespace = await client.cluster.namespace(input.namespace);
    const made = await madeRelease(client, namespace, done, now, signal);
    return { ...made, retry_of: name };
  },
});

function refuse(old: Release, facts: PreflightFacts, namespace: string): void {
  const { name } = old.metadata;
  const { state } = classifyRelease(old);
  const no = (cause: string, remedy: string, rule: string) => {
    throw new SluiceError('precondition', { cause, remedy, rule });
  };
  if (!failed({ state })) {
    no(
      `Release ${name} has not failed: it is ${state}.`,
      state === 'succeeded'
        ? 'There is nothing to do again.'
        : `Wait for it: ${call('konflux_release_watch', { name, namespace })}.`,
      'not_failed',
    );
  }
  const [other] = facts.releases.filter((one) => standsAgainst(one, old));
  if (other !== undefined) {
    const otherName = other.metadata.name;
    no(
      `Release ${otherName} of the same snapshot and plan came after ${name}; it is ${classifyRelease(other).state}.`,
      `Look at that one: ${call('konflux_release_get', { name: otherName, namespace })}.`,
      'newer_release',
    );
  }
  const against = plainly(
    holding(preflight(facts).checks).filter(({ name: check }) => !DECIDED.includes(check)),
  );
  if (against.length > 0) {
    no(
      `A Release like ${name} would fail again: ${against.map(({ name: check, detail }) => `${check}: ${detail}`).join(' ')}`,
      'Nothing was created. Put that right first.',
      against[0]?.name ?? 'preflight',
    );
  }
}

/** A newer one, or one that is still under way whenever it was made. */
function standsAgainst(one: Release, old: Release): boolean {
  if (one.metadata.uid === old.metadata.uid) return false;
  const at = (release: Release) => Date.parse(release.metadata.creationTimestamp) || 0;
  const { state } = classifyRelease(one);
  return at(one) > at(old) || state === 'progressing' || state === 'pending';
}
