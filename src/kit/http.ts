import type { z } from 'zod';
import type { Clock } from './clock.ts';
import type { Permit } from './effect.ts';
import { Egress, type Query } from './egress.ts';
import { SluiceError } from './errors.ts';
import { fenced } from './fence.ts';
import type { Logger } from './log.ts';
import type { Redactor } from './redact.ts';
import { direct, prepareTransport, type Transport } from './transport.ts';
import { issuesText } from './zod-error.ts';

export interface HttpServices {
  clock: Clock;
  redactor: Redactor;
  log: Logger;
  /** Longest time for one request, milliseconds. */
  callLimitMs: number;
}

export interface HttpOptions {
  /** The outside system's name, for errors and logs. */
  system: string;
  baseUrl: string;
  /** Further hosts that this system may be asked on (`host` or `host:port`). */
  allowedHosts?: readonly string[];
  /** Headers that prove who we are; resolved at the first request. */
  credentials?: () => Promise<Record<string, string>>;
  /** Credentials are asked for at each request: whoever gives them knows when they run out. */
  renewing?: boolean;
  /** With the system's own certificate authorities when absent. */
  transport?: Transport;
}

export interface RequestOptions {
  query?: Query;
  headers?: Record<string, string>;
  json?: unknown;
  /** Media type of `json`, where it is another than `application/json`. */
  jsonType?: string;
  form?: Record<string, string>;
  /** As it goes out; its media type is among the headers. */
  body?: string;
  signal?: AbortSignal | undefined;
  /** Statuses, besides 2xx, that are an answer and not an error. */
  accept?: readonly number[];
}

export type LibraryFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

const WRITING = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Writing = (typeof WRITING)[number];

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as it came: for what is not text. */
  bytes: Uint8Array;
}

const READ_TRIES = 3;
const BODY_LIMIT = 32 * 1024 * 1024;
const LONGEST_RETRY_AFTER_S = 5;

/**
 * The one way out of the process. Reads are retried when the fault passes by itself; a request that
 * changes something needs a permit, is sent once, and says of its failure whether it may have arrived.
 */
export class Http {
  readonly system: string;
  readonly #egress: Egress;
  readonly #options: HttpOptions;
  readonly #services: HttpServices;
  #credentials: Promise<Record<string, string>> | undefined;

  constructor(options: HttpOptions, services: HttpServices) {
    this.system = options.system;
    this.#options = options;
    this.#services = services;
    this.#egress = new Egress(options.system, options.baseUrl, options.allowedHosts);
  }

  /** A credential that an answer has brought: it shall not be seen from now on. */
  conceal(secret: string): void {
    this.#services.redactor.add(secret);
  }

