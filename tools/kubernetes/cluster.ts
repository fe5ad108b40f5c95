import { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Answer, RequestOptions } from '../../src/kit/http.ts';
import type { Connection } from '../../src/kit/module.ts';
import { path } from '../../src/kit/url.ts';
import { issuesText } from '../../src/kit/zod-error.ts';
import { type Session, sessionOf } from './connection.ts';
import { qualified, type ResourceType } from './resource.ts';
import type { ClusterSettings } from './settings.ts';
import { REFUSALS, refusal } from './status-error.ts';
import { type WatchEvent, watchEvent } from './watch-event.ts';

export interface Where {
  /** The cluster's default namespace when absent. */
  namespace?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface ListOptions extends Where {
  everyNamespace?: boolean;
  /** A label selector as the API takes it, e.g. `a=b,c in (d,e),!f`. See `selector`. */
  labels?: string | undefined;
  /** Only `metadata.*` works on custom resources. */
  fields?: string | undefined;
  limit?: number | undefined;
  continue?: string | undefined;
}

export interface Page<T> {
  items: T[];
  /** For the next page; absent on the last one. */
  continue?: string;
  /** How many follow, where the server says so. */
  remaining?: number;
  resourceVersion: string;
}

const ListAnswer = z.object({
  metadata: z
    .object({
      continue: z.string().optional(),
      remainingItemCount: z.number().optional(),
      resourceVersion: z.string().default(''),
    })
    .default({ resourceVersion: '' }),
  items: z.array(z.unknown()).nullable().default([]),
});

// A pipeline run with its resolved pipeline is about 100 KB; the body limit is 32 MB.
const PAGE = 150;
const MOST = 5_000;

/** One Kubernetes API server. Objects are read by their schemas; refusals say what and whose fault. */
export class Cluster {
  readonly name: string;
  readonly #open: () => Promise<Session>;

  /** `where` is the place of these settings in sluice.yaml, for errors. */
  constructor(name: string, where: string, settings: ClusterSettings, connection: Connection) {
    this.name = name;
    this.#open = sessionOf(name, where, settings, connection);
  }

  /** The namespace that a call means; `invalid_input` when neither it nor the settings name one. */
  async namespace(given?: string): Promise<string> {
    const namespace = given ?? (await this.#open()).namespace;
    if (namespace !== undefined && namespace !== '') return namespace;
    throw new SluiceError('invalid_input', {
      cause: `No namespace was given, and the settings of ${this.name} name none.`,
      remedy: 'Give `namespace`, or set it in sluice.yaml.',
    });
  }

  async get<T>(type: ResourceType<T>, name: string, where: Where = {}): Promise<T> {
    const target = await this.#target(type, where.namespace, name);
    const what = await this.#what('get', type, where.namespace, name);
    return parse(type, what, await this.#read(target, what, { signal: where.signal }));
  }

  /** As `get`; undefined when there is none of that name. */
  async find<T>(type: ResourceType<T>, name: string, where: Where = {}): Promise<T | undefined> {
    try {
      return await this.get(type, name, where);
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'not_found' && error.status === 404)
        return undefined;
      throw error;
    }
  }

  /** One page. Objects that do not fit their schema are `schema_drift`, never left out. */
  async list<T>(type: ResourceType<T>, options: ListOptions = {}): Promise<Page<T>> {
    const everywhere = options.everyNamespace === true;
    const target = everywhere ? root(type) : await this.#target(type, options.namespace);
    const what = everywhere
      ? `list ${qualified(type)} in every namespace`
      : await this.#what('list', type, options.namespace);
    const answer = await this.#read(target, what, {
      signal: options.signal,
      query: {
        labelSelector: options.labels,
        fieldSelector: options.fields,
        limit: options.limit ?? PAGE,
        continue: options.continue,
      },
    });
    const { metadata, items } = ListAnswer.parse(JSON.parse(answer.text));
    return {
      items: (items ?? []).map((item) => parsed(type, what, item)),
      resourceVersion: metadata.resourceVersion,
      ...(metadata.continue ? { continue: metadata.continue } : {}),
      ...(metadata.remainingItemCount === undefined ? {} : { remaining: metadata.remainingItemCount }),
    };
  }

