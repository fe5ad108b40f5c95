import type { MethodOptions, sheets_v4 } from '@googleapis/sheets';
import type { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Answer, Http } from '../../src/kit/http.ts';

/** The library builds addresses below this root; where they really lead is our client's to say. */
const ROOT = 'https://sheets.invalid/';

type Fetch = NonNullable<MethodOptions['fetchImplementation']>;

/**
 * Google's library over our own client: it knows the API's methods, and neither a credential nor a
 * way out. Allowed hosts, time limits, retries and redaction are those of `kit/http`.
 */
export class Transport {
  readonly #http: Http;
  #library: Promise<sheets_v4.Sheets> | undefined;

  constructor(http: Http) {
    this.#http = http;
  }

  /** One call of the API; with a permit it may change something, and is sent once. */
  async call<S extends z.ZodType>(
    schema: S,
    method: (sheets: sheets_v4.Sheets, options: MethodOptions) => Promise<{ data: unknown }>,
    permit?: Permit,
  ): Promise<z.output<S>> {
    let last: { verb: string; target: string; answer: Answer } | undefined;
    let failure: unknown;
    const carry: Fetch = async (input, init) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input);
      const verb = init?.method ?? 'GET';
      const target = pathname + search;
      try {
        const answer = await this.#carry(verb, target, init?.body, permit);
        last = { verb, target: pathname, answer };
        return new Response(answer.text, {
          status: answer.status,
          headers: { 'content-type': 'application/json' },
        });
      } catch (error) {
        // The library would put its own error around ours.
        failure = error;
        throw error;
      }
    };
    try {
      await method(await this.#sheets(), { fetchImplementation: carry, retry: false });
    } catch (error) {
      throw failure ?? error;
    }
    if (last === undefined) throw new Error('the Sheets library answered without asking');
    return this.#http.parse(last.verb, last.target, last.answer, schema);
  }

  async #carry(verb: string, target: string, body: unknown, permit: Permit | undefined): Promise<Answer> {
    if (verb === 'GET') return await this.#http.get(target);
    if (permit === undefined || (verb !== 'POST' && verb !== 'PUT')) {
      throw new SluiceError('internal', {
        cause: `sheets: ${verb} ${target} would change something without leave.`,
        remedy: 'This is a defect: report it.',
      });
    }
    const json: unknown = typeof body === 'string' && body !== '' ? JSON.parse(body) : {};
    return await this.#http.send(verb, target, permit, { json });
  }

  /** Loaded at first use: it costs time and memory that most calls never need. */
  #sheets(): Promise<sheets_v4.Sheets> {
    this.#library ??= import('@googleapis/sheets').then(({ sheets }) =>
      sheets({ version: 'v4', rootUrl: ROOT }),
    );
    return this.#library;
  }
}