  async get(target: string, options: RequestOptions = {}): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once('GET', target, options);
      } catch (error) {
        const wait = retryDelay(error, attempt);
        if (wait === undefined || attempt >= READ_TRIES || options.signal?.aborted) throw error;
        await this.#services.clock.sleep(wait, options.signal);
      }
    }
  }

  /** GET, parsed by its schema; a body cut short is asked for again like any passing fault. */
  async getJson<S extends z.ZodType>(
    target: string,
    schema: S,
    options: RequestOptions = {},
  ): Promise<z.output<S>> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.get(target, options);
      try {
        return this.parse('GET', target, answer, schema);
      } catch (error) {
        const cutShort = error instanceof SluiceError && error.code === 'upstream';
        if (!cutShort || attempt >= READ_TRIES) throw error;
        await this.#services.clock.sleep(100 * attempt, options.signal);
      }
    }
  }

  /** A request that changes the outside: once, and only while its permit holds. */
  async send(method: Writing, target: string, permit: Permit, options: RequestOptions = {}): Promise<Answer> {
    const credentials = await this.#authorize();
    permit.check();
    return await fenced(
      () => permit.check(),
      async (fence) => {
        const headers = { ...options.headers, ...fence };
        return await this.#once(method, target, { ...options, headers, signal: permit.signal }, credentials);
      },
    );
  }

  /**
   * A fetch for a library of this system: hosts, credentials, limits, retries and refusals are ours, also then.
   * Without a permit it only reads; with one every other request is sent once, as by `send`.
   */
  fetchFor(permit?: Permit, options: Pick<RequestOptions, 'accept' | 'signal'> = {}): LibraryFetch {
    return async (input, init = {}) => {
      const target = input instanceof URL ? input.href : typeof input === 'string' ? input : input.url;
      const method = (init.method ?? 'GET').toUpperCase();
      const headers = Object.fromEntries(new Headers(init.headers));
      // Ours is put in again: a library is given none, and makes up a placeholder.
      delete headers.authorization;
      const body =
        init.body === undefined || init.body === null ? undefined : await new Response(init.body).text();
      const request: RequestOptions = {
        ...options,
        headers,
        ...(body === undefined ? {} : { body }),
      };
      const answer = isWriting(method)
        ? await this.send(method, target, permit ?? noPermit(this.system, method), request)
        : await this.get(target, request);
      const kept = new Headers(answer.headers);
      // The bytes are unpacked already.
      for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name);
      const empty = [204, 205, 304].includes(answer.status);
      return new Response(empty ? null : Buffer.from(answer.bytes), { status: answer.status, headers: kept });
    };
  }

  /**
   * GET of an answer that goes on: its lines as they come, until the server ends it or the signal fires,
   * which is no error. It has no time limit of its own: the caller's signal is the deadline.
   */
  async *lines(target: string, options: RequestOptions & { signal: AbortSignal }): AsyncGenerator<string> {
    const url = this.#egress.address(target, options.query);
    const headers = { accept: 'application/json', ...(await this.#authorize()), ...options.headers };
    try {
      const response = await this.#fetch(url, {
        method: 'GET',
        headers,
        redirect: 'manual',
        signal: options.signal,
      });
      if (!response.ok)
        this.#refuse('GET', url, response, new TextDecoder().decode(await readBody(response)), []);
      yield* linesOf(response);
    } catch (error) {
      if (options.signal.aborted) return;
      throw error instanceof SluiceError ? error : this.#networkError('GET', url, error);
    }
  }

  parse<S extends z.ZodType>(method: string, target: string, answer: Answer, schema: S): z.output<S> {
    let body: unknown;
    try {
      body = JSON.parse(answer.text);
    } catch {
      throw new SluiceError('upstream', {
        cause: `${this.system}: ${method} ${target} answered with something that is not JSON (${answer.text.length} characters).`,
        remedy: 'Look again later; if it stays so, check the base_url of this module.',
        reached: 'maybe',
        status: answer.status,
      });
    }
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new SluiceError('schema_drift', {
      cause: `${this.system}: the answer of ${method} ${target} has not the expected shape: ${issuesText(parsed.error)}.`,
      remedy:
        'The system may have changed its format: compare its answer with the module README and report it.',
      reached: 'maybe',
      status: answer.status,
    });
  }

  async #authorize(): Promise<Record<string, string>> {
    await prepareTransport();
    if (this.#options.renewing === true) this.#credentials = undefined;
    this.#credentials ??= this.#options.credentials?.() ?? Promise.resolve({});
    // A credential that could not be read may be there the next time.
    this.#credentials.catch(() => {
      this.#credentials = undefined;
    });
    return await this.#credentials;
  }

  async #once(
    method: string,
    target: string,
    options: RequestOptions,
    credentials?: Record<string, string>,
  ): Promise<Answer> {
    const url = this.#egress.address(target, options.query);
    const headers: Record<string, string> = {
      accept: 'application/json',
      ...(credentials ?? (await this.#authorize())),
      ...options.headers,
    };
    let body = options.body;
    if (options.json !== undefined) {
      headers['content-type'] = options.jsonType ?? 'application/json';
      body = JSON.stringify(options.json);
    } else if (options.form !== undefined) {
      headers['content-type'] = 'application/x-www-form-urlencoded';
      body = new URLSearchParams(options.form).toString();
    }
    const limit = AbortSignal.timeout(this.#services.callLimitMs);
    const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
    try {
      const response = await this.#fetch(url, {
        method,
        headers,
        redirect: 'manual',
        signal,
        ...(body === undefined ? {} : { body }),
      });
      const bytes = await readBody(response);
      const text = new TextDecoder().decode(bytes);
      this.#services.log.debug(
        { system: this.system, method, path: url.pathname, status: response.status },
        'request',
      );
      this.#refuse(method, url, response, text, options.accept ?? []);
      return { status: response.status, headers: response.headers, text, bytes };
    } catch (error) {
      throw error instanceof SluiceError ? error : this.#networkError(method, url, error);
    }
  }

  #fetch(url: URL, init: RequestInit): Promise<Response> {
    return (this.#options.transport ?? direct)(url, init);
  }

  #refuse(method: string, url: URL, response: Response, text: string, accepted: readonly number[]): void {
    const { status } = response;
    if ((status >= 200 && status < 300) || accepted.includes(status)) return;
    const said = text === '' ? '' : ` It said: ${JSON.stringify(this.#services.redactor.excerpt(text))}.`;
    const what = `${this.system}: ${method} ${url.pathname} answered ${status}.${said}`;
    const fail = (
      code: ConstructorParameters<typeof SluiceError>[0],
      remedy: string,
      reached: 'no' | 'maybe' = 'no',
    ) => {
      const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
      throw new SluiceError(code, {
        cause: what,
        remedy,
        reached,
        status,
        ...(isRedirect(status) ? { rule: 'egress' } : {}),
        ...(Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {}),
      });
    };
    if (status === 401)
      fail('auth', `Renew the credential of module ${this.system} and run \`sluice doctor\`.`);
    if (status === 403)
      fail('forbidden', `The account of module ${this.system} lacks this right: ask for it.`);
    if (status === 404 || status === 410) fail('not_found', 'Check the id or name.');
    if (status === 408 || status === 504) fail('timeout', 'Look again later.', 'maybe');
    if (status === 409 || status === 412)
      fail('conflict', 'Somebody else changed it: look at its state and try again.');
    if (status === 429) fail('rate_limited', 'Try again after the time that the system asks for.');
    if (status >= 500) fail('upstream', 'Look again later.', 'maybe');
    if (isRedirect(status))
      fail('upstream', 'Redirects are not followed: correct the base_url of this module.');
    fail('precondition', 'The system refused it as things stand: see what it said.');
  }

  #networkError(method: string, url: URL, error: unknown): SluiceError {
    // An address that was judged and found wanting.
    if (error instanceof Error && error.cause instanceof SluiceError) return error.cause;
    const name = error instanceof Error ? error.name : '';
    const reason =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    if (name === 'TimeoutError' || name === 'AbortError') {
      return new SluiceError('timeout', {
        cause: `${this.system}: ${method} ${url.pathname} got no answer within its time limit.`,
        remedy: 'Look again later; `sluice doctor` tells whether the system can be reached.',
        reached: 'maybe',
      });
    }
    const refused = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN/.test(codeOf(error));
    return new SluiceError('upstream', {
      cause: `${this.system}: ${url.host} cannot be reached (${this.#services.redactor.excerpt(reason || codeOf(error))}).`,
      remedy: 'Check the network, VPN and base_url of this module; `sluice doctor` tells more.',
      reached: refused ? 'no' : 'maybe',
    });
  }
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function isWriting(method: string): method is Writing {
  if (WRITING.some((writing) => writing === method)) return true;
  if (method === 'GET') return false;
  throw new Error(`a library wants to send ${method}`);
}

