import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { controlTable } from '../src/flow/evidence/controls.ts';
import { parseFlow } from '../src/flow/load.ts';
import { modules } from '../tools/modules.ts';
import { promisesPage, scenariosPage } from './coverage-pages.ts';
import { flowPicture } from './flow-picture.ts';
import { approvalTables, policyTable, stepTable } from './flow-tables.ts';
import { ROOT, readText } from './modules.ts';
import { personasPage } from './personas-page.ts';
import { withRegions } from './regions.ts';
import { flowSchema, settingsSchema } from './schemas.ts';
import { testNames } from './test-names.ts';
import { toolsPage } from './tool-table.ts';

const FLOW_PAGE = 'docs/KONFLUX_RELEASE_FLOW.md';

/** What is generated, by path: whole files, and files with a generated region between markers. */
export function generated(): Map<string, string> {
  const flow = zStream();
  const picture = `\`\`\`mermaid\n${flowPicture(flow)}\n\`\`\``;
  const names = testNames();
  return new Map([
    ['docs/tools.md', toolsPage(modules)],
    ['docs/personas.md', personasPage(modules)],
    ['docs/scenarios.md', scenariosPage(names)],
    ['docs/promises.md', promisesPage(names)],
    ['docs/schemas/sluice.schema.json', jsonText(settingsSchema(modules))],
    ['docs/schemas/flow.schema.json', jsonText(flowSchema())],
    ['docs/evidence.md', withRegions('docs/evidence.md', { 'evidence controls': controlTable() })],
    ['README.md', withRegions('README.md', { 'flow z-stream': picture })],
    [
      FLOW_PAGE,
      withRegions(FLOW_PAGE, {
        'flow z-stream': picture,
        'steps z-stream': stepTable(flow),
        'policy z-stream': policyTable(flow),
        'approvals z-stream': approvalTables(flow),
      }),
    ],
  ]);
}

/** Paths whose text is not what would be generated now. */
export function stale(): string[] {
  return [...generated()].filter(([path, text]) => present(path) !== text).map(([path]) => path);
}

function zStream() {
  const file = 'skills/z-stream/flow.yaml';
  return parseFlow(readText(file), file);
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function present(path: string): string | undefined {
  try {
    return readText(path);
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const old = stale();
  if (process.argv.includes('--check')) {
    for (const path of old) process.stdout.write(`${path} is stale: run npm run docs\n`);
    process.exitCode = old.length === 0 ? 0 : 1;
  } else {
    const texts = generated();
    for (const path of old) {
      mkdirSync(dirname(join(ROOT, path)), { recursive: true });
      writeFileSync(join(ROOT, path), texts.get(path) ?? '');
      process.stdout.write(`${path} written\n`);
    }
  }
}
