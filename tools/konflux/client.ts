import { SluiceError } from '../../src/kit/errors.ts';
import {
  type Cluster,
  type KubeObject,
  qualified,
  type ResourceType,
  type Where,
} from '../kubernetes/client.ts';

export interface Kept<T> {
  object: T;
  /** It has been pruned from the cluster; this is what KubeArchive kept. */
  archived: boolean;
}

/** Konflux: its cluster, and the archive of what the cluster has pruned. */
export class KonfluxClient {
  readonly cluster: Cluster;
  /** KubeArchive, which answers on the same paths. */
  readonly archive: Cluster | undefined;

  constructor(cluster: Cluster, archive: Cluster | undefined) {
    this.cluster = cluster;
    this.archive = archive;
  }

  /** From the cluster, else from the archive. `not_found` says where it was looked for. */
  async get<T extends KubeObject>(type: ResourceType<T>, name: string, where: Where = {}): Promise<Kept<T>> {
    const live = await this.cluster.find(type, name, where);
    if (live !== undefined) return { object: live, archived: false };
    const namespace = await this.cluster.namespace(where.namespace);
    const kept = await this.archive?.find(type, name, { ...where, namespace });
    if (kept !== undefined) return { object: kept, archived: true };
    throw await this.missing(type, name, namespace);
  }

  /** Why there is nothing: says what was looked through, and names that are near. */
  async missing(type: ResourceType<KubeObject>, name: string, namespace: string): Promise<SluiceError> {
    const looked =
      this.archive === undefined ? 'not in the cluster' : 'neither in the cluster nor in KubeArchive';
    const names = await this.#names(type, namespace);
    const near = names
      .filter((candidate) => candidate.includes(name) || name.includes(candidate))
      .slice(0, 8);
    return new SluiceError('not_found', {
      cause: `There is no ${qualified(type)} ${JSON.stringify(name)} in ${namespace}: ${looked}.`,
      remedy:
        near.length > 0
          ? `Near names: ${near.join(', ')}.`
          : this.archive === undefined
            ? 'Check the name. Finished objects are pruned: set modules.konflux.kubearchive to look them up too.'
            : 'Check the name and the namespace.',
    });
  }

  async #names(type: ResourceType<KubeObject>, namespace: string): Promise<string[]> {
    try {
      const { items } = await this.cluster.list(type, { namespace, limit: 200 });
      return items.map(({ metadata }) => metadata.name);
    } catch {
      // The hint is a courtesy; the answer is that the name is not there.
      return [];
    }
  }
}
