import { join } from 'node:path';
import { grantOf } from '../src/flow/graph.ts';
import { loadSkills } from '../src/flow/skills.ts';
import type { AnyModule } from '../src/kit/module.ts';
import { covers, loadPersonas, type Persona } from '../src/mcp/personas.ts';
import { code, plain, table } from './markdown.ts';
import { ROOT } from './modules.ts';

/** docs/personas.md: what each persona gets, and what its flows may use. */
export function personasPage(modules: readonly AnyModule[]): string {
  const skills = loadSkills([join(ROOT, 'skills')]);
  const personas = [...loadPersonas([join(ROOT, 'personas')]).values()];
  const lines = [
    '# Personas',
    '',
    'GENERATED from `personas/`, `skills/` and the registry by `npm run docs`; do not edit.',
    '',
    'A persona is what an agent gets: tools it may call, flows it may drive, skills it may read, and a role text. It is chosen when the server starts (`sluice serve --persona NAME`) or by the address (`/mcp/NAME`), and no call changes it. Its role text is offered as a prompt. A run of a flow may use the tools of that flow and no others, whatever the persona has.',
    '',
    table(
      ['persona', 'for', 'tools', 'flows'],
      personas.map((persona) => [
        `[${persona.persona}](#${persona.persona})`,
        plain(persona.title),
        String(toolsOf(persona, modules).length),
        persona.flows.map(code).join(', '),
      ]),
    ),
  ];
  for (const persona of personas) {
    const tools = toolsOf(persona, modules);
    const rows = modules.flatMap((module) => {
      const own = module.tools.filter(({ name }) => tools.includes(name));
      const writes = own.filter(({ effect }) => effect !== 'read').length;
      return own.length === 0
        ? []
        : [[code(module.name), `${own.length} of ${module.tools.length}`, String(writes)]];
    });
    lines.push('', `## ${persona.persona}`, '', `${persona.title}.`, '');
    lines.push(table(['module', 'tools', 'of them change something'], rows), '');
    lines.push(
      `Seen at once: ${persona.core.map(code).join(', ') || 'the engine’s tools'}. The rest is found by \`tool_search\`.`,
      '',
      `Skills: ${persona.skills.map(code).join(', ') || 'none'}.`,
    );
    for (const flow of persona.flows) {
      const found = [...skills.values()].find((skill) => skill.flow?.flow === flow)?.flow;
      if (found !== undefined)
        lines.push('', `Flow ${code(flow)} may use: ${grantOf(found).map(code).join(', ')}.`);
    }
    lines.push(
      '',
      'Role text:',
      '',
      ...persona.role
        .trimEnd()
        .split('\n')
        .map((line) => `> ${line}`.trimEnd()),
    );
  }
  return `${lines.join('\n')}\n`;
}

function toolsOf({ tools }: Persona, modules: readonly AnyModule[]): string[] {
  return modules
    .flatMap((module) => module.tools.filter(({ engineOnly }) => !engineOnly).map(({ name }) => name))
    .filter((name) => covers(tools, name));
}
