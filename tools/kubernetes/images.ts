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
  /** What really runs, as the node says it; undefined where it does not. */
  digest: string | undefined;
  /** As the pod names it. */
  image: string;
  pods: string[];
}

export interface ContainerImages {
  container: string;
  /** As the template names it. */
  specImage: string;
  /** The most frequent first. */
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
      const named = pod.spec.containers.find((one) => one.name === name)?.image ?? status.image;
      const runs = digestOf(status.imageID) ?? digestOf(status.image);
      const key = runs ?? named;
      const same = found.get(key) ?? { digest: runs, image: named, pods: [] };
      same.pods.push(pod.metadata.name);
      found.set(key, same);
    }
    const running = [...found.values()].toSorted((a, b) => b.pods.length - a.pods.length);
    const why = fault(image, digest, spec.replicas, running) ?? absence(spec.replicas, running, notRunning);
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

function fault(
  image: string,
  wanted: string | undefined,
  replicas: number,
  running: readonly Running[],
): string | undefined {
  if (replicas === 0) return 'it is scaled to 0';
  const [first, ...others] = running;
  if (first === undefined) return 'it runs in no pod';
  if (others.length > 0) return `its pods run ${running.length} different images`;
  if (!isOf(image, first.image)) return 'its pods run another image than the template names';
  if (first.digest === undefined) return 'no node says which digest it runs';
  // Pulled by the digest of an index, a node may say the digest of its platform's image: then the name counts.
  if (wanted !== undefined && first.digest !== wanted && digestOf(first.image) !== wanted)
    return 'it runs another digest than the one asked for';
  return undefined;
}

function absence(
  replicas: number,
  running: readonly Running[],
  notRunning: readonly string[],
): string | undefined {
  if (notRunning.length > 0) return `it does not run in ${notRunning.length} of its pods`;
  const count = running.reduce((sum, { pods }) => sum + pods.length, 0);
  return count < replicas ? `it runs in ${count} of ${replicas} wanted pods` : undefined;
}

/** Whether a pod that names `named` is made from a template that names `image`: a tag may have been resolved. */
function isOf(image: string, named: string): boolean {
  if (named === image) return true;
  const resolved = digestOf(named);
  return resolved !== undefined && (digestOf(image) ?? resolved) === resolved;
}
