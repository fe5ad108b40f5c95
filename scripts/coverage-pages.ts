import { code, plain, table } from './markdown.ts';
import { PROMISES } from './promise-titles.ts';
import { SCENARIO_GROUPS } from './scenario-titles.ts';
import type { TestName } from './test-names.ts';
import { WORKFLOW_GROUPS } from './workflow-scenario-titles.ts';

export type Coverage = ReadonlyMap<string, readonly TestName[]>;

const GROUPS = [...SCENARIO_GROUPS, ...WORKFLOW_GROUPS];

/** The acceptance scenarios that a test's name carries: `Z-S1`, `Z-T13`, `W-K04`. */
export function scenariosIn(title: string): string[] {
  return [...title.matchAll(/\b([ZW])-([A-Z])(\d+)\b/g)].map(([, sheet = '', letter = '', number]) =>
    scenarioId(sheet, letter, Number(number)),
  );
}

/** As the sheets write it: two digits in the workflows' one. */
function scenarioId(sheet: string, letter: string, number: number): string {
  return `${sheet}-${letter}${sheet === 'W' ? String(number).padStart(2, '0') : number}`;
}

/** `promise 7`, `promises 43 and 47`. */
export function promisesIn(title: string): string[] {
  return [...title.matchAll(/\bpromises? (\d+(?:(?:, | and |, and )\d+)*)/g)].flatMap(([, list = '']) =>
    list.split(/\D+/).map((number) => String(Number(number))),
  );
}

export function coverage(names: readonly TestName[], numbersIn: (title: string) => string[]): Coverage {
  const found = new Map<string, TestName[]>();
  for (const name of names) {
    for (const number of new Set(numbersIn(name.title)))
      found.set(number, [...(found.get(number) ?? []), name]);
  }
  return found;
}

export function scenariosPage(names: readonly TestName[]): string {
  const covered = coverage(names, scenariosIn);
  const groups = GROUPS.map(({ sheet, letter, title, scenarios }) => ({
    title,
    rows: scenarios.map((scenario, index) => ({ id: scenarioId(sheet, letter, index + 1), title: scenario })),
  }));
  const all = groups.flatMap(({ rows }) => rows);
  demandKnown(covered, all, 'scenario');
  const open = all.filter(({ id }) => !covered.has(id));
  const lines = [
    '# Acceptance scenarios',
    '',
    'GENERATED from the names of the tests by `npm run docs`; do not edit.',
    '',
    `A test carries the number of its scenario in its name, as \`Z-S1\` (z-stream) or \`W-K04\` (workflows). ${all.length - open.length} of ${all.length} scenarios have one. † runs only with recorded data (\`SLUICE_CORPUS\`).`,
    '',
    '## Open',
    '',
    ...listed(open.map(({ id, title }) => `- ${id}: ${plain(title)}`)),
  ];
  for (const group of groups) {
    const rows = group.rows.map(({ id, title }) => [id, plain(title), ...testsOf(covered, id)]);
    lines.push('', `## ${group.title}`, '', table(['number', 'scenario', 'test', 'file'], rows));
  }
  return `${lines.join('\n')}\n`;
}

export function promisesPage(names: readonly TestName[]): string {
  const covered = coverage(names, promisesIn);
  const all = PROMISES.map((title, index) => ({ id: String(index + 1), title }));
  demandKnown(covered, all, 'promise');
  const open = all.filter(({ id }) => !covered.has(id));
  const rows = all.map(({ id, title }) => [id, plain(title), ...testsOf(covered, id)]);
  return [
    '# Promises',
    '',
    'GENERATED from the names of the tests by `npm run docs`; do not edit.',
    '',
    `A test that proves a promise carries its number in its name, as \`promise 3\`. ${all.length - open.length} of ${all.length} promises have one.`,
    '',
    '## Open',
    '',
    ...listed(open.map(({ id, title }) => `- ${id}: ${plain(title)}`)),
    '',
    '## All',
    '',
    table(['number', 'promise', 'test', 'file'], rows),
    '',
  ].join('\n');
}

function testsOf(covered: Coverage, id: string): [string, string] {
  const tests = covered.get(id);
  if (tests === undefined) return ['**open**', ''];
  const files = [...new Set(tests.map(({ file }) => file))];
  const titles = tests.map(({ title, needsData }) => `${plain(title)}${needsData ? ' †' : ''}`);
  return [titles.join('<br>'), files.map(code).join('<br>')];
}

function listed(items: readonly string[]): readonly string[] {
  return items.length === 0 ? ['None.'] : items;
}

function demandKnown(covered: Coverage, all: readonly { id: string }[], what: string): void {
  const known = new Set(all.map(({ id }) => id));
  for (const [id, [test]] of covered) {
    if (!known.has(id))
      throw new Error(`${test?.file}: "${test?.title}" names ${what} ${id}, which there is not`);
  }
}
