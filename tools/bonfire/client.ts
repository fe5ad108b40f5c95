import { SluiceError } from '../../src/kit/errors.ts';
import type { HttpServices } from '../../src/kit/http.ts';
import { nearest } from '../../src/kit/suggest.ts';
import type { Cluster, KubernetesClient, Place } from '../kubernetes/client.ts';
import { Deploys } from './deploys.ts';
import { requesterName } from './requester.ts';
import { RESERVATION, type Reservation } from './resources.ts';
import type { App, BonfireSettings } from './settings.ts';

export interface Which {
  reservation?: string | undefined;
  namespace?: string | undefined;
}

/** The cluster that lends namespaces, and the deploys that were begun from here. */
export class BonfireClient {
  readonly cluster: Cluster;
  readonly settings: BonfireSettings;
  readonly deploys: Deploys;
  readonly callLimitMs: number;
  readonly #kubernetes: KubernetesClient;

  constructor(settings: BonfireSettings, kubernetes: KubernetesClient, services: HttpServices) {
    this.settings = settings;
    this.#kubernetes = kubernetes;
    this.cluster = kubernetes.cluster(settings.cluster);
    this.deploys = new Deploys(settings.program, services.redactor);
    this.callLimitMs = services.callLimitMs;
  }

  requester(principal: string): string {
    const { requesters } = this.settings;
    const named = Object.hasOwn(requesters, principal) ? requesters[principal] : requesterName(principal);
    if (named !== undefined && named !== '') return named;
    throw new SluiceError('invalid_input', {
      cause: `${JSON.stringify(principal)} is no name under which something could be reserved.`,
      remedy: 'Set `identity`, or name it in modules.bonfire.requesters.',
    });
  }

  place(namespace: string): Place {
    return { cluster: this.cluster, namespace, environment: undefined };
  }

  async kubeconfig(namespace: string): Promise<string> {
    return await this.#kubernetes.kubeconfig(this.cluster, namespace);
  }

  async reservations(signal?: AbortSignal): Promise<Reservation[]> {
    return (await this.cluster.all(RESERVATION, { signal })).items;
  }

  /** By its own name, or by the namespace that it was given; undefined when there is none. */
  async find({ reservation, namespace }: Which, signal?: AbortSignal): Promise<Reservation | undefined> {
    if (reservation !== undefined) {
      const found = await this.cluster.find(RESERVATION, reservation, { signal });
      if (found !== undefined && namespace !== undefined && found.status.namespace !== namespace) {
        throw new SluiceError('conflict', {
          cause: `Reservation ${reservation} does not hold ${namespace}, but ${found.status.namespace || 'no namespace yet'}.`,
          remedy: 'Give either the reservation or the namespace.',
        });
      }
      return found;
    }
    if (namespace === undefined) {
      throw new SluiceError('invalid_input', {
        cause: 'It is not said which reservation is meant.',
        remedy: 'Give reservation or namespace; bonfire_namespace_list { mine: true } shows yours.',
      });
    }
    return (await this.reservations(signal)).find(({ status }) => status.namespace === namespace);
  }

  async demand(which: Which, signal?: AbortSignal): Promise<Reservation> {
    const found = await this.find(which, signal);
    if (found !== undefined) return found;
    const what = which.reservation ?? which.namespace;
    throw new SluiceError('not_found', {
      cause: `${this.cluster.name}: nothing reserves ${what}.`,
      remedy: 'It may have expired: bonfire_namespace_list shows what there is.',
    });
  }

  app(name: string): App {
    const { apps } = this.settings;
    const found = Object.hasOwn(apps, name) ? apps[name] : undefined;
    if (found !== undefined) return found;
    const known = Object.keys(apps);
    const near = nearest(name, known);
    throw new SluiceError('invalid_input', {
      cause: `There is no app ${JSON.stringify(name)} in modules.bonfire.apps.`,
      remedy: `${near === undefined ? '' : `Did you mean ${near}? `}Known apps: ${known.slice(0, 20).join(', ') || 'none'}.`,
    });
  }
}
