import { z } from 'zod';
import type { InputDefinition } from '../flow/definition.ts';
import type { Skill } from '../flow/skills.ts';
import { SluiceError } from '../kit/errors.ts';
import { nearest } from '../kit/suggest.ts';
import type { FaceTool } from './face-tool.ts';
import { ownTool } from './own-tool.ts';
import type { Scope } from './scope.ts';

const MOST_TEXT = 16_000;

export function skillTools(scope: Scope): FaceTool[] {
  return [
    ownTool({
      name: 'skill_list',
      title: 'List skills',
      description: 'The skills of this persona: what each is for, and the flow that it drives, if any.',
      effect: 'read',
      input: z.object({}),
      output: z.object({
        skills: z.array(z.object({ name: z.string(), description: z.string(), flow: z.string().nullable() })),
        summary: z.string(),
      }),
      run: async () => {
        const skills = scope
          .skills()
          .map(({ name, description, flow }) => ({ name, description, flow: flow?.flow ?? null }));
        return { skills, summary: `${skills.length} skills: ${skills.map(({ name }) => name).join(', ')}.` };
      },
    }),
    ownTool({
      name: 'skill_get',
      title: 'Read a skill',
      description:
        'The text of a skill (what to know and to look at), and the inputs of its flow, if it has one.',
      effect: 'read',
      input: z.object({ name: z.string() }),
      output: z.object({
        name: z.string(),
        description: z.string(),
        text: z.string(),
        truncated: z.boolean(),
        flow: z.string().nullable(),
        inputs: z.record(z.string(), z.looseObject({ type: z.string(), required: z.boolean() })),
        summary: z.string(),
      }),
      run: async ({ name }) => answer(demandSkill(scope, name)),
    }),
  ];
}

function answer({ name, description, text, flow }: Skill) {
  const inputs: Record<string, InputDefinition> = flow?.inputs ?? {};
  return {
    name,
    description,
    text: text.slice(0, MOST_TEXT),
    truncated: text.length > MOST_TEXT,
    flow: flow?.flow ?? null,
    inputs,
    summary:
      flow === undefined
        ? `${name} is text alone: it drives no flow.`
        : `${name} drives the flow ${flow.flow} with ${Object.keys(inputs).join(', ')}.`,
  };
}

function demandSkill(scope: Scope, name: string): Skill {
  const skills = scope.skills();
  const plain = name.replaceAll('_', '-');
  const skill = skills.find((one) => one.name === plain);
  if (skill !== undefined) return skill;
  const names = skills.map((one) => one.name);
  const hint = nearest(plain, names);
  throw new SluiceError('not_found', {
    cause: `Persona ${scope.names} has no skill ${JSON.stringify(name)}.`,
    remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}Skills: ${names.join(', ') || 'none'}.`,
  });
}
