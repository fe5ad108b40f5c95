import { McpServer } from '@modelcontextprotocol/server';
import type { App } from '../app.ts';
import { createCatalog, type FaceOptions } from './catalog.ts';
import { instructionsFor } from './instructions.ts';
import { registerPrompts } from './prompts.ts';
import { registerResources } from './resources.ts';
import { registerTool } from './wire.ts';

/** Tools are fixed when the server starts, so that clients may keep the list for a while. */
const LIST_TTL_MS = 300_000;

/** Makes servers that all offer the same: one for a connection, or for a request over HTTP. */
export function createServerFactory(app: App, options: FaceOptions): () => McpServer {
  const { scope, listed } = createCatalog(app, options);
  const instructions = instructionsFor(scope);
  const hint = { ttlMs: LIST_TTL_MS, cacheScope: 'private' as const };
  return () => {
    const server = new McpServer(
      { name: 'sluice', title: 'Sluice release engine', version: app.version },
      {
        instructions,
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
    for (const tool of listed) registerTool(server, tool, app);
    registerPrompts(server, scope);
    registerResources(server, scope);
    return server;
  };
}
