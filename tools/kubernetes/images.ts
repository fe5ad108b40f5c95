import type { Deployment } from './resources/deployment.ts';
import type { Pod } from './resources/pod.ts';

/** `sha256:…` of a pull spec or an imageID (`docker-pullable://…@sha256:…`, `…@sha256:…`, `sha256:…`). */
export function digestOf(image: string): string | undefined {
  return /(?:^|@)(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
}

/** A pull spec without its tag and digest. */
export function repositoryOf(image: string): string {
  const [name = ''] = image.split('@');
  return name.replace(/:[^:/]*$/, '');
}

export interface Running {
  /** Of what really runs; undefined where the node does not say. */
  digest: string | undefined;
  /** As the node names it. */
  image: string;
  pods: string[];
}

export interface ContainerImages {
  container: string;
  /** As the template has it. */
  specImage: string;
  running: Running[];
  /** Pods in which it does not run now. */
  notRunning: string[];
  /** Every wanted replica runs it, nothing else runs, and it is what was asked for. */
  allRunning: boolean;
  why: string;
}

/** What each container of a Deployment's template runs in its pods; `digest`: which it has to be. */
export function containerImages(
  { spec }: Deployment,
  pods: readonly Pod[],
  digest: string | undefined,
): ContainerImages[] {
  // What has ended, or goes away, runs nothing that counts.
  const alive = pods.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined && !['Succeeded', 'Failed'].includes(status.phase),
  );
  return spec.template.spec.containers.map(({ name, image }) => {
    const found = new Map<string, Running>();
    const notRunning: string[] = [];
    for (const pod of alive) {
      const status = pod.status.containerStatuses.find((one) => one.name === name);
      if (status?.state.running === undefined) {
        notRunning.push(pod.metadata.name);
        continue;
      }
      const runs = digestOf(status.imageID) ?? digestOf(status.image);
      const key = runs ?? status.image;
      const same = found.get(key) ?? { digest: runs, image: status.image, pods: [] };
      same.pods.push(pod.metadata.name);
      found.set(key, same);
    }
    const running = [...found.values()].toSorted((a, b) => b.pods.length - a.pods.length);
    const why = fault({ image, wanted: digest, replicas: spec.replicas, running, notRunning });
    return {
      container: name,
      specImage: image,
      running,
      notRunning,
      allRunning: why === undefined,
      why: why ?? `all ${spec.replicas} run it`,
    };
  });
}

function fault(given: {
  image: string;
  wanted: string | undefined;
  replicas: number;
  running: readonly Running[];
  notRunning: readonly string[];
}): string | undefined {
  const { image, wanted, replicas, running, notRunning } = given;
  const [first, ...others] = running;
  if (replicas === 0) return 'it is scaled to 0';
  if (first === undefined) return 'it runs in no pod';
  if (others.length > 0) return `its pods run ${running.length} different images`;
  if (first.digest === undefined) return 'no node says which digest it runs';
  const pinned = digestOf(image);
  // A pull by the digest of an index may be told as the digest of the platform's image: then the name counts.
  const runs = [first.digest, digestOf(first.image)];
  if (pinned !== undefined && !runs.includes(pinned)) return 'it runs another digest than the template names';
  if (pinned === undefined && repositoryOf(first.image) === repositoryOf(image) && !sameTag(first.image, image))
    return 'it runs another tag than the template names';
  if (wanted !== undefined && !runs.includes(wanted)) return 'it runs another digest than the one asked for';
  if (notRunning.length > 0) return `it does not run in ${notRunning.length} of its pods`;
  if (first.pods.length < replicas) return `it runs in ${first.pods.length} of ${replicas} wanted pods`;
  return undefined;
}

/** A node may name a running image by digest alone: then the tag says nothing. */
function sameTag(running: string, wanted: string): boolean {
  return digestOf(running) !== undefined || running === wanted;
}
