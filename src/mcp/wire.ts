import {
  type CallToolResult,
  CLIENT_INFO_META_KEY,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { App } from '../app.ts';
import { digestOf } from '../kit/canonical.ts';
import { errorReport, SluiceError } from '../kit/errors.ts';
import type { Principal } from '../kit/principal.ts';
import { oneLine } from '../kit/text.ts';
import { askerByRequest, askerByReturn, questionResult } from './ask-client.ts';
import { AskFirst } from './asking.ts';
import { type Caller, type FaceTool, hintsOf } from './face-tool.ts';
import { inputSchemaOf, outputSchemaOf, shown } from './json-schema.ts';
import { asRecord } from './record.ts';
import { type Holder, type RequestState, type RequestStates, StateRefused } from './request-state.ts';

const Client = z.object({ name: z.string(), version: z.string() });

/** What all the servers of a face share, and what a server is for. */
interface Face {
  app: App;
  states: RequestStates;
  era: 'legacy' | 'modern';
  /** Names the connection where the protocol has no name for it. */
  session: string;
}

/** Shows the tools, and answers their calls. */
export function registerTools(server: McpServer, tools: readonly FaceTool[], face: Face): void {
  for (const tool of tools) {
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
      () => {
        throw new Error('calls are answered below');
      },
    );
  }
  const named = new Map(tools.map((tool) => [tool.name, tool]));
  // Not by the library's own handler: that one makes a tool's error of a state that is not taken.
  server.server.setRequestHandler('tools/call', async ({ params }, context) => {
    const tool = named.get(params.name);
    if (tool === undefined) {
      const by = principalOf(server, context, face);
      face.app.log.warn({ tool: oneLine(params.name, 100), code: 'tool_missing', by }, 'refused');
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool ${params.name} not found`);
    }
    const call = () => digestOf([params.name, params.arguments ?? {}]);
    const state = context.mcpReq.requestState<RequestState>();
    if (state !== undefined && state.call !== call()) {
      const { release, step, plan } = state;
      face.app.log.warn({ tool: tool.name, release, step, plan }, 'a state came back with another call');
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid or expired requestState', {
        reason: 'invalid_request_state',
      });
    }
    const caller = callerOf(server, context, face, state);
    try {
      return answer(await tool.run(params.arguments ?? {}, caller));
    } catch (thrown) {
      if (!(thrown instanceof AskFirst)) return refusal(thrown, tool.name, caller.principal, face.app);
      const { release, step, plan } = thrown.matter;
      const holder = holderOf(server, context, face);
      return questionResult(
        thrown.matter,
        await face.states.mint({ call: call(), release, step, plan, ...holder }),
      );
    }
  });
}

/** Takes what a client brought back, once; a client hears no reason, the log does. */
export async function verifyState(
  server: McpServer,
  text: string,
  context: ServerContext,
  face: Face,
): Promise<RequestState> {
  try {
    return await face.states.open(text, holderOf(server, context, face));
  } catch (thrown) {
    const why = thrown instanceof StateRefused ? { why: thrown.message } : { err: thrown };
    face.app.log.warn({ method: context.mcpReq.method, ...why }, 'a state that came back is refused');
    throw thrown;
  }
}

/** Clients that know structured results read those alone; the text is for older ones. */
function answer(result: unknown): CallToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(result) }],
    structuredContent: asRecord(result),
  };
}

/** Refusals that somebody should see who looks after the server: a border was tried. */
const BORDERS: readonly string[] = [
  'forbidden',
  'needs_approval',
  'needs_confirmation',
  'tool_missing',
  'blocked',
];

/** Clients show a model the text of an error and nothing else. */
function refusal(thrown: unknown, tool: string, by: Principal, app: App): CallToolResult {
  const { code, cause, remedy } = errorReport(thrown);
  // Who tried what stands in the log: what was refused leaves no other trace.
  const level = BORDERS.includes(code) ? 'warn' : 'info';
  if (thrown instanceof SluiceError) app.log[level]({ tool, code, cause, by }, 'refused');
  else app.log.error({ err: thrown, tool }, 'a tool failed unexpectedly');
  const text = app.redactor.text(`${code}: ${cause}\nremedy: ${remedy}`);
  return { content: [{ type: 'text', text }], isError: true };
}

function callerOf(
  server: McpServer,
  context: ServerContext,
  face: Face,
  state: RequestState | undefined,
): Caller {
  const { mcpReq } = context;
  const token = mcpReq._meta?.progressToken;
  let told = 0;
  const progress = (message: string) => {
    if (token === undefined) return;
    told += 1;
    const params = { progressToken: token, progress: told, message };
    // The client may be gone; the work goes on.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
  return {
    principal: principalOf(server, context, face),
    signal: mcpReq.signal,
    progress,
    asker:
      face.era === 'modern'
        ? askerByReturn(context, state)
        : askerByRequest(server, context, progress, face.app.log),
  };
}

function principalOf(server: McpServer, { mcpReq }: ServerContext, { app }: Face): Principal {
  const agent = agentOf(mcpReq.envelope ?? {}) ?? nameOf(server.server.getClientVersion());
  return { ...app.principal, face: 'mcp', ...(agent === undefined ? {} : { agent }) };
}

function holderOf(server: McpServer, context: ServerContext, face: Face): Holder {
  const { id, agent } = principalOf(server, context, face);
  return { principal: id, session: `${context.sessionId ?? face.session} ${agent ?? ''}` };
}

/** Clients of 2026 name themselves with every request, those before when they connect. */
function agentOf(envelope: Readonly<Record<string, unknown>>): string | undefined {
  const parsed = Client.safeParse(envelope[CLIENT_INFO_META_KEY]);
  return parsed.success ? nameOf(parsed.data) : undefined;
}

function nameOf(client: z.output<typeof Client> | undefined): string | undefined {
  return client === undefined ? undefined : oneLine(`${client.name}/${client.version}`, 100);
}