  /** Every object, page by page; starts anew once when the list expires under it. */
  async all<T>(
    type: ResourceType<T>,
    options: Omit<ListOptions, 'limit' | 'continue'> = {},
  ): Promise<{ items: T[]; resourceVersion: string }> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#all(type, options);
      } catch (error) {
        if (!(error instanceof SluiceError) || error.status !== 410 || attempt >= 3) throw error;
      }
    }
  }

  async #all<T>(type: ResourceType<T>, options: ListOptions) {
    const items: T[] = [];
    let next: string | undefined;
    for (;;) {
      const page = await this.list(type, { ...options, continue: next });
      items.push(...page.items);
      next = page.continue;
      if (next === undefined) return { items, resourceVersion: page.resourceVersion };
      if (items.length >= MOST) {
        // A part of the list would make "not there" look true.
        throw new SluiceError('upstream', {
          cause: `${this.name}: there are more than ${MOST} ${qualified(type)}.`,
          remedy: 'Narrow it down by a label, an application or a component.',
        });
      }
    }
  }

  async create<T>(
    type: ResourceType<T>,
    body: object,
    permit: Permit,
    options: Where & { dryRun?: boolean } = {},
  ): Promise<T> {
    const target = await this.#target(type, options.namespace);
    const what = await this.#what('create', type, options.namespace);
    const object = { apiVersion: type.apiVersion, kind: type.kind, ...body };
    const query = options.dryRun === true ? { dryRun: 'All' } : {};
    return parse(type, what, await this.#send('POST', target, what, permit, { json: object, query }));
  }

  /** A JSON merge patch (RFC 7386): lists are replaced whole, null removes. */
  async patch<T>(
    type: ResourceType<T>,
    name: string,
    patch: object,
    permit: Permit,
    options: Where & { subresource?: 'scale' | 'status' } = {},
  ): Promise<T> {
    const base = await this.#target(type, options.namespace, name);
    const target = options.subresource === undefined ? base : `${base}/${options.subresource}`;
    const what = await this.#what('patch', type, options.namespace, name);
    const jsonType = 'application/merge-patch+json';
    return parse(type, what, await this.#send('PATCH', target, what, permit, { json: patch, jsonType }));
  }

  /** `uid`: only that object, not a later one of the same name. */
  async remove(
    type: ResourceType<unknown>,
    name: string,
    permit: Permit,
    options: Where & { uid?: string } = {},
  ): Promise<void> {
    const target = await this.#target(type, options.namespace, name);
    const what = await this.#what('delete', type, options.namespace, name);
    const json = {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy: 'Background',
      ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
    };
    await this.#send('DELETE', target, what, permit, { json });
  }

  /** A container's log, as text. */
  async logs(
    pod: string,
    options: Where & {
      container?: string | undefined;
      tailLines?: number | undefined;
      sinceSeconds?: number | undefined;
      previous?: boolean | undefined;
      limitBytes?: number | undefined;
      timestamps?: boolean | undefined;
    } = {},
  ): Promise<string> {
    const { namespace, signal, ...query } = options;
    const space = await this.namespace(namespace);
    const what = `read the log of pod ${pod} in ${space}`;
    const target = path`/api/v1/namespaces/${space}/pods/${pod}/log`;
    return (await this.#read(target, what, { query, signal, headers: { accept: 'text/plain, */*' } })).text;
  }

  /**
   * What happens after `resourceVersion`, until the server ends the stream or the signal fires.
   * Throws `stale` (410) when the server no longer knows that version: list again and go on from there.
   */
  async *watch<T>(
    type: ResourceType<T>,
    options: Where & {
      name?: string | undefined;
      labels?: string | undefined;
      resourceVersion: string;
      signal: AbortSignal;
      timeoutSeconds?: number | undefined;
    },
  ): AsyncGenerator<WatchEvent<T>> {
    const target = await this.#target(type, options.namespace);
    const what = await this.#what('watch', type, options.namespace, options.name);
    const { http } = await this.#open();
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: options.resourceVersion,
      labelSelector: options.labels,
      timeoutSeconds: options.timeoutSeconds,
      ...(options.name === undefined ? {} : { fieldSelector: `metadata.name=${options.name}` }),
    };
    try {
      for await (const line of http.lines(target, { query, signal: options.signal })) {
        yield watchEvent(type, what, this.name, line);
      }
    } catch (error) {
      throw await this.#worded(error, what);
    }
  }

  /** Any path of the API that answers JSON, e.g. `/version`. */
  async raw<S extends z.ZodType>(target: string, schema: S, signal?: AbortSignal): Promise<z.output<S>> {
    const answer = await this.#read(target, `get ${target}`, { signal });
    const result = schema.safeParse(JSON.parse(answer.text));
    if (result.success) return result.data;
    throw drift(this.name, `get ${target}`, issuesText(result.error));
  }

  async #target(type: ResourceType<unknown>, namespace?: string, name?: string): Promise<string> {
    const base = root(type, type.namespaced ? await this.namespace(namespace) : undefined);
    return name === undefined ? base : base + path`/${name}`;
  }

  async #what(verb: string, type: ResourceType<unknown>, namespace?: string, name?: string): Promise<string> {
    const where = type.namespaced ? ` in ${await this.namespace(namespace)}` : '';
    return `${verb} ${qualified(type)}${name === undefined ? '' : ` ${name}`}${where}`;
  }

  async #read(target: string, what: string, options: RequestOptions): Promise<Answer> {
    const session = await this.#open();
    const answer = await session.http.get(target, { ...options, accept: REFUSALS });
    if (answer.status !== 401) return this.#checked(session, answer, what);
    // The login may have been renewed outside since we read it.
    session.forget();
    return this.#checked(session, await session.http.get(target, { ...options, accept: REFUSALS }), what);
  }

  async #send(
    method: 'POST' | 'PATCH' | 'DELETE',
    target: string,
    what: string,
    permit: Permit,
    options: RequestOptions,
  ): Promise<Answer> {
    const session = await this.#open();
    const answer = await session.http.send(method, target, permit, { ...options, accept: REFUSALS });
    if (answer.status === 401) session.forget();
    return this.#checked(session, answer, what);
  }

  #checked(session: Session, answer: Answer, what: string): Answer {
    if (answer.status < 400) return answer;
    throw refusal(answer, { cluster: this.name, what, login: session.login });
  }

  /** A refused watch comes as an error of the HTTP layer: it is worded like every other refusal. */
  async #worded(error: unknown, what: string): Promise<unknown> {
    if (!(error instanceof SluiceError) || error.status === undefined) return error;
    if (!REFUSALS.some((status) => status === error.status)) return error;
    const { login } = await this.#open();
    const answer = { status: error.status, text: '', headers: new Headers(), bytes: new Uint8Array() };
    return refusal(answer, { cluster: this.name, what, login });
  }
}

