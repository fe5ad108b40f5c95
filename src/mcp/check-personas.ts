import { SluiceError } from '../kit/errors.ts';
import { nearest } from '../kit/suggest.ts';
import { covers, type Persona } from './personas.ts';

export interface WhatThereIs {
  tools: readonly string[];
  skills: readonly string[];
  flows: readonly string[];
}

/** Refuses a manifest that names a tool, flow or skill that there is not, or a core tool that it does not have. */
export function assertPersonas(personas: Iterable<Persona>, there: WhatThereIs): void {
  for (const persona of personas) {
    const named: [string, readonly string[], readonly string[]][] = [
      ['tools', persona.tools, there.tools],
      ['core', persona.core, there.tools.filter((tool) => covers(persona.tools, tool))],
      ['flows', persona.flows, there.flows],
      ['advises', persona.advises, there.flows],
      ['skills', persona.skills, there.skills],
    ];
    for (const [key, patterns, names] of named) {
      const stranger = patterns.find((pattern) => !names.some((name) => covers([pattern], name)));
      if (stranger === undefined) continue;
      const hint = nearest(stranger, [...names]);
      throw new SluiceError('invalid_input', {
        cause: `Persona ${persona.persona}: ${key} names ${JSON.stringify(stranger)}, which fits nothing${key === 'core' ? ' among its own tools' : ''}.`,
        remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}Correct the manifest; \`sluice tools\` and \`sluice skills\` say what there is.`,
      });
    }
  }
}
