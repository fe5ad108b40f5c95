import { type McpRequestContext, McpServer } from '@modelcontextprotocol/server';
import type { App } from '../app.ts';
import { stateHome } from '../kit/settings.ts';
import { createCatalog, type FaceOptions } from './catalog.ts';
import { instructionsFor } from './instructions.ts';
import { registerPrompts } from './prompts.ts';
import { RequestStates } from './request-state.ts';
import { registerResources } from './resources.ts';
import { registerTools, verifyState } from './wire.ts';

/** Tools are fixed when the server starts, so that clients may keep the list for a while. */
const LIST_TTL_MS = 300_000;

/** Makes servers that all offer the same: one for a connection, or for a request over HTTP. */
export function createServerFactory(
  app: App,
  options: FaceOptions,
  session = '',
): (request?: Pick<McpRequestContext, 'era'>) => McpServer {
  const { scope, listed } = createCatalog(app, options);
  const instructions = instructionsFor(scope);
  const hint = { ttlMs: LIST_TTL_MS, cacheScope: 'private' as const };
  const states = new RequestStates(stateHome(app.loaded), app.clock);
  return (request) => {
    const face = { app, states, era: request?.era ?? ('legacy' as const), session };
    const server: McpServer = new McpServer(
      { name: 'sluice', title: 'Sluice release engine', version: app.version },
      {
        instructions,
        requestState: { verify: (text, context) => verifyState(server, text, context, face) },
        capabilities: {
          tools: { listChanged: false },
          prompts: { listChanged: false },
          resources: { listChanged: false },
        },
        cacheHints: {
          'tools/list': hint,
          'prompts/list': hint,
          'resources/list': hint,
          'server/discover': hint,
        },
      },
    );
    registerTools(server, listed, face);
    registerPrompts(server, scope);
    registerResources(server, scope);
    return server;
  };
}
