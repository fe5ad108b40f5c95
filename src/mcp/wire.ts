import {
  type CallToolResult,
  CLIENT_INFO_META_KEY,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { App } from '../app.ts';
import { errorReport, SluiceError } from '../kit/errors.ts';
import { oneLine } from '../kit/text.ts';
import { type Caller, type FaceTool, hintsOf } from './face-tool.ts';
import { inputSchemaOf, outputSchemaOf, shown } from './json-schema.ts';
import { asRecord } from './record.ts';

const Client = z.object({ name: z.string(), version: z.string() });

export function registerTool(server: McpServer, tool: FaceTool, app: App): void {
  const { name, title, description, effect } = tool;
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: shown(inputSchemaOf(tool.input)),
      outputSchema: shown(outputSchemaOf(tool.output)),
      annotations: { title, ...hintsOf(effect) },
    },
    async (input, context) => {
      try {
        return answer(await tool.run(input, callerOf(server, context, app)));
      } catch (thrown) {
        return refusal(thrown, name, app);
      }
    },
  );
}

/** Clients that know structured results read those alone; the text is for older ones. */
function answer(result: unknown): CallToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(result) }],
    structuredContent: asRecord(result),
  };
}

/** Clients show a model the text of an error and nothing else. */
function refusal(thrown: unknown, tool: string, app: App): CallToolResult {
  const { code, cause, remedy } = errorReport(thrown);
  if (thrown instanceof SluiceError) app.log.debug({ tool, code, cause }, 'refused');
  else app.log.error({ err: thrown, tool }, 'a tool failed unexpectedly');
  const text = app.redactor.text(`${code}: ${cause}\nremedy: ${remedy}`);
  return { content: [{ type: 'text', text }], isError: true };
}

function callerOf(server: McpServer, { mcpReq }: ServerContext, app: App): Caller {
  const agent = agentOf(mcpReq.envelope ?? {}) ?? nameOf(server.server.getClientVersion());
  const token = mcpReq._meta?.progressToken;
  let told = 0;
  return {
    principal: { ...app.principal, face: 'mcp', ...(agent === undefined ? {} : { agent }) },
    signal: mcpReq.signal,
    progress: (message) => {
      if (token === undefined) return;
      told += 1;
      const params = { progressToken: token, progress: told, message };
      // The client may be gone; the work goes on.
      mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
    },
  };
}

/** Clients of 2026 name themselves with every request, those before when they connect. */
function agentOf(envelope: Readonly<Record<string, unknown>>): string | undefined {
  const parsed = Client.safeParse(envelope[CLIENT_INFO_META_KEY]);
  return parsed.success ? nameOf(parsed.data) : undefined;
}

function nameOf(client: z.output<typeof Client> | undefined): string | undefined {
  return client === undefined ? undefined : oneLine(`${client.name}/${client.version}`, 100);
}