function root(type: ResourceType<unknown>, namespace?: string): string {
  const api = type.apiVersion.includes('/') ? `/apis/${type.apiVersion}` : `/api/${type.apiVersion}`;
  return namespace === undefined
    ? `${api}/${type.plural}`
    : `${api}${path`/namespaces/${namespace}`}/${type.plural}`;
}

function parse<T>(type: ResourceType<T>, what: string, answer: Answer): T {
  return parsed(type, what, JSON.parse(answer.text));
}

function parsed<T>(type: ResourceType<T>, what: string, object: unknown): T {
  const result = type.schema.safeParse(object);
  if (result.success) return result.data;
  throw drift(type.kind, what, issuesText(result.error));
}

export function drift(who: string, what: string, issues: string): SluiceError {
  return new SluiceError('schema_drift', {
    cause: `${who}: the answer of ${what} has not the expected shape: ${issues}.`,
    remedy: 'The API may have changed its format: compare it with the module README and report it.',
    reached: 'maybe',
  });
}

/** A label selector that requires each of these; undefined values are left out. */
export function selector(labels: Record<string, string | undefined>): string | undefined {
  const parts = Object.entries(labels).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${labelValue(value)}`],
  );
  return parts.length === 0 ? undefined : parts.join(',');
}

function labelValue(value: string): string {
  if (/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/.test(value)) return value;
  throw new SluiceError('invalid_input', {
    cause: `${JSON.stringify(value)} cannot be a label value, so nothing carries it.`,
    remedy: 'Give the plain name: letters, digits, ".", "_" and "-", at most 63 characters.',
  });
}
