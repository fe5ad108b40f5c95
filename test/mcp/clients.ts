import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport as LegacyTransport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { z } from 'zod';
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

export type Place = { world: World; args?: readonly string[] } | { url: string };
const INFO = { name: 'test-client', version: '1.0.0' };

export async function connectModern(place: Place): Promise<Agent> {
  const client = new ModernClient(INFO, { versionNegotiation: { mode: 'auto' } });
  await client.connect('url' in place ? new ModernHttp(new URL(place.url)) : new ModernStdio(command(place)));
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

export async function connectLegacy(place: Place): Promise<Agent> {
  const client = new LegacyClient(INFO);
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

function command({ world, args = [] }: { world: World; args?: readonly string[] }) {
  return { command: process.execPath, args: [ENTRY, ...args], env: world.env, stderr: 'ignore' as const };
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
