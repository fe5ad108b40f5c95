import { createHash } from 'node:crypto';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { Answer, Http } from '../../../src/kit/http.ts';
import { filePath } from '../../../src/kit/url.ts';
import { fromJson } from '../drift.ts';
import { see } from '../flow-page.ts';
import type { PullSpec } from './pull-spec.ts';
import { Config, Index, MANIFEST_TYPES, Manifest, TokenAnswer } from './registry-schema.ts';

const REDIRECTS = [301, 302, 303, 307, 308];
const TRIES = 2;

export interface RegistryOptions {
  http: Http;
  baseUrl: string;
  /** Proves who we are to the token service, or to the registry itself where it has none. */
  credentials(): Promise<Record<string, string>>;
}

export interface Platformed {
  /** Of the linux/amd64 image. */
  digest: string;
  /** Of the list that holds it; empty where the pull spec names the image itself. */
  listDigest: string;
  manifest: Manifest;
}

/** One registry by the OCI distribution API, read only. What it hands out is held against its digest. */
export class Registry {
  readonly #options: RegistryOptions;
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** The digest that a tag stands for; `not_found` when there is no such tag. */
  async digestOf(spec: PullSpec, signal?: AbortSignal): Promise<string> {
    return digestOf((await this.#manifest(spec, spec.reference, signal)).bytes);
  }

  async platformed(spec: PullSpec, signal?: AbortSignal): Promise<Platformed> {
    const { text, bytes } = await this.#manifest(spec, spec.reference, signal);
    const digest = digestOf(bytes);
    if (!isList(text)) return { digest, listDigest: '', manifest: fromJson(spec.text, text, Manifest) };
    const { manifests } = fromJson(spec.text, text, Index);
    const own = manifests.find(
      ({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64',
    );
    if (own === undefined) {
      throw new SluiceError('not_found', {
        cause: `${spec.text} is a list without an image for linux/amd64.`,
        remedy: 'Look at the image in its registry.',
      });
    }
    const child = await this.#manifest(spec, own.digest, signal);
    return { digest: own.digest, listDigest: digest, manifest: fromJson(spec.text, child.text, Manifest) };
  }

  async labels(spec: PullSpec, manifest: Manifest, signal?: AbortSignal): Promise<Record<string, string>> {
    const bytes = await this.blob(spec, manifest.config.digest, signal);
    const config = fromJson(`the configuration of ${spec.text}`, new TextDecoder().decode(bytes), Config);
    return config.config?.Labels ?? {};
  }

  async blob(spec: PullSpec, digest: string, signal?: AbortSignal): Promise<Uint8Array> {
    const target = `/v2/${filePath(spec.repository)}/blobs/${digest}`;
    const accept = 'application/octet-stream, */*';
    return (await this.#checked(spec, target, accept, digest, signal)).bytes;
  }

  async #manifest(spec: PullSpec, reference: string, signal: AbortSignal | undefined): Promise<Answer> {
    const target = `/v2/${filePath(spec.repository)}/manifests/${reference}`;
    const digest = reference.startsWith('sha256:') ? reference : undefined;
    return await this.#checked(spec, target, MANIFEST_TYPES, digest, signal);
  }

  async #checked(
    spec: PullSpec,
    target: string,
    accept: string,
    digest: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#get(spec, target, accept, signal);
      const wanted = digest ?? answer.headers.get('docker-content-digest') ?? undefined;
      if (wanted === undefined || digestOf(answer.bytes) === wanted) return answer;
      if (attempt < TRIES) continue;
      throw new SluiceError('upstream', {
        cause: `${spec.host}: what it answers for ${wanted} of ${spec.repository} has another digest.`,
        remedy: 'The answer was cut short or changed on its way: look again later.',
      });
    }
  }

  async #get(
    spec: PullSpec,
    target: string,
    accept: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const { http, baseUrl, credentials } = this.#options;
    const ask = async (headers: Record<string, string>) =>
      await http.get(target, { headers: { accept, ...headers }, accept: [401, ...REDIRECTS], signal });
    const known = this.#tokens.get(spec.repository);
    let answer = await ask(known === undefined ? await credentials() : bearer(await known));
    if (answer.status === 401) {
      // One that somebody else has fetched meanwhile is newer than the one that was refused.
      if (this.#tokens.get(spec.repository) === known) this.#tokens.delete(spec.repository);
      answer = await ask(
        bearer(await this.#token(spec, answer.headers.get('www-authenticate') ?? '', signal)),
      );
    }
    if (answer.status === 401) throw refused(spec);
    if (!REDIRECTS.includes(answer.status)) return answer;
    // Blobs often lie elsewhere, behind a signed address: our credential must not go there.
    const location = new URL(answer.headers.get('location') ?? '', baseUrl);
    return await http.get(location.href, { headers: { accept }, signal });
  }

  /** The token service that a 401 names; without an account it gives one to anybody, for public images. */
  async #token(spec: PullSpec, challenge: string, signal: AbortSignal | undefined): Promise<string> {
    const value = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
    const realm = value('realm');
    if (!/^bearer /i.test(challenge) || realm === undefined) throw refused(spec);
    const waiting = this.#tokens.get(spec.repository) ?? this.#fetchToken(realm, value, spec, signal);
    this.#tokens.set(spec.repository, waiting);
    waiting.catch(() => this.#tokens.delete(spec.repository));
    return await waiting;
  }

  async #fetchToken(
    realm: string,
    value: (name: string) => string | undefined,
    spec: PullSpec,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const query = { service: value('service'), scope: `repository:${spec.repository}:pull` };
    const headers = await this.#options.credentials();
    return await this.#options.http.getJson(realm, TokenAnswer, { query, headers, signal });
  }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function isList(text: string): boolean {
  return Index.safeParse(parsedOrNothing(text)).success;
}

function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

function refused({ host, repository }: PullSpec): SluiceError {
  return new SluiceError('auth', {
    cause: `${host} does not let us read ${repository}.`,
    remedy: `Set user and token of modules.oar.registries['${host}'] to an account that may pull it. ${see('expired-tokens')}`,
    status: 401,
  });
}
