import { SluiceError } from '../../src/kit/errors.ts';
import type { AppInterfaceClient, ReadSaas } from './client.ts';
import type { ProductSettings } from './product-settings.ts';
import { standingOf } from './relations.ts';
import { compareLive, type LiveDeployment } from './saas/live.ts';
import { type Addressable, stemOf } from './saas/locate.ts';
import type { Candidate, PromotionSide } from './saas/promote.ts';

/** An environment of a product: the target that it runs, and where that is seen live. */
interface Place {
  target: string;
  namespace?: string | undefined;
  deployments?: readonly string[] | undefined;
  promotes_to?: string | undefined;
}

export interface Side extends PromotionSide {
  label: string;
  namespace: string | undefined;
  target: Addressable;
}

export function environmentsOf({ environments, targets }: ProductSettings): Readonly<Record<string, Place>> {
  if (environments !== undefined) return environments;
  const stages = Object.hasOwn(targets, 'stage') && Object.hasOwn(targets, 'production');
  return Object.fromEntries(
    Object.keys(targets).map((label) => [
      label,
      { target: label, ...(stages && label === 'stage' ? { promotes_to: 'production' } : {}) },
    ]),
  );
}

export function demandEnvironment(environments: Readonly<Record<string, Place>>, name: string): string {
  if (Object.hasOwn(environments, name)) return name;
  throw new SluiceError('not_found', {
    cause: `There is no environment ${JSON.stringify(name)}.`,
    remedy: `There are ${Object.keys(environments).join(', ') || 'none'}.`,
  });
}

export function sideOf(
  client: AppInterfaceClient,
  read: ReadSaas,
  product: string,
  environment: string,
  place: Place,
  given: {
    live: { deployments: readonly LiveDeployment[]; rollouts_running?: boolean | undefined };
    digests: Readonly<Record<string, string>>;
  },
): Side {
  const settings = client.product(product);
  const target = client.target(read, product, place.target);
  const namespace =
    place.namespace ?? (target.namespace === undefined ? undefined : stemOf(target.namespace));
  const deployments = given.live.deployments.filter(
    (one: LiveDeployment) =>
      (namespace === undefined || one.namespace === namespace) &&
      (place.deployments === undefined || place.deployments.includes(one.name)),
  );
  const template = read.file.templates.find(({ name }) => name === target.template);
  const live = compareLive(target.ref.value, deployments, {
    image: settings.image,
    hashLength: template?.hashLength ?? client.settings.hash_length,
    channelInTag: read.file.channelInTag,
    digests: given.digests,
    rolloutsRunning: given.live.rollouts_running,
  });
  const automatic = target.promotion?.auto === true;
  return { environment, label: place.target, namespace, target, declared: target.ref.value, automatic, live };
}

/** The commit in full that runs at the source, and how it stands to what the goal declares. */
export async function candidateOf(
  client: AppInterfaceClient,
  { code_repository: repo }: ProductSettings,
  from: Side,
  to: Side,
  signal: AbortSignal | undefined,
): Promise<Candidate> {
  const { sha } = from.live;
  if (sha === undefined) return { commit: undefined, standing: undefined, why: 'what runs is not known' };
  if (repo === undefined) {
    const why = 'code_repository of the product is not set';
    return { commit: sha.length === 40 ? sha : undefined, standing: undefined, why };
  }
  try {
    const { commit } = await client.git.resolve(repo, sha, { signal });
    const found = await (await standingOf(client.git, repo, commit, signal))(to.declared);
    return 'why' in found
      ? { commit, standing: undefined, why: found.why }
      : { commit, standing: found.standing, why: undefined };
  } catch (thrown) {
    // A commit that the code repository does not know, or that may be several, is an answer.
    if (!(thrown instanceof SluiceError) || !['not_found', 'conflict'].includes(thrown.code)) throw thrown;
    return { commit: undefined, standing: undefined, why: thrown.message };
  }
}
