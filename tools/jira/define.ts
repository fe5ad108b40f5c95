import { z } from 'zod';
import type { EffectOutcome } from '../../src/kit/effect.ts';
import { cleanText } from '../../src/kit/text.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import type { JiraClient } from './client.ts';
import { ISSUE_KEY } from './keys.ts';

export const defineTool = toolsOf<JiraClient>();

export const Key = z.string().max(60).regex(ISSUE_KEY, 'an issue key such as OCPBUGS-86101');

export const Project = z
  .string()
  .max(40)
  .regex(/^[A-Z][A-Z0-9_]*$/, 'a project key such as OCPBUGS');

/** Without what a person would not see: also Jira shows it to people. */
export const Line = z
  .string()
  .min(1)
  .max(255)
  .overwrite((text) => cleanText(text, 255))
  .regex(/^(?=.*\S)[^\p{Cc}]+$/u, 'one line of text');

export const Markdown = z.string().max(20_000).meta({
  description: 'Markdown; mentions in it call nobody.',
});

export const Label = z.string().max(255).regex(/^\S+$/, 'a label holds no blanks');

export const Who = Line.meta({ description: 'me, an id, an address or the whole name; never a part of it.' });

export const Person = z.object({ id: z.string(), name: z.string() });

export const NaturalKey = z.string().min(1).max(300).regex(/\S/).optional();

export const Day = z.iso.date();

/** What every write answers besides its own fields. */
export const Written = {
  outcome: z
    .enum(['sent', 'found', 'adopted'])
    .meta({ description: 'sent by this call; found or adopted: it stood already' }),
  url: z.string(),
  summary: z.string(),
  next: z.string().nullable(),
};

export function outcomeOf(done: readonly EffectOutcome[]): EffectOutcome['outcome'] {
  return done.find(({ outcome }) => outcome === 'sent')?.outcome ?? done[0]?.outcome ?? 'adopted';
}

/** `Sent` for what this call did, `stood` for what was there. */
export function told(done: readonly EffectOutcome[], did: string, stood: string): string {
  return outcomeOf(done) === 'sent' ? did : stood;
}
