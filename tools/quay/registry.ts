import { createHash } from 'node:crypto';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Answer } from '../../src/kit/http.ts';
import { filePath } from '../../src/kit/url.ts';
import { type Document, documentOf } from './document.ts';
import { fromJson, textOf } from './parse.ts';
import { type PullSpec, specOf } from './pull-spec.ts';
import {
  Config,
  type Descriptor,
  Index,
  MANIFEST_TYPES,
  type Manifest,
  TagsAnswer,
} from './registry-schema.ts';
import { type RegistryOptions, RegistrySession, type Where } from './registry-session.ts';

const TRIES = 2;
const TAGS_AT_ONCE = 1000;
const MOST_PAGES = 50;

export interface Platformed {
  /** Of the linux/amd64 image. */
  digest: string;
  /** Of the list that holds it; empty where the pull spec names the image itself. */
  listDigest: string;
  manifest: Manifest;
}

/** One registry by the OCI distribution API, read only. What it hands out is held against its digest. */
export class Registry {
  readonly #session: RegistrySession;

  constructor(options: RegistryOptions) {
    this.#session = new RegistrySession(options);
  }

  /** Throws where it does not answer or refuses our account; says whether we have one. */
  async ping(signal?: AbortSignal): Promise<'account' | 'anybody'> {
    return await this.#session.enter(signal);
  }

  /** The digest that a tag stands for; `not_found` when there is no such tag. */
  async digestOf(spec: PullSpec, signal?: AbortSignal): Promise<string> {
    return digestOf((await this.#manifest(spec, spec.reference, signal)).bytes);
  }

  /** An image, or the index that holds one for each platform. */
  async read(spec: PullSpec, signal?: AbortSignal): Promise<Document> {
    const { text, bytes, headers } = await this.#manifest(spec, spec.reference, signal);
    const type = headers.get('content-type')?.split(';')[0]?.trim() ?? '';
    return documentOf(spec.text, { text, type, digest: digestOf(bytes), size: bytes.length });
  }

  async platformed(spec: PullSpec, signal?: AbortSignal): Promise<Platformed> {
    const document = await this.read(spec, signal);
    if (document.kind === 'image') {
      return { digest: document.digest, listDigest: '', manifest: document.manifest };
    }
    const own = document.index.manifests.find(
      ({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64',
    );
    if (own === undefined) {
      throw new SluiceError('not_found', {
        cause: `${spec.text} is a list without an image for linux/amd64.`,
        remedy: 'Look at the image in its registry.',
      });
    }
    return {
      digest: own.digest,
      listDigest: document.digest,
      manifest: await this.image(spec, own.digest, signal),
    };
  }

  /** The image of a digest that is no index. */
  async image(where: Where, digest: string, signal?: AbortSignal): Promise<Manifest> {
    const document = await this.read(specOf(where, digest), signal);
    if (document.kind === 'image') return document.manifest;
    throw new SluiceError('schema_drift', {
      cause: `${where.host}/${where.repository}@${digest} is an index where an image is expected.`,
      remedy: 'An index inside of an index is not read: look at it in its registry.',
    });
  }

  async config(spec: Pick<PullSpec, 'text'> & Where, manifest: Manifest, signal?: AbortSignal) {
    const bytes = await this.blob(spec, manifest.config.digest, signal);
    return fromJson(`the configuration of ${spec.text}`, textOf(bytes), Config);
  }

  async labels(spec: PullSpec, manifest: Manifest, signal?: AbortSignal): Promise<Record<string, string>> {
    return (await this.config(spec, manifest, signal)).config?.Labels ?? {};
  }

  async blob(where: Where, digest: string, signal?: AbortSignal): Promise<Uint8Array> {
    const target = `/v2/${filePath(where.repository)}/blobs/${digest}`;
    const accept = 'application/octet-stream, */*';
    return (await this.#checked(where, target, accept, digest, signal)).bytes;
  }

  /** Names of tags in no order of time; `more` where there are more than `most`. */
  async tags(where: Where, most: number, signal?: AbortSignal): Promise<{ names: string[]; more: boolean }> {
    const names: string[] = [];
    let target = `/v2/${filePath(where.repository)}/tags/list?n=${Math.min(most, TAGS_AT_ONCE)}`;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await this.#session.get(where, { target, accept: 'application/json', signal });
      names.push(...this.#session.http.parse('GET', target, answer, TagsAnswer).tags);
      const next = this.#next(answer);
      if (next === undefined) return { names: names.slice(0, most), more: names.length > most };
      if (names.length >= most) break;
      target = next;
    }
    return { names: names.slice(0, most), more: true };
  }

  /** What refers to a digest: by the API, or by the tag that stands in for it in a registry without one. */
  async referrers(where: Where, digest: string, signal?: AbortSignal): Promise<Descriptor[]> {
    const found: Descriptor[] = [];
    let target = `/v2/${filePath(where.repository)}/referrers/${digest}`;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const accept = 'application/vnd.oci.image.index.v1+json';
      const answer = await this.#session.get(where, { target, accept, signal, statuses: [404, 405] });
      if (answer.status !== 200) return await this.#referrersByTag(where, digest, signal);
      found.push(...this.#session.http.parse('GET', target, answer, Index).manifests);
      const next = this.#next(answer);
      if (next === undefined) return found;
      target = next;
    }
    // A part of the list would make "not there" look true.
    throw new SluiceError('upstream', {
      cause: `${where.host}: the list of what refers to ${digest} has more than ${MOST_PAGES} pages.`,
      remedy: 'Look at it in the registry: a list of this length is not read.',
    });
  }

  async #referrersByTag(where: Where, digest: string, signal: AbortSignal | undefined) {
    const document = await absent(this.read(specOf(where, digest.replace(':', '-')), signal));
    return document?.kind === 'index' ? document.index.manifests : [];
  }

  async #manifest(where: Where, reference: string, signal: AbortSignal | undefined): Promise<Answer> {
    const target = `/v2/${filePath(where.repository)}/manifests/${reference}`;
    const digest = reference.startsWith('sha256:') ? reference : undefined;
    return await this.#checked(where, target, MANIFEST_TYPES, digest, signal);
  }

  async #checked(
    where: Where,
    target: string,
    accept: string,
    digest: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#session.get(where, { target, accept, signal });
      const wanted = digest ?? answer.headers.get('docker-content-digest') ?? undefined;
      if (wanted === undefined || digestOf(answer.bytes) === wanted) return answer;
      if (attempt < TRIES) continue;
      throw new SluiceError('upstream', {
        cause: `${where.host}: what it answers for ${wanted} of ${where.repository} has another digest.`,
        remedy: 'The answer was cut short or changed on its way: look again later.',
      });
    }
  }

  #next({ headers }: Answer): string | undefined {
    const [, link] = /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '') ?? [];
    return link === undefined ? undefined : new URL(link, this.#session.baseUrl).href;
  }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** What was read, or undefined where the registry says that it has no such thing. */
export async function absent<T>(reading: Promise<T>): Promise<T | undefined> {
  return await reading.catch((error: unknown) => {
    if (error instanceof SluiceError && error.code === 'not_found') return undefined;
    throw error;
  });
}
