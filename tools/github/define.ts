import { z } from 'zod';
import type { EffectOutcome } from '../../src/kit/effect.ts';
import { oneLine } from '../../src/kit/text.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import type { GitHubClient } from './client.ts';

export const defineTool = toolsOf<GitHubClient>();

export const Repo = z
  .string()
  .max(140)
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*\/[\w.-]+$/, 'is owner/name')
  .describe('owner/name');
export const PullNumber = z.int().min(1).describe('number of the pull request');
/** What git takes as the name of a branch or tag; `..` would make a range of it. */
export const RefName = z
  .string()
  .min(1)
  .max(240)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: git refuses them in names
  .regex(/^(?![-/.])(?!.*(\.\.|@\{|\/\/))[^\u0000- ~^:?*[\\\u007f]+(?<![/.])$/, 'is no name that git takes');
export const Ref = RefName.describe('commit id, tag or branch');
export const FullId = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'all 40 digits of a commit id')
  .describe('40 digits');
export const Page = z.int().min(1).max(1_000).default(1).describe('next_page of the answer before');
export const limitOf = (usual: number, most = 100) => z.int().min(1).max(most).default(usual);

/** What every write answers. */
export const Written = {
  repository: z.string(),
  outcome: z.enum(['sent', 'found', 'adopted']),
  summary: z.string(),
  next: z.string().nullable(),
};

export function outcomeOf(done: readonly EffectOutcome[]): EffectOutcome['outcome'] {
  return done.some(({ outcome }) => outcome === 'sent') ? 'sent' : (done[0]?.outcome ?? 'adopted');
}

/** For a title or a subject among others. */
export function short(text: string | null | undefined, cap = 160): string {
  return oneLine(text ?? '', cap);
}

/** Lines and not one text, so that a long one is cut where it can be seen. */
export function linesOf(
  text: string | null | undefined,
  cap: number,
): { lines: string[]; truncated: boolean } {
  const whole = (text ?? '').replace(/\r\n?/g, '\n');
  const cut = whole.slice(0, cap);
  const lines = cut.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return { lines, truncated: cut.length < whole.length };
}

export function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export function shortId(commit: string): string {
  return commit.slice(0, 12);
}
