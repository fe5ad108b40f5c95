import { z } from 'zod';
import { toolsOf } from '../../src/kit/tool.ts';
import type { BonfireClient } from './client.ts';

export const defineTool = toolsOf<BonfireClient>();

export const Name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'a Kubernetes name');

/** One reservation; either will do. */
export const WHICH = {
  reservation: Name.optional().meta({ description: 'Its own name.' }),
  namespace: Name.max(63).optional().meta({ description: 'Or the namespace that it holds.' }),
};

/** A tool call as an agent can make it, for `next`. */
export function call(tool: string, args: object): string {
  return `${tool} ${JSON.stringify(args)}`;
}
