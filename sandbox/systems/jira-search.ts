import type { Jira, JiraIssue } from '../scenario/schema-jira.ts';

export interface Searchable {
  key: string;
  issue: JiraIssue;
  status: string;
  labels: readonly string[];
  /** Moments at which it became each status. */
  changes: readonly { at: number; to: string }[];
}

type Test = (one: Searchable) => boolean;

/** As much of JQL as a query of conditions joined by AND needs; undefined for anything else. */
export function parseJql(jql: string, jira: Jira): Test | undefined {
  const lists: string[][] = [];
  const flat = jql
    .replace(/\bin\s*\(([^()]*)\)/gi, (_all, inside: string) => {
      lists.push(inside.split(',').map(bare));
      return `in #${lists.length - 1}`;
    })
    .replace(/[()]/g, ' ');
  const tests = flat.split(/\s+AND\s+/i).map((clause) => clauseTest(clause.trim(), lists, jira));
  return tests.every((test) => test !== undefined)
    ? (one) => tests.every((test) => test?.(one) === true)
    : undefined;
}

function bare(word: string): string {
  return word.trim().replace(/^(['"])(.*)\1$/, '$2');
}

function clauseTest(clause: string, lists: readonly string[][], jira: Jira): Test | undefined {
  const changed = /^status changed to (\S+) after (['"])(\d{4}-\d{2}-\d{2})\2$/i.exec(clause);
  if (changed !== null) {
    const after = Date.parse(changed[3] ?? '');
    return ({ changes }) => changes.some(({ at, to }) => to === changed[1] && at > after);
  }
  const [, field = '', sign = '', rest = ''] =
    /^(['"][^'"]+['"]|[\w ]+?)\s*(=|\bin\b)\s*(.+)$/i.exec(clause) ?? [];
  if (sign === '') return undefined;
  const list = sign === '=' ? [bare(rest)] : lists[Number(rest.trim().slice(1))];
  if (list === undefined) return undefined;
  const wanted = new Set(list);
  return (one) => (valuesOf(one, bare(field), jira) ?? []).some((value) => wanted.has(value));
}

function valuesOf(one: Searchable, field: string, jira: Jira): string[] | undefined {
  switch (field.toLowerCase()) {
    case 'project':
      return [one.key.replace(/-\d+$/, '')];
    case 'key':
      return [one.key];
    case 'issuetype':
      return [one.issue.type];
    case 'status':
      return [one.status];
    case 'labels':
      return [...one.labels];
  }
  const id = jira.field_names[field];
  return id === undefined ? undefined : names(one.issue.fields[id]);
}

function names(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(names);
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const fields = new Map<string, unknown>(Object.entries(value));
  return names(fields.get('name') ?? fields.get('value') ?? null);
}
