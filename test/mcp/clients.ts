import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport as LegacyTransport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { QUICK } from '../support/quick.ts';
import { ENTRY, type World } from './world.ts';

const Tool = z.looseObject({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.looseObject({}),
  outputSchema: z.looseObject({}).optional(),
  annotations: z.looseObject({}).optional(),
});
export type Tool = z.output<typeof Tool>;

const Result = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});

interface Answer {
  data: Record<string, unknown> | undefined;
  text: string;
  isError: boolean;
}

/** The same few verbs over the client of either era. */
export interface Agent {
  era: string;
  instructions(): string;
  tools(): Promise<Tool[]>;
  call(name: string, args?: Record<string, unknown>, onprogress?: (message: string) => void): Promise<Answer>;
  prompts(): Promise<unknown>;
  prompt(name: string, args?: Record<string, string>): Promise<unknown>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What the person in front of a client does with a form. */
export interface FormAnswer {
  action: 'accept' | 'decline' | 'cancel';
  content?: Record<string, string | number | boolean>;
}
/** Absent: the client cannot ask anybody. */
export type Person = (message: string) => FormAnswer | Promise<FormAnswer>;
const yes: FormAnswer = { action: 'accept', content: { confirm: true } };
/** Says yes to whatever comes. */
export const yesMan: Person = () => yes;
const FORMS = { capabilities: { elicitation: { form: {} } } };

interface Spawned {
  world: World;
  args?: readonly string[];
  /** Is given what the server says on stderr. */
  log?: (text: string) => void;
}
export type Place = Spawned | { url: string };
const INFO = { name: 'test-client', version: '1.0.0' };

export async function connectModern(place: Place, person?: Person): Promise<Agent> {
  const options = { versionNegotiation: { mode: 'auto' as const }, ...(person === undefined ? {} : FORMS) };
  const client = new ModernClient(INFO, options);
  if (person !== undefined)
    client.setRequestHandler('elicitation/create', async ({ params }) => ({
      ...(await person(params.message)),
    }));
  const transport = 'url' in place ? new ModernHttp(new URL(place.url)) : new ModernStdio(command(place));
  if (transport instanceof ModernStdio && 'log' in place)
    transport.stderr?.on('data', (chunk: Buffer) => place.log?.(chunk.toString()));
  await client.connect(transport);
  return {
    era: client.getProtocolEra() ?? 'none',
    instructions: () => client.getInstructions() ?? '',
    // A held list would hide a changed one.
    tools: async () =>
      z.array(Tool).parse((await client.listTools(undefined, { cacheMode: 'refresh' })).tools),
    call: async (name, args = {}, onprogress) =>
      answerOf(await client.callTool({ name, arguments: args }, progressOf(onprogress))),
    prompts: async () => (await client.listPrompts()).prompts,
    prompt: async (name, args) =>
      (await client.getPrompt({ name, ...(args === undefined ? {} : { arguments: args }) })).messages,
    [Symbol.asyncDispose]: async () => await client.close(),
  };
}

const Asked = z.looseObject({
  resultType: z.literal('input_required'),
  inputRequests: z.record(
    z.string(),
    z.looseObject({ method: z.string(), params: z.looseObject({ message: z.string() }) }),
  ),
  requestState: z.string(),
});

/** What a call was answered with: a question, or the tool's answer. */
export type Round =
  | { asked: string; requests: Record<string, unknown>; state: string }
  | (Answer & { asked: undefined });

export interface Retry {
  requestState?: string;
  inputResponses?: Record<string, unknown>;
}

/** A client of 2026 that answers questions as the test says, true or not. Protocol errors are thrown. */
export interface HandClient {
  call(name: string, args: Record<string, unknown>, retry?: Retry): Promise<Round>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function connectByHand(place: Place, info = INFO): Promise<HandClient> {
  const client = new ModernClient(info, {
    versionNegotiation: { mode: 'auto' },
    inputRequired: { autoFulfill: false },
    ...FORMS,
  });
  await client.connect('url' in place ? new ModernHttp(new URL(place.url)) : new ModernStdio(command(place)));
  return {
    call: async (name, args, retry = {}) => {
      const params = { name, arguments: args, ...retry };
      const raw: unknown = await client.request(
        { method: 'tools/call', params },
        { allowInputRequired: true },
      );
      const asked = Asked.safeParse(raw);
      if (!asked.success) return { asked: undefined, ...answerOf(raw) };
      const { inputRequests, requestState } = asked.data;
      const [first] = Object.values(inputRequests);
      return { asked: first?.params.message ?? '', requests: inputRequests, state: requestState };
    },
    [Symbol.asyncDispose]: async () => await client.close(),
  };
}

export async function connectLegacy(place: Place, person?: Person): Promise<Agent> {
  const client = new LegacyClient(INFO, person === undefined ? {} : FORMS);
  if (person !== undefined)
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => ({
      ...(await person(params.message)),
    }));
  const transport = 'url' in place ? new LegacyHttp(new URL(place.url)) : new LegacyStdio(command(place));
  // The class of the old SDK has an optional field where its interface has none.
  await client.connect(transport as LegacyTransport);
  return {
    era: 'legacy',
    instructions: () => client.getInstructions() ?? '',
    tools: async () => z.array(Tool).parse((await client.listTools()).tools),
    call: async (name, args = {}, onprogress) =>
      answerOf(await client.callTool({ name, arguments: args }, undefined, progressOf(onprogress))),
    prompts: async () => (await client.listPrompts()).prompts,
    prompt: async (name, args) =>
      (await client.getPrompt({ name, ...(args === undefined ? {} : { arguments: args }) })).messages,
    [Symbol.asyncDispose]: async () => await client.close(),
  };
}

function command({ world, args = [], log }: Spawned) {
  const stderr = log === undefined ? ('ignore' as const) : ('pipe' as const);
  const env = log === undefined ? world.env : { ...world.env, SLUICE_LOG: 'info' };
  return { command: process.execPath, args: ['--import', QUICK, ENTRY, ...args], env, stderr };
}

function progressOf(onprogress: ((message: string) => void) | undefined) {
  return onprogress === undefined
    ? {}
    : { onprogress: ({ message }: { message?: string | undefined }) => onprogress(message ?? '') };
}

function answerOf(raw: unknown): Answer {
  const { content, structuredContent, isError } = Result.parse(raw);
  return {
    data: structuredContent,
    text: content.map(({ text }) => text ?? '').join('\n'),
    isError: isError ?? false,
  };
}
