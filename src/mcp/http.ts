import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { localhostHostValidation, localhostOriginValidation } from '@modelcontextprotocol/node';
import type { App } from '../app.ts';
import { SluiceError } from '../kit/errors.ts';
import type { FaceOptions } from './catalog.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { answerJson, answerRpcError, readBody } from './http-answers.ts';
import { startScheduler } from './scheduler.ts';
import { Scope } from './scope.ts';
import { SLACK_ACTIONS, serveSlackActions } from './slack-actions.ts';

const BODY_LIMIT = 1_048_576;
/** A stream stays open until its client goes: it does not get to hold the server up. */
const GRACE_MS = 2_000;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

export interface HttpOptions extends FaceOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
}

export interface HttpFace {
  /** The address of /mcp. */
  url: string;
  /** Lets running requests end, for a moment; the app is its maker's to close. */
  close(): Promise<void>;
}

export async function serveHttp(app: App, options: HttpOptions): Promise<HttpFace> {
  assertLoopback(options.host);
  const scope = new Scope(app, options.personas);
  const endpoints = endpointsOf(app, options, scope);
  const guards = [localhostHostValidation(), localhostOriginValidation()];
  const underWay = new Set<Promise<void>>();
  // A server that changes nothing takes no approvals either.
  const takesClicks = app.loaded.settings.approvals.slack !== undefined && !options.readOnly;
  const server = createServer((request, response) => {
    // Slack comes through a tunnel, under the tunnel's name: this one path has its signature for a guard.
    const click = takesClicks && pathOf(request) === SLACK_ACTIONS;
    const work = (
      click ? serveSlackActions(app, request, response) : serve(app, endpoints, guards, request, response)
    )
      .catch((err: unknown) => {
        app.log.error({ err }, 'a request failed');
        if (response.headersSent) response.destroy();
        else answerRpcError(response, 500, 'Internal error.', -32_603);
      })
      .finally(() => underWay.delete(work));
    underWay.add(work);
  });
  const url = await listen(server, options);
  const scheduler = options.readOnly
    ? undefined
    : startScheduler(app, { covers: (flow) => scope.coversFlow(flow) });
  return {
    url,
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      await scheduler?.stop();
      await Promise.race([Promise.all(underWay), delay(GRACE_MS, undefined, { ref: false })]);
      await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()));
      // Streams that a client holds open would keep the server for ever.
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The chosen personas together under /mcp, and each one under its own path. */
function endpointsOf(app: App, options: FaceOptions, scope: Scope): Map<string, Endpoint> {
  const endpoints = new Map([['/mcp', createEndpoint(app, options)]]);
  for (const { persona } of scope.personas) {
    endpoints.set(`/mcp/${persona}`, createEndpoint(app, { ...options, personas: [persona] }));
  }
  return endpoints;
}

type Guard = (request: IncomingMessage, response: ServerResponse) => boolean;

async function serve(
  app: App,
  endpoints: ReadonlyMap<string, Endpoint>,
  guards: readonly Guard[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A guard that refuses has answered.
  if (!guards.every((guard) => guard(request, response))) return;
  const path = pathOf(request);
  if (path === '/healthz') return answerJson(response, 200, { status: 'ok', version: app.version });
  const endpoint = endpoints.get(path);
  if (endpoint === undefined) {
    const known = ['/healthz', ...endpoints.keys()].join(', ');
    return answerJson(response, 404, {
      error: { code: 'not_found', cause: 'There is nothing at this path.', remedy: `Paths: ${known}.` },
    });
  }
  const body = await readBody(request, BODY_LIMIT);
  if (body.ok) return await endpoint.handle(request, response, body.value);
  response.setHeader('connection', 'close');
  answerRpcError(response, body.status, body.message, body.code);
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?')[0] ?? '/';
}

function assertLoopback(host: string): void {
  if (LOOPBACK.test(host)) return;
  throw new SluiceError('forbidden', {
    cause: `${host} is not on loopback, and this server has no logins yet: logins come later.`,
    remedy: 'Serve on 127.0.0.1, and reach it from elsewhere through a tunnel that asks who you are.',
    rule: 'loopback',
  });
}

async function listen(server: Server, { host, port }: HttpOptions): Promise<string> {
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(port, host.replace(/^\[|\]$/g, ''), () => ready());
  }).catch((thrown: unknown) => {
    throw new SluiceError('precondition', {
      cause: `Cannot listen on ${host}:${port}: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
      remedy: 'Choose another port with --http HOST:PORT; port 0 takes a free one.',
    });
  });
  const address = server.address();
  const taken = address === null || typeof address === 'string' ? port : address.port;
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${taken}/mcp`;
}
