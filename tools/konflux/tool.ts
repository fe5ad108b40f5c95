import { toolsOf } from '../../src/kit/tool.ts';
import type { KonfluxClient } from './client.ts';

export const defineTool = toolsOf<KonfluxClient>();

/** A tool call as an agent can make it, for `next`. */
export function call(tool: string, args: Record<string, string | undefined>): string {
  return `${tool} ${JSON.stringify(args)}`;
}
