import { digestOf } from '../registry.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const EMPTY = 'application/vnd.oci.empty.v1+json';

export interface Part {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
  artifactType?: string;
  platform?: { os: string; architecture: string };
}

export interface ImageOptions {
  architecture?: string;
  labels?: Record<string, string>;
  created?: string;
  layers?: string[];
  tag?: string;
}

/** Pushes to one repository of a registry as any client does: blobs by upload, then manifests. */
export class Pusher {
  readonly #url: string;
  readonly #account: { user: string; password: string } | undefined;
  readonly repository: string;
  #token: string | undefined;

  constructor(url: string, repository: string, account?: { user: string; password: string }) {
    this.#url = url;
    this.#account = account;
    this.repository = repository;
  }

  async blob(bytes: Uint8Array, mediaType: string): Promise<Part> {
    const digest = digestOf(bytes);
    const begun = await this.#send('POST', `/v2/${this.repository}/blobs/uploads/`);
    const place = new URL(begun.headers.get('location') ?? '', this.#url);
    place.searchParams.set('digest', digest);
    await this.#send('PUT', place.href, bytes, 'application/octet-stream');
    return { mediaType, digest, size: bytes.length };
  }

  async image({ architecture = 'amd64', labels = {}, created, layers = ['layer'], tag }: ImageOptions = {}) {
    const stored = await all(layers, (layer) => this.blob(Buffer.from(`${layer} ${architecture}`), LAYER));
    const config = {
      architecture,
      os: 'linux',
      ...(created === undefined ? {} : { created }),
      config: { Labels: labels },
      rootfs: { type: 'layers', diff_ids: stored.map(({ digest }) => digest) },
    };
    const blob = await this.blob(Buffer.from(JSON.stringify(config)), CONFIG);
    const document = { schemaVersion: 2, mediaType: MANIFEST, config: blob, layers: stored };
    const part = await this.manifest(document, MANIFEST, tag);
    return { ...part, platform: { os: 'linux', architecture } };
  }

  async index(manifests: readonly Part[], tag?: string, more: object = {}): Promise<Part> {
    return await this.manifest({ schemaVersion: 2, mediaType: INDEX, manifests, ...more }, INDEX, tag);
  }

  /** What is said about an image: below a tag, or referring to it, or both. */
  async artifact(
    layers: readonly Part[],
    { tag, subject, artifactType }: { tag?: string; subject?: Part; artifactType?: string },
  ): Promise<Part> {
    const config =
      subject === undefined
        ? await this.blob(Buffer.from('{"architecture":"","os":"","rootfs":{"type":"layers"}}'), CONFIG)
        : await this.blob(Buffer.from('{}'), EMPTY);
    const document = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      ...(artifactType === undefined ? {} : { artifactType }),
      config,
      layers,
      ...(subject === undefined ? {} : { subject: pick(subject) }),
    };
    return await this.manifest(document, MANIFEST, tag);
  }

  /**
   * A registry that does not take note of `subject` is told by a tag, as the specification has it; cosign
   * names there the kind of the configuration and not that of the artifact.
   */
  async manifest(document: object, type: string, tag?: string): Promise<Part> {
    const bytes = Buffer.from(JSON.stringify(document));
    const digest = digestOf(bytes);
    const answer = await this.#send('PUT', `/v2/${this.repository}/manifests/${tag ?? digest}`, bytes, type);
    const part: Part = { mediaType: type, digest, size: bytes.length };
    if ('subject' in document && !answer.headers.has('oci-subject')) {
      const { subject } = document as { subject: Part };
      await this.index([{ ...part, artifactType: EMPTY }], subject.digest.replace(':', '-'));
    }
    return part;
  }

  async #send(method: string, target: string, body?: Uint8Array, type?: string): Promise<Response> {
    const ask = async () =>
      await fetch(new URL(target, this.#url), {
        method,
        headers: {
          ...(type === undefined ? {} : { 'content-type': type }),
          ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        },
        body: body === undefined ? null : Buffer.from(body),
      });
    let answer = await ask();
    if (answer.status === 401) {
      this.#token = await this.#login(answer.headers.get('www-authenticate') ?? '');
      answer = await ask();
    }
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${target} answered ${answer.status}: ${text}`);
    return answer;
  }

  async #login(challenge: string): Promise<string> {
    const value = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
    const url = new URL(value('realm'));
    url.searchParams.set('service', value('service'));
    url.searchParams.set('scope', `repository:${this.repository}:pull,push`);
    const { user, password } = this.#account ?? {};
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const answer = await fetch(url, { headers: this.#account === undefined ? {} : { authorization } });
    const { token, access_token } = (await answer.json()) as Record<string, string | undefined>;
    return token ?? access_token ?? '';
  }
}

function pick({ mediaType, digest, size }: Part) {
  return { mediaType, digest, size };
}

async function all<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  return await Promise.all(items.map(map));
}
