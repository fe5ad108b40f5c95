import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { createInterface } from 'node:readline';

export interface Api {
  url: string;
  /** PEM of the authority to trust; none for plain HTTP. */
  ca?: string;
}

export interface Asked {
  token?: string;
  body?: unknown;
  /** Media type of the body, where it is another than JSON. */
  type?: string;
  headers?: Record<string, string>;
}

export interface Answered {
  status: number;
  type: string;
  /** Parsed where it is JSON, else text. */
  body: unknown;
}

const QUIET_MS = 20_000;

/** A request as any client would make it; fetch cannot be told to trust one more authority. */
export async function call(api: Api, method: string, path: string, asked: Asked = {}): Promise<Answered> {
  const response = await open(api, method, path, asked);
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  const type = response.headers['content-type'] ?? '';
  const body: unknown = type.includes('json') ? JSON.parse(text) : text;
  return { status: response.statusCode ?? 0, type, body };
}

/** The lines of a stream until `enough`, then the stream is left. Throws when it stays quiet for too long. */
export async function lines(
  api: Api,
  path: string,
  asked: Asked,
  enough: (seen: readonly unknown[]) => boolean,
): Promise<unknown[]> {
  const response = await open(api, 'GET', path, asked);
  const seen: unknown[] = [];
  const timer = setTimeout(() => response.destroy(new Error(`only ${JSON.stringify(seen)} came`)), QUIET_MS);
  try {
    for await (const line of createInterface({ input: response })) {
      seen.push(JSON.parse(line));
      if (enough(seen)) break;
    }
    return seen;
  } finally {
    clearTimeout(timer);
    response.destroy();
  }
}

async function open(api: Api, method: string, path: string, asked: Asked): Promise<IncomingMessage> {
  const { token, body, type = 'application/json', headers = {} } = asked;
  const url = new URL(api.url + path);
  const content = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  return await new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(url, {
      method,
      // A connection of its own: a kept one may be closed by the server between two tests.
      agent: false,
      ...(api.ca === undefined ? {} : { ca: api.ca }),
      headers: {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        // Node itself gives a DELETE no length, and a server then sees no body.
        ...(content === undefined
          ? {}
          : { 'content-type': type, 'content-length': String(Buffer.byteLength(content)) }),
        ...headers,
      },
    });
    request.once('error', reject).once('response', resolve);
    request.end(content);
  });
}
