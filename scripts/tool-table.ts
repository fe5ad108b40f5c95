import type { AnyModule } from '../src/kit/module.ts';
import { argumentsOf } from '../src/kit/registry.ts';
import type { AnyTool } from '../src/kit/tool.ts';
import { folderOf } from './modules.ts';

/** docs/tools.md: every tool of every module. */
export function toolsPage(modules: readonly AnyModule[]): string {
  const tools = modules.flatMap((module) => module.tools);
  const writes = tools.filter((tool) => tool.effect !== 'read');
  const lines = [
    '# Tools',
    '',
    'GENERATED from the registry by `npm run docs`; do not edit.',
    '',
    `${tools.length} tools in ${modules.length} modules; ${writes.length} of them change something outside.`,
    'A `?` marks an optional argument. `sluice tools --json` prints the whole schemas.',
    '',
  ];
  for (const module of [...modules].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    lines.push(
      `## ${module.name}: ${module.title}`,
      '',
      `Settings and notes: [README](../${folderOf(module)}/README.md).`,
      '',
    );
    if (module.tools.length === 0) lines.push('It offers no tools; other modules use its client.', '');
    for (const tool of [...module.tools].sort((a, b) => (a.name < b.name ? -1 : 1)))
      lines.push(...describe(tool), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function describe(tool: AnyTool): string[] {
  const lines = [
    `### \`${tool.name}\``,
    '',
    `${tool.title}. Effect: **${tool.effect}**.`,
    '',
    oneLine(tool.description),
    '',
  ];
  lines.push(`- arguments: \`{ ${argumentsOf(tool)} }\``);
  lines.push(`- returns: \`{ ${Object.keys(tool.output.shape).join(', ')} }\``);
  if (tool.key !== undefined) lines.push(`- natural keys: ${oneLine(tool.key)}`);
  if (tool.settles !== undefined) lines.push(`- settles: ${tool.settles}`);
  return lines;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
