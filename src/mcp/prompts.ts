import type { GetPromptResult, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Flow } from '../flow/definition.ts';
import type { Scope } from './scope.ts';

/** A role to take on for each persona, and a way to drive each flow. */
export function registerPrompts(server: McpServer, scope: Scope): void {
  for (const { persona, title, role } of scope.personas) {
    server.registerPrompt(persona, { title, description: `The role of ${title}.` }, () => said(role));
  }
  for (const flow of scope.flows()) {
    const argsSchema = z.object(argumentsOf(flow));
    server.registerPrompt(
      `drive-${flow.flow}`,
      {
        title: `Drive: ${flow.title}`,
        description: flow.description ?? `Drives ${flow.title} as far as it goes now.`,
        argsSchema,
      },
      (inputs) => said(driveText(flow, inputs)),
    );
  }
}

/** Prompt arguments are text in the protocol; the engine reads them as the flow declares them. */
function argumentsOf(flow: Flow): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(flow.inputs).map(([name, { description, example, required }]) => {
      const text = z
        .string()
        .meta({ description: [description, example].filter((part) => part !== undefined).join(', e.g. ') });
      return [name, required ? text : text.optional()];
    }),
  );
}

function driveText(flow: Flow, inputs: Record<string, unknown>): string {
  const call = JSON.stringify({ flow: flow.flow, inputs });
  return `Drive ${flow.title}: call release_drive with ${call}. Report the phase, the steps that moved, and what is waited for until when. Where a person must approve or decide, give the exact command from blocked_by[].remedy and stop.`;
}

function said(text: string): GetPromptResult {
  return { messages: [{ role: 'user', content: { type: 'text', text } }] };
}
