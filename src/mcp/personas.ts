import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { SluiceError } from '../kit/errors.ts';
import { nearest } from '../kit/suggest.ts';
import { issuesText } from '../kit/zod-error.ts';

const PersonaFile = z.strictObject({
  persona: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  /** Names, or patterns with `*`, of the tools that are seen and callable. */
  tools: z.array(z.string()).default([]),
  /** The part of `tools` that a client sees at once; the rest is found by tool_search. */
  core: z.array(z.string()).default([]),
  flows: z.array(z.string()).default([]),
  /** Flows that it may file recommendations for without being able to drive them. */
  advises: z.array(z.string()).default([]),
  skills: z.array(z.string()).default([]),
  role: z.string(),
});
export type Persona = z.output<typeof PersonaFile>;

export function loadPersonas(folders: readonly string[]): Map<string, Persona> {
  const personas = new Map<string, Persona>();
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)
      .filter((file) => file.endsWith('.yaml'))
      .sort()) {
      const file = join(folder, name);
      const parsed = PersonaFile.safeParse(parseDocument(readFileSync(file, 'utf8')).toJS());
      if (!parsed.success) {
        throw new SluiceError('invalid_input', {
          cause: `${file}: ${issuesText(parsed.error)}.`,
          remedy: 'A persona names: persona, title, tools, core, flows, advises, skills, role.',
        });
      }
      personas.set(parsed.data.persona, parsed.data);
    }
  }
  return personas;
}

export function demandPersona(personas: ReadonlyMap<string, Persona>, name: string): Persona {
  const persona = personas.get(name);
  if (persona !== undefined) return persona;
  const names = [...personas.keys()];
  const hint = nearest(name, names);
  throw new SluiceError('not_found', {
    cause: `There is no persona ${JSON.stringify(name)}.`,
    remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}Personas: ${names.join(', ')}.`,
  });
}

/** Whether a persona's list covers a name; `*` stands for any part. */
export function covers(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => {
    if (!pattern.includes('*')) return pattern === name;
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
  });
}
