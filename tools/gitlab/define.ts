import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import type { Page } from './api.ts';
import type { GitLabClient } from './client.ts';
import { MERGE_REQUEST_URL, type MergeRequestAddress, parseMergeRequestUrl } from './merge-request-url.ts';

export const defineTool = toolsOf<GitLabClient>();

export const ProjectInput = z
  .string()
  .regex(/^(?:\d{1,12}|[\w.-]+(?:\/[\w.-]+)+)$/, 'a project is group/name or its number')
  .max(300)
  .meta({ description: 'group/name, or the number.' });

export const RefInput = z.string().min(1).max(255).meta({ description: 'Branch, tag or commit.' });

/** One merge request: its address, or project and number, never both. */
export const MERGE_REQUEST = {
  url: z.string().max(500).regex(MERGE_REQUEST_URL).optional().meta({ description: 'Its address.' }),
  project: ProjectInput.optional(),
  iid: z
    .union([z.int().min(1), z.string().max(300)])
    .optional()
    .meta({ description: 'With project: its number, as 12, "!12" or a text that names one.' }),
};

export interface MergeRequestInput {
  url?: string | undefined;
  project?: string | undefined;
  iid?: number | string | undefined;
}

export function mergeRequestOf({ url, project, iid }: MergeRequestInput): MergeRequestAddress {
  if (url !== undefined && project === undefined && iid === undefined) return parseMergeRequestUrl(url);
  if (url === undefined && project !== undefined && iid !== undefined) {
    return { project, iid: typeof iid === 'number' ? iid : numberNamedIn(iid) };
  }
  throw oneTarget('a merge request', 'Give url, or project and iid.');
}

export function oneTarget(what: string, remedy: string): SluiceError {
  return new SluiceError('invalid_input', {
    cause: `Exactly one target is wanted: ${what}.`,
    remedy,
    rule: 'gitlab.one-target',
  });
}

/** 12 of `12`, `!12` and `Check out !12`. */
function numberNamedIn(text: string): number {
  const bare = /^\s*(\d{1,10})\s*$/.exec(text)?.[1];
  const named = new Set([...text.matchAll(/(?<![\w/])!([1-9]\d{0,9})\b/g)].map(([, digits]) => digits));
  const [only] = named;
  const digits = bare ?? (named.size === 1 ? only : undefined);
  if (digits !== undefined && Number(digits) > 0) return Number(digits);
  throw new SluiceError('invalid_input', {
    cause: `${named.size > 1 ? 'More than one' : 'No'} merge request is named in iid.`,
    remedy: 'Give its number, e.g. 12 or "!12".',
  });
}

export const PAGE = {
  limit: z.int().min(1).max(50).default(20),
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'a cursor of an earlier answer')
    .optional(),
};

export const PAGE_OUTPUT = {
  truncated: z.boolean(),
  cursor: z.string().nullable().meta({ description: 'Give it to see what follows.' }),
};

export function pageWish({ limit, cursor }: { limit: number; cursor?: string | undefined }) {
  return { page: Number(cursor ?? 1), perPage: limit };
}

export function pageOutput({ next }: Page<unknown>) {
  return { truncated: next !== null, cursor: next === null ? null : String(next) };
}

/** A tool call as an agent can make it, for `next`. */
export function call(tool: string, args: Record<string, string | number | undefined>): string {
  return `${tool} ${JSON.stringify(args)}`;
}

export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n === 0 ? 'no' : n} ${n === 1 ? one : many}`;
}
