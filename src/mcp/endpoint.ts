import type { IncomingMessage, ServerResponse } from 'node:http';
import { type NodeIncomingMessageLike, toNodeHandler, toWebRequest } from '@modelcontextprotocol/node';
import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server';
import type { App } from '../app.ts';
import type { FaceOptions } from './catalog.ts';
import { createServerFactory } from './server.ts';
import { Sessions } from './sessions.ts';

export interface Endpoint {
  handle(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void>;
  close(): Promise<void>;
}

/** One path for both eras: stateless for clients of 2026, sessions for those before. */
export function createEndpoint(app: App, options: FaceOptions): Endpoint {
  const factory = createServerFactory(app, options);
  const onerror = (err: Error) => app.log.debug({ err }, 'http');
  const modern = createMcpHandler(factory, { legacy: 'reject', onerror });
  const handleModern = toNodeHandler(modern, { onerror });
  const sessions = new Sessions(factory);
  return {
    handle: async (request, response, body) => {
      const like = likeOf(request);
      const legacy = await isLegacyRequest(await toWebRequest(like, body), body);
      if (legacy) await sessions.handle(request, response, body);
      else await handleModern(like, response, body);
    },
    close: async () => {
      await Promise.all([modern.close(), sessions.close()]);
    },
  };
}

/** What the SDK reads of a request, with its own idea of absent fields. */
function likeOf(request: IncomingMessage): NodeIncomingMessageLike {
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: request.headers,
    [Symbol.asyncIterator]: () => request[Symbol.asyncIterator](),
  };
}
