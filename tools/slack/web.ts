import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http, LibraryFetch } from '../../src/kit/http.ts';
import { issuesText } from '../../src/kit/zod-error.ts';
import { slackError } from './errors.ts';
import { Envelope, Paged } from './schema.ts';

type Call = (slack: WebClient) => Promise<unknown>;

const Refused = z.object({
  code: z.literal('slack_webapi_platform_error'),
  data: z.object({ error: z.string().optional() }),
});

/** Slack's own library over our way out: it shapes requests, all else (hosts, token, limits, retries) is ours. */
export class Web {
  readonly #http: Http;
  #reader: Promise<WebClient> | undefined;

  constructor(http: Http) {
    this.#http = http;
  }

  async read<S extends z.ZodType>(method: string, schema: S, call: Call): Promise<z.output<S>> {
    this.#reader ??= library(this.#readingFetch());
    return await open(method, schema, call, await this.#reader);
  }

  async write<S extends z.ZodType>(
    method: string,
    schema: S,
    permit: Permit,
    call: Call,
  ): Promise<z.output<S>> {
    return await open(method, schema, call, await library(this.#checked(this.#http.fetchFor(permit))));
  }

  /** The library posts also what only reads; as a GET it is tried again when it fails, and can change nothing. */
  #readingFetch(): LibraryFetch {
    const fetch = this.#checked(this.#http.fetchFor());
    return async (input, init = {}) => {
      const query = typeof init.body === 'string' && init.body !== '' ? `?${init.body}` : '';
      return await fetch(`${String(input)}${query}`, { method: 'GET' });
    };
  }

  /**
   * A body that was cut short must not become the library's "refused": nobody knows what happened then. Of what it
   * would only log, or stumble over, the library gets nothing.
   */
  #checked(fetch: LibraryFetch): LibraryFetch {
    return async (input, init = {}) => {
      const { status, headers, text, bytes } = await bodyOf(await fetch(input, init));
      const target = String(input).split('?')[0] ?? '';
      const answer = this.#http.parse(
        init.method ?? 'GET',
        target,
        { status, headers, text, bytes },
        Envelope,
      );
      const cursor = Paged.safeParse(answer).data?.response_metadata?.next_cursor;
      return Response.json({ ...answer, response_metadata: { next_cursor: cursor } });
    };
  }
}

async function bodyOf(response: Response) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const { status, headers } = response;
  return { status, headers, bytes, text: new TextDecoder().decode(bytes) };
}

async function library(fetch: LibraryFetch): Promise<WebClient> {
  const { LogLevel, WebClient } = await import('@slack/web-api');
  const silent = () => undefined;
  const logger = {
    debug: silent,
    info: silent,
    warn: silent,
    error: silent,
    setLevel: silent,
    setName: silent,
    getLevel: () => LogLevel.ERROR,
  };
  return new WebClient(undefined, {
    // Where that is, our fetch knows.
    slackApiUrl: '/',
    fetch,
    logger,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
  });
}

async function open<S extends z.ZodType>(
  method: string,
  schema: S,
  call: Call,
  slack: WebClient,
): Promise<z.output<S>> {
  let answer: unknown;
  try {
    answer = await call(slack);
  } catch (thrown) {
    throw ours(method, thrown);
  }
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new SluiceError('schema_drift', {
    cause: `slack: the answer of ${method} has not the expected shape: ${issuesText(parsed.error)}.`,
    remedy: 'Slack may have changed its format: compare its answer with the module README and report it.',
    reached: 'maybe',
  });
}

/** The library wraps what our fetch throws. */
function ours(method: string, thrown: unknown): unknown {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (error instanceof SluiceError) return error;
  }
  const refused = Refused.safeParse(thrown);
  return refused.success ? slackError(method, refused.data.data.error ?? '') : thrown;
}
