import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OciRegistryOptions {
  /** Whether it has the referrers API; without it clients keep a tag instead. Default true. */
  referrers?: boolean;
  /** With an account it has a token service: the account pushes, anybody pulls. */
  account?: { user: string; password: string };
  /** Most tags in one answer. */
  pageSize?: number;
}

interface Stored {
  type: string;
  bytes: Buffer;
}

interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

interface Wanted {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

const INDEX = 'application/vnd.oci.image.index.v1+json';

/** A small registry in this process: pushed to and pulled from over the OCI distribution API. */
export async function startOciRegistry(options: OciRegistryOptions = {}) {
  const registry = new OciRegistry(options);
  const server = createServer((request, response) => void registry.serve(request, response));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  registry.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: registry.url,
    push: options.account,
    requests: registry.requests,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

class OciRegistry {
  url = '';
  readonly requests: string[] = [];
  readonly #options: OciRegistryOptions;
  readonly #blobs = new Map<string, Buffer>();
  readonly #uploads = new Set<string>();
  /** By repository, then by tag and by digest. */
  readonly #manifests = new Map<string, Map<string, Stored>>();

  constructor(options: OciRegistryOptions) {
    this.#options = options;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const url = new URL(request.url ?? '/', this.url);
    const method = request.method ?? 'GET';
    this.requests.push(`${method} ${url.pathname}`);
    const wanted = { method, url, headers: request.headers, body: Buffer.concat(chunks) };
    const { status, headers, body = '' } = this.#answer(wanted);
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(method === 'HEAD' ? undefined : body);
  }

  #answer(wanted: Wanted): Reply {
    const { method, url } = wanted;
    if (url.pathname === '/token') return this.#token(wanted);
    const refused = this.#refused(wanted);
    if (refused !== undefined) return refused;
    if (url.pathname === '/v2/') return json(200, {});
    const [, repository = '', kind = '', rest = ''] =
      /^\/v2\/(.+?)\/(manifests|blobs|tags|referrers)\/(.+)$/.exec(url.pathname) ?? [];
    const reads = method === 'GET' || method === 'HEAD';
    if (kind === 'blobs' && !reads) return this.#upload(wanted, repository, rest);
    if (kind === 'blobs') return this.#blob(rest);
    if (kind === 'manifests') {
      return reads ? this.#manifest(repository, rest) : this.#put(wanted, repository, rest);
    }
    if (kind === 'tags' && rest === 'list') return this.#tags(repository, url);
    if (kind === 'referrers' && this.#options.referrers !== false) return this.#referrers(repository, rest);
    return { status: 404, body: '404 page not found\n' };
  }

  /** A token says in plain words what it is good for. */
  #token({ url, headers }: Wanted): Reply {
    const { user, password } = this.#options.account ?? {};
    const known = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    if (headers.authorization !== undefined && headers.authorization !== known)
      return problem(401, 'UNAUTHORIZED');
    const actions = headers.authorization === known ? 'pull,push' : 'pull';
    return json(200, { token: `${url.searchParams.get('scope')}=${actions}` });
  }

  #refused({ method, url, headers }: Wanted): Reply | undefined {
    if (this.#options.account === undefined) return undefined;
    const repository = /^\/v2\/(.+?)\/(?:manifests|blobs|tags|referrers)\//.exec(url.pathname)?.[1];
    const action = method === 'GET' || method === 'HEAD' ? 'pull' : 'push';
    const [, ofRepository, given] =
      /^Bearer repository:(.+):.*=(.*)$/.exec(headers.authorization ?? '') ?? [];
    if (given?.split(',').includes(action) && ofRepository === repository) return undefined;
    const scope = `repository:${repository}:${action}`;
    const challenge = `Bearer realm="${this.url}/token",service="stand-in",scope="${scope}"`;
    return { ...problem(401, 'UNAUTHORIZED'), headers: { 'www-authenticate': challenge } };
  }

  #upload({ method, url, body }: Wanted, repository: string, rest: string): Reply {
    const id = /^uploads\/(.*)$/.exec(rest)?.[1] ?? '';
    if (method === 'POST') {
      const fresh = randomUUID();
      this.#uploads.add(fresh);
      return { status: 202, headers: { location: `/v2/${repository}/blobs/uploads/${fresh}` } };
    }
    if (!this.#uploads.delete(id)) return problem(404, 'BLOB_UPLOAD_UNKNOWN');
    const digest = digestOf(body);
    if (digest !== url.searchParams.get('digest')) return problem(400, 'DIGEST_INVALID');
    this.#blobs.set(digest, body);
    return { status: 201, headers: { 'docker-content-digest': digest } };
  }

  #blob(digest: string): Reply {
    const bytes = this.#blobs.get(digest);
    if (bytes === undefined) return problem(404, 'BLOB_UNKNOWN');
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: bytes };
  }

  #put({ headers, body }: Wanted, repository: string, reference: string): Reply {
    const held = this.#manifests.get(repository) ?? new Map<string, Stored>();
    const document = parse(body);
    const parts = [document.config, ...(document.layers ?? [])].flatMap((part) => part?.digest ?? []);
    const children = (document.manifests ?? []).flatMap((part) => part.digest ?? []);
    const isMissing =
      parts.some((digest) => !this.#blobs.has(digest)) || children.some((digest) => !held.has(digest));
    if (isMissing) return problem(400, 'MANIFEST_BLOB_UNKNOWN');
    const stored = { type: headers['content-type'] ?? '', bytes: body };
    const digest = digestOf(body);
    this.#manifests.set(repository, held.set(digest, stored).set(reference, stored));
    const subject = this.#options.referrers === false ? undefined : document.subject?.digest;
    const more = subject === undefined ? {} : { 'oci-subject': subject };
    return { status: 201, headers: { 'docker-content-digest': digest, ...more } };
  }

  #manifest(repository: string, reference: string): Reply {
    const found = this.#manifests.get(repository)?.get(reference);
    if (found === undefined) return problem(404, 'MANIFEST_UNKNOWN');
    const headers = { 'content-type': found.type, 'docker-content-digest': digestOf(found.bytes) };
    return { status: 200, headers, body: found.bytes };
  }

  #tags(repository: string, url: URL): Reply {
    const held = this.#manifests.get(repository);
    if (held === undefined) return problem(404, 'NAME_UNKNOWN');
    const all = [...held.keys()].filter((reference) => !reference.startsWith('sha256:')).sort();
    const after = all.filter((tag) => tag > (url.searchParams.get('last') ?? ''));
    const size = Math.min(
      Number(url.searchParams.get('n') ?? all.length),
      this.#options.pageSize ?? all.length,
    );
    const tags = after.slice(0, size);
    const next = `</v2/${repository}/tags/list?n=${size}&last=${tags.at(-1)}>; rel="next"`;
    const answer = json(200, { name: repository, tags });
    return tags.length < after.length ? { ...answer, headers: { ...answer.headers, link: next } } : answer;
  }

  #referrers(repository: string, digest: string): Reply {
    const held = [...(this.#manifests.get(repository) ?? [])].filter(([reference]) =>
      reference.startsWith('sha256:'),
    );
    const manifests = held.flatMap(([own, { type, bytes }]) => {
      const { subject, artifactType, annotations, config } = parse(bytes);
      if (subject?.digest !== digest) return [];
      const kind = artifactType ?? config?.mediaType;
      return [{ mediaType: type, digest: own, size: bytes.length, artifactType: kind, annotations }];
    });
    const answer = json(200, { schemaVersion: 2, mediaType: INDEX, manifests });
    return { ...answer, headers: { 'content-type': INDEX } };
  }
}

interface Document {
  config?: { digest?: string; mediaType?: string };
  layers?: { digest?: string }[];
  manifests?: { digest?: string }[];
  subject?: { digest?: string };
  artifactType?: string;
  annotations?: Record<string, string>;
}

function parse(bytes: Buffer): Document {
  return JSON.parse(bytes.toString('utf8')) as Document;
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function json(status: number, body: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function problem(status: number, code: string): Reply {
  return json(status, { errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] });
}
