import { SluiceError } from '../../src/kit/errors.ts';
import type { Connection } from '../../src/kit/module.ts';
import { QuayApi } from './api.ts';
import { Keys } from './keys.ts';
import { type ImageName, parseImage } from './pull-spec.ts';
import { registryAt } from './registries.ts';
import type { Registry } from './registry.ts';
import type { QuaySettings } from './settings.ts';

export { isDigest, type PullSpec, parsePullSpec } from './pull-spec.ts';
export { RegistrySettings, registryAt } from './registries.ts';
export { digestOf, Registry } from './registry.ts';

/** One registry of the settings. */
export interface Place {
  host: string;
  registry: Registry;
  /** Undefined where the registry is no Quay. */
  api: QuayApi | undefined;
  /** Where it stands in the settings. */
  setting: string;
}

export interface Located {
  place: Place;
  name: ImageName;
}

/** Registries by the host in pull specs; one of them is meant where an image names none. */
export class QuayClient {
  readonly keys: Keys;
  readonly host: string;
  readonly #places: ReadonlyMap<string, Place>;

  constructor(host: string, places: readonly Place[], keys: Keys) {
    this.host = host;
    this.#places = new Map(places.map((place) => [place.host, place]));
    this.keys = keys;
  }

  locate(image: string): Located {
    const name = parseImage(image, this.host);
    const place = this.#places.get(name.host);
    if (place !== undefined) return { place, name };
    throw new SluiceError('precondition', {
      cause: `modules.quay has no registry ${name.host}; it knows ${[...this.#places.keys()].join(', ')}.`,
      remedy: `Correct the image, or set modules.quay.registries['${name.host}'] to { base_url: … } in sluice.yaml.`,
    });
  }

  locateRepository(text: string): Located {
    const located = this.locate(text);
    if (located.name.tag === '' && located.name.digest === '') return located;
    throw new SluiceError('invalid_input', {
      cause: `${JSON.stringify(text)} is one image, not a repository.`,
      remedy: 'Leave out tag and digest.',
    });
  }

  /** The registry of the settings: throws where it cannot be asked or refuses its account. */
  async ping(): Promise<'account' | 'anybody' | undefined> {
    return await this.#places.get(this.host)?.registry.ping();
  }
}

export function connect(settings: QuaySettings, connection: Connection): QuayClient {
  const { host = new URL(settings.base_url).host, registries, keys } = settings;
  const entries = [
    { host, entry: settings, setting: 'modules.quay' },
    ...Object.entries(registries).map(([name, entry]) => ({
      host: name,
      entry,
      setting: `modules.quay.registries['${name}']`,
    })),
  ];
  const places = entries.map(({ host, entry, setting }): Place => {
    const login =
      `Set user and token of ${setting} to an account that may pull it, ` +
      'and check the name: an unknown repository looks the same.';
    const token = entry.api_token;
    const http = connection.http({
      baseUrl: `${entry.base_url.replace(/\/+$/, '')}/api/v1`,
      system: host,
      ...(token === undefined
        ? {}
        : { credentials: async () => ({ authorization: `Bearer ${await connection.secret(token)}` }) }),
    });
    return {
      host,
      setting,
      registry: registryAt(host, entry, connection, login),
      api: entry.kind === 'quay' ? new QuayApi(http, setting) : undefined,
    };
  });
  return new QuayClient(host, places, new Keys(keys, (reference) => connection.secret(reference)));
}
