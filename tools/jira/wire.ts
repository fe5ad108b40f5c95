import type { Client } from 'jira.js/core';
import type { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Answer, Http } from '../../src/kit/http.ts';
import type { Flavor } from './text/render.ts';

export type Library = typeof import('jira.js/cloud');

type Ask = (jira: Library, client: Client) => Promise<unknown>;

interface Said {
  method: string;
  target: string;
  answer: Answer;
}

const READ_TRIES = 3;
const API = /^\/rest\/api\/[23](?=\/)/;

/**
 * jira.js knows the endpoints; requests go out through ours. It calls whatever has `sendRequest`, so its own
 * transport, with its credentials, retries, global fetch and warnings on the console, is never made.
 */
export class Wire {
  readonly #http: Http;
  readonly #root: string;

  constructor(http: Http, flavor: Flavor) {
    this.#http = http;
    // The library speaks of version 3 alone; Data Center has the same paths under version 2.
    this.#root = flavor === 'cloud' ? '/rest/api/3' : '/rest/api/2';
  }

  /** One read, parsed; a body cut short is asked for again like any passing fault. */
  async read<S extends z.ZodType>(schema: S, ask: Ask): Promise<z.output<S>> {
    for (let attempt = 1; ; attempt += 1) {
      const { method, target, answer } = await this.#ask(ask);
      try {
        return this.#http.parse(method, target, answer, schema);
      } catch (error) {
        const cutShort = error instanceof SluiceError && error.code === 'upstream';
        if (!cutShort || attempt >= READ_TRIES) throw error;
      }
    }
  }

  /** One request that changes something; its answer is parsed where one is expected. */
  async send(permit: Permit, ask: Ask): Promise<void>;
  async send<S extends z.ZodType>(permit: Permit, ask: Ask, schema: S): Promise<z.output<S>>;
  async send(permit: Permit, ask: Ask, schema?: z.ZodType): Promise<unknown> {
    const { method, target, answer } = await this.#ask(ask, permit);
    return schema === undefined ? undefined : this.#http.parse(method, target, answer, schema);
  }

  async #ask(ask: Ask, permit?: Permit): Promise<Said> {
    const jira = await import('jira.js/cloud');
    const fetch = this.#http.fetchFor(permit);
    const said: Said[] = [];
    const client: Client = {
      sendRequest: async ({ url, method = 'GET', searchParams, body }) => {
        // A write is one request: the library must not make two of a call.
        if (said.length > 0) throw new Error(`jira.js wants to send a second request: ${method} ${url}`);
        const target = url.replace(API, this.#root);
        const response = await fetch(`${target}${queryOf(searchParams)}`, {
          method,
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        });
        const bytes = new Uint8Array(await response.arrayBuffer());
        const text = new TextDecoder().decode(bytes);
        said.push({
          method,
          target,
          answer: { status: response.status, headers: response.headers, text, bytes },
        });
        return parsed(text);
      },
    };
    await ask(jira, client);
    const [only] = said;
    if (only === undefined) throw new Error('jira.js sent nothing');
    return only;
  }
}

function queryOf(params: Record<string, unknown> | undefined): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value !== undefined) query.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** For the library, which hands it back to us; what is not JSON is refused when it is parsed. */
function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
