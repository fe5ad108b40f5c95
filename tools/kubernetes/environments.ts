import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Connection, ProbeResult } from '../../src/kit/module.ts';
import { nearest } from '../../src/kit/suggest.ts';
import { Cluster } from './cluster.ts';
import { kubeconfigText } from './kubeconfig-file.ts';
import { POD } from './resources/pod.ts';
import { ClusterSettings, clusterShape } from './settings.ts';

const Label = z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'letters, digits, . _ - alone');

const Environment = z.strictObject({
  cluster: Label.optional().meta({ description: 'A name among `clusters`; needed where there are several.' }),
  namespace: z.string().min(1).max(63),
});

export const KubernetesSettings = z.object({
  ...clusterShape,
  clusters: z
    .record(Label, ClusterSettings)
    .default({})
    .meta({ description: 'Several clusters by name, instead of the one that the keys above reach.' }),
  environments: z
    .record(Label, Environment)
    .default({})
    .meta({ description: 'What people call a namespace of a cluster, e.g. stage or production.' }),
});
export type KubernetesSettings = z.output<typeof KubernetesSettings>;

const WHERE = 'modules.kubernetes';
/** Of the cluster that stands at the top of the settings. */
const ALONE = 'kubernetes';
const NAMED = 20;

/** What a call says of where it means. */
export interface PlaceGiven {
  environment?: string | undefined;
  cluster?: string | undefined;
  namespace?: string | undefined;
}

/** A namespace of a cluster. */
export interface Place {
  cluster: Cluster;
  namespace: string;
  /** As the settings call it, where the call did. */
  environment: string | undefined;
}

/** The clusters that may be asked, and the environments on them. */
export class KubernetesClient {
  readonly #clusters: ReadonlyMap<string, Cluster>;
  readonly #settings: ReadonlyMap<string, ClusterSettings>;
  readonly #secret: Connection['secret'];
  readonly #environments: ReadonlyMap<string, z.output<typeof Environment>>;

  constructor(settings: KubernetesSettings, connection: Connection) {
    const { clusters, environments, ...alone } = settings;
    const isAlone = Object.values(alone).some((value) => value !== undefined);
    if (isAlone && Object.keys(clusters).length > 0) {
      throw new SluiceError('invalid_input', {
        cause: `${WHERE} names a cluster of its own and \`clusters\` besides.`,
        remedy: 'Give the one cluster a name and put it among `clusters` too.',
      });
    }
    this.#secret = (reference) => connection.secret(reference);
    this.#settings = new Map(isAlone ? [[ALONE, alone]] : Object.entries(clusters));
    const where = (name: string) => (isAlone ? WHERE : `${WHERE}.clusters.${name}`);
    this.#clusters = new Map(
      [...this.#settings].map(([name, one]) => [name, new Cluster(name, where(name), one, connection)]),
    );
    this.#environments = new Map(Object.entries(environments));
    for (const [name, { cluster }] of this.#environments) {
      if (cluster !== undefined && !this.#clusters.has(cluster)) {
        throw new SluiceError('invalid_input', {
          cause: `${WHERE}.environments.${name} names the cluster ${cluster}, which is not there.`,
          remedy: `Known clusters: ${listed(this.#clusters.keys())}.`,
        });
      }
    }
  }

  environments(): string[] {
    return [...this.#environments.keys()];
  }

  /** One cluster; it may be left unnamed where there is no other. */
  cluster(name?: string): Cluster {
    const [first, ...others] = this.#clusters.values();
    if (name === undefined && first !== undefined && others.length === 0) return first;
    const found = name === undefined ? undefined : this.#clusters.get(name);
    if (found !== undefined) return found;
    if (first === undefined) {
      throw new SluiceError('invalid_input', {
        cause: `${WHERE} names no cluster.`,
        remedy: 'Set its kubeconfig or base_url, or `clusters`; the module README says how.',
      });
    }
    throw new SluiceError('invalid_input', {
      cause:
        name === undefined
          ? 'It is not said which cluster is meant.'
          : `There is no cluster ${JSON.stringify(name)} in ${WHERE}.`,
      remedy: `${hint(name, this.#clusters.keys())}Known clusters: ${listed(this.#clusters.keys())}.`,
    });
  }

  /** For a program that speaks to the cluster itself; holds the credential. */
  async kubeconfig({ name }: Cluster, namespace: string): Promise<string> {
    return await kubeconfigText(this.#settings.get(name) ?? {}, namespace, this.#secret);
  }

  async place({ environment, cluster, namespace }: PlaceGiven): Promise<Place> {
    if (environment === undefined) return await this.#placeIn(cluster, namespace);
    if (cluster !== undefined || namespace !== undefined) {
      throw new SluiceError('invalid_input', {
        cause: `environment ${environment} says cluster and namespace already.`,
        remedy: 'Give environment alone, or cluster and namespace.',
      });
    }
    const found = this.#environments.get(environment);
    if (found !== undefined)
      return { cluster: this.cluster(found.cluster), namespace: found.namespace, environment };
    const known = this.#environments.keys();
    throw new SluiceError('invalid_input', {
      cause: `There is no environment ${JSON.stringify(environment)} in ${WHERE}.`,
      remedy: `${hint(environment, this.#environments.keys())}Known environments: ${listed(known)}.`,
    });
  }

  /** Lists one pod in every environment, or where a cluster looks by itself: `/version` lets anybody in. */
  async probe(): Promise<ProbeResult> {
    const places = await Promise.all(
      this.#environments.size > 0
        ? this.environments().map((environment) => this.place({ environment }))
        : [...this.#clusters.values()].map(async (cluster) => ({
            cluster,
            namespace: await cluster.namespace(),
          })),
    );
    await Promise.all(places.map(({ cluster, namespace }) => cluster.list(POD, { namespace, limit: 1 })));
    return { ok: true, detail: `lets us in: ${places.map(({ namespace }) => namespace).join(', ')}` };
  }

  async #placeIn(name: string | undefined, namespace: string | undefined): Promise<Place> {
    const unsaid = name === undefined && namespace === undefined;
    // One of several environments must not be guessed: a write would go astray.
    if (unsaid && this.#environments.size > 0) {
      throw new SluiceError('invalid_input', {
        cause: 'It is not said which environment is meant.',
        remedy: `Give environment (${listed(this.#environments.keys())}), or cluster and namespace.`,
      });
    }
    const cluster = this.cluster(name);
    return { cluster, namespace: await cluster.namespace(namespace), environment: undefined };
  }
}

function listed(names: Iterable<string>): string {
  const all = [...names];
  const shown = all.slice(0, NAMED).join(', ') || 'none';
  return all.length > NAMED ? `${shown} and ${all.length - NAMED} more` : shown;
}

function hint(name: string | undefined, known: Iterable<string>): string {
  const near = name === undefined ? undefined : nearest(name, [...known]);
  return near === undefined ? '' : `Did you mean ${near}? `;
}
