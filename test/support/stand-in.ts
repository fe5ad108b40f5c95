import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../src/kit/clock.ts';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { Http, type HttpServices } from '../../src/kit/http.ts';
import { createLogger } from '../../src/kit/log.ts';
import type { Principal } from '../../src/kit/principal.ts';
import { Redactor } from '../../src/kit/redact.ts';

interface Reply {
  status?: number;
  headers?: Record<string, string>;
  /** Text is sent as it is, all else as JSON. */
  body?: unknown;
}

export type Answers = Record<string, Reply | Reply[]>;

/**
 * A server for tests that speaks what it is told, by `METHOD /path` without the query; of a list the
 * first reply goes first and the last one stays. Closing it fails when it was asked anything else.
 */
export async function standIn(answers: Answers) {
  const seen: { request: string; headers: Record<string, unknown>; body: string }[] = [];
  const unexpected: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push({ request: `${request.method} ${request.url}`, headers: request.headers, body });
    const key = `${request.method} ${request.url?.split('?')[0]}`;
    const planned = answers[key];
    if (planned === undefined) unexpected.push(key);
    const reply = (Array.isArray(planned)
      ? planned.length > 1
        ? planned.shift()
        : planned[0]
      : planned) ?? {
      status: 418,
    };
    response.writeHead(reply.status ?? 200, reply.headers);
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? null));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    seen,
    requests: () => seen.map(({ request }) => request),
    http: (credentials: Record<string, string> = {}, base = '') =>
      new Http({ system: 'test', baseUrl: url + base, credentials: async () => credentials }, services),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((done) => server.close(done));
      // Kept-alive connections would hold the server open for seconds.
      server.closeAllConnections();
      await closed;
      if (unexpected.length > 0) throw new Error(`nobody expected ${unexpected.join(', ')}`);
    },
  };
}

export const services: HttpServices = {
  clock: { ...systemClock, sleep: async () => undefined },
  redactor: new Redactor(),
  log: createLogger('silent'),
  callLimitMs: 5_000,
};

export const held: Permit = { check: () => undefined, signal: new AbortController().signal };

export const expired: Permit = {
  check: () => {
    throw new SluiceError('stale', { cause: 'The lease is over.', remedy: 'Let another driver go on.' });
  },
  signal: new AbortController().signal,
};

export const principal: Principal = { id: 'lead@example.com', face: 'cli' };