function noPermit(system: string, method: string): never {
  throw new Error(`${system}: a library wants to send ${method} where only reads are meant`);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !(error.cause instanceof Error)) return '';
  return 'code' in error.cause ? String(error.cause.code) : '';
}

async function readBody(response: Response): Promise<Uint8Array> {
  const length = Number(response.headers.get('content-length') ?? 0);
  if (length > BODY_LIMIT) {
    await response.body?.cancel();
    throw tooLarge();
  }
  return new Uint8Array(await response.arrayBuffer());
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > BODY_LIMIT) throw tooLarge();
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
  if (rest !== '') yield rest;
}

function tooLarge(): SluiceError {
  return new SluiceError('upstream', {
    cause: `The answer is larger than ${BODY_LIMIT} bytes.`,
    remedy: 'Ask for less of it.',
    reached: 'maybe',
  });
}

/** Milliseconds before a read is tried again; undefined when another try cannot help. */
function retryDelay(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof SluiceError) || isRedirect(error.status ?? 0)) return undefined;
  if (error.code === 'rate_limited') {
    const asked = error.retryAfterSeconds ?? attempt;
    return asked <= LONGEST_RETRY_AFTER_S ? asked * 1000 : undefined;
  }
  // A time-out has used up its time already: the next look is the step's, not ours.
  return error.code === 'upstream' ? 150 * 2 ** attempt : undefined;
}

/** A plain JSON request to a local control address, outside any module. */
export async function boundedFetch(
  url: string,
  body: unknown,
  limitMs: number,
  method: 'GET' | 'DELETE' = 'GET',
): Promise<unknown> {
  const init =
    body === undefined
      ? { method }
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  await prepareTransport();
  const signal = AbortSignal.timeout(limitMs);
  const response = await direct(new URL(url), { ...init, signal, redirect: 'error' });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 200)}`);
  return JSON.parse(text);
}
