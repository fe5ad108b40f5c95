import type { Octokit } from '@octokit/rest';
import type { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Answer, Http } from '../../src/kit/http.ts';

/** One call of the library: one request. Its own reading of the answer is not used. */
type Call = (octokit: Octokit) => Promise<unknown>;

interface Heard {
  method: string;
  target: string;
  answer: Answer;
}

/** Stands where the library wants a host; requests leave by the module's base_url. */
const ROOT = 'https://github.invalid';
const HEADERS = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
const READ_TRIES = 3;
const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The library's endpoints over our way out: it gets no token, no host and no retries of its own. */
export class GitHubLibrary {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async read<S extends z.ZodType>(schema: S, call: Call): Promise<z.output<S>> {
    return (await this.page(schema, call)).items;
  }

  /** A read that may find nothing: GitHub answers 404 to what is not there and to what may not be seen. */
  async find<S extends z.ZodType>(schema: S, call: Call): Promise<z.output<S> | undefined> {
    try {
      return await this.read(schema, call);
    } catch (thrown) {
      if (thrown instanceof SluiceError && thrown.status === 404) return undefined;
      throw thrown;
    }
  }

  /** A read that also says whether there is a page behind it. */
  async page<S extends z.ZodType>(schema: S, call: Call): Promise<{ items: z.output<S>; more: boolean }> {
    for (let attempt = 1; ; attempt += 1) {
      const { method, target, answer } = await this.#ask(call);
      try {
        const items = this.#http.parse(method, target, answer, schema);
        return { items, more: /rel="next"/.test(answer.headers.get('link') ?? '') };
      } catch (thrown) {
        // A body that was cut short passes by itself.
        const cutShort = thrown instanceof SluiceError && thrown.code === 'upstream';
        if (!cutShort || attempt >= READ_TRIES) throw thrown;
      }
    }
  }

  /** Every page of a list, up to `most`; `complete` says whether that was all. */
  async pages<T>(
    schema: z.ZodType<T[]>,
    call: (octokit: Octokit, page: number) => Promise<unknown>,
    most: number,
  ): Promise<{ items: T[]; complete: boolean }> {
    const items: T[] = [];
    for (let number = 1; number <= most; number += 1) {
      const page = await this.page(schema, (octokit) => call(octokit, number));
      items.push(...page.items);
      if (!page.more) return { items, complete: true };
    }
    return { items, complete: false };
  }

  /** One request that changes something. */
  async send<S extends z.ZodType>(schema: S, permit: Permit, call: Call): Promise<z.output<S>> {
    const { method, target, answer } = await this.#ask(call, permit);
    return this.#http.parse(method, target, answer, schema);
  }

  /** Where a read is redirected to. It is not followed. */
  async location(call: Call): Promise<string> {
    const { method, target, answer } = await this.#ask(call, undefined, [302]);
    const location = answer.headers.get('location');
    if (location !== null) return location;
    throw new SluiceError('schema_drift', {
      cause: `${this.#http.system}: ${method} ${target} does not say where its content is.`,
      remedy: 'The system may have changed its format: compare its answer with the module README.',
      status: answer.status,
    });
  }

  async #ask(call: Call, permit?: Permit, accept: readonly number[] = []): Promise<Heard> {
    const { Octokit: Library } = await import('@octokit/rest');
    const heard: Heard[] = [];
    const octokit = new Library({
      baseUrl: ROOT,
      userAgent: 'sluice',
      log: SILENT,
      request: {
        log: SILENT,
        parseSuccessResponseBody: false,
        fetch: async (url: string, init: RequestInit) => {
          const target = url.startsWith(ROOT) ? url.slice(ROOT.length) : url;
          const headers = { ...Object.fromEntries(new Headers(init.headers)), ...HEADERS };
          const response = await this.#http.fetchFor(permit, { accept })(target, { ...init, headers });
          const bytes = new Uint8Array(await response.arrayBuffer());
          const text = new TextDecoder().decode(bytes);
          const { status } = response;
          const path = target.split('?')[0] ?? target;
          heard.push({
            method: init.method ?? 'GET',
            target: path,
            answer: { status, headers: response.headers, text, bytes },
          });
          return new Response(null, { status, headers: response.headers });
        },
      },
    });
    try {
      await call(octokit);
    } catch (thrown) {
      throw refusalOf(thrown);
    }
    const answered = heard[0];
    if (answered === undefined || heard.length > 1) throw new Error('a call of the library is one request');
    return answered;
  }
}

/** The library wraps what our fetch threw. */
function refusalOf(thrown: unknown): unknown {
  const inner = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  if (!(inner instanceof SluiceError)) return inner;
  const { status, reached, retryAfterSeconds } = inner;
  const fields = {
    cause: inner.message,
    reached,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
  // GitHub says 403 also to who has asked too often.
  if (inner.code === 'forbidden' && status === 403 && /rate limit/i.test(inner.message)) {
    return new SluiceError('rate_limited', { ...fields, remedy: 'Try again when its limit is renewed.' });
  }
  if (status === 404) {
    return new SluiceError('not_found', {
      ...fields,
      remedy: 'Check the repository and the id or name; GitHub says the same of what the token may not see.',
    });
  }
  return inner;
}
