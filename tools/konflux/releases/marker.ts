import { sha256 } from '../../../src/kit/canonical.ts';
import { absent, type Effect, type Found, present, unknown } from '../../../src/kit/effect.ts';
import { selector } from '../../kubernetes/client.ts';
import type { KonfluxClient } from '../client.ts';
import { LABEL } from '../resources/common.ts';
import { RELEASE, type Release } from '../resources/release.ts';
import { newestFirst } from '../resources/timing.ts';

/**
 * Names are generated, so a Release that we made is known again by a label: the digest of its key.
 * The annotations say the same in words.
 */
export const KEY_LABEL = 'sluice/release-key';
export const KEY_ANNOTATION = 'sluice/release-key';
export const REASON_ANNOTATION = 'sluice/reason';
export const RETRY_ANNOTATION = 'sluice/retry-of';

/** A label value holds 63 characters. */
export function keyDigest(key: string): string {
  return sha256(key).slice(0, 40);
}

export interface NewRelease {
  key: string;
  namespace: string;
  plan: string;
  snapshot: string;
  /** The application or component group, for the generated name. */
  parent: string;
  data?: Record<string, unknown> | undefined;
  gracePeriodDays?: number | undefined;
  reason?: string | undefined;
  retryOf?: string | undefined;
}

/** The object as it is sent. The webhook adds author and labels; status is the service's. */
export function releaseBody(wanted: NewRelease): object {
  return {
    metadata: {
      // The API server appends five characters; a Release has a name of 63 at most.
      generateName: `${wanted.parent.slice(0, 63 - 5 - '-manual-'.length)}-manual-`,
      namespace: wanted.namespace,
      labels: { [LABEL.automated]: 'false', [KEY_LABEL]: keyDigest(wanted.key) },
      annotations: {
        [KEY_ANNOTATION]: wanted.key,
        ...(wanted.reason === undefined ? {} : { [REASON_ANNOTATION]: wanted.reason }),
        ...(wanted.retryOf === undefined ? {} : { [RETRY_ANNOTATION]: wanted.retryOf }),
      },
    },
    spec: specOf(wanted),
  };
}

function specOf({ plan, snapshot, data, gracePeriodDays }: NewRelease): object {
  return {
    releasePlan: plan,
    snapshot,
    ...(data === undefined ? {} : { data }),
    ...(gracePeriodDays === undefined ? {} : { gracePeriodDays }),
  };
}

/** The Release that carries this key; the oldest, should there be several. */
export async function ownRelease(
  client: KonfluxClient,
  namespace: string,
  key: string,
  signal?: AbortSignal,
): Promise<Release | undefined> {
  const labels = selector({ [KEY_LABEL]: keyDigest(key) });
  const { items } = await client.cluster.all(RELEASE, { namespace, labels, signal });
  return newestFirst(items).at(-1);
}

export function releaseEffect(client: KonfluxClient, wanted: NewRelease, action: string): Effect {
  const { key, namespace, plan, snapshot, reason } = wanted;
  return {
    key,
    preview: {
      system: 'konflux',
      action,
      target: `${snapshot} by ${plan} in ${namespace}`,
      after: { ...specOf(wanted), ...(reason === undefined ? {} : { reason }) },
    },
    find: async (): Promise<Found> => {
      const own = await ownRelease(client, namespace, key);
      if (own === undefined) return absent;
      const { releasePlan, snapshot: released } = own.spec;
      if (releasePlan === plan && released === snapshot) return present(evidenceOf(own));
      return unknown(`${own.metadata.name} carries this key, but releases ${released} by ${releasePlan}.`);
    },
    send: async (permit) =>
      evidenceOf(await client.cluster.create(RELEASE, releaseBody(wanted), permit, { namespace })),
  };
}

function evidenceOf({ metadata }: Release) {
  return { name: metadata.name, uid: metadata.uid };
}
