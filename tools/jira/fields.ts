import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { nearest } from '../../src/kit/suggest.ts';
import { cleanText, oneLine } from '../../src/kit/text.ts';
import type { FieldDetails, FieldSchema } from './schema.ts';
import { plain } from './text/plain.ts';

/** A value as callers give it; what Jira wants of it follows from the field. */
export const FieldInput = z.union([
  z
    .string()
    .max(20_000)
    .overwrite((text) => cleanText(text, 20_000)),
  z.number(),
  z.boolean(),
  z.array(z.string().max(255)).max(100),
  z.null(),
]);
export type FieldInput = z.output<typeof FieldInput>;

const ALIASES: Readonly<Record<string, string>> = {
  user_story: 'User Story',
  acceptance_criteria: 'Acceptance Criteria',
  dod: 'Definition of Done',
  definition_of_done: 'Definition of Done',
  epic: 'Epic Link',
  epic_link: 'Epic Link',
  points: 'Story Points',
  story_points: 'Story Points',
  supporting_docs: 'Supporting Documentation',
  supporting_documentation: 'Supporting Documentation',
};

/** The field's name in Jira where the word is one of ours; else the word. */
export function fieldName(word: string): string {
  const key = word.trim().toLowerCase().replace(/[ -]/g, '_');
  return Object.hasOwn(ALIASES, key) ? (ALIASES[key] ?? word) : word.trim();
}

/** The field that a word means: by the settings, its id, or its name. */
export function resolveField(
  word: string,
  catalogue: readonly FieldDetails[],
  settings: Readonly<Record<string, string>>,
): FieldDetails {
  const id = Object.hasOwn(settings, word) ? settings[word] : word;
  const byId = catalogue.find((field) => field.id === id);
  if (byId !== undefined) return byId;
  const name = fieldName(word);
  const byName = catalogue.filter((field) => field.name.toLowerCase() === name.toLowerCase());
  const [only] = byName;
  if (only !== undefined && byName.length === 1) return only;
  if (byName.length > 1) {
    throw new SluiceError('precondition', {
      cause: `jira: ${byName.length} fields are called ${JSON.stringify(oneLine(name, 80))}: ${byName.map((field) => field.id).join(', ')}.`,
      remedy: `Name one by its id, or set modules.jira.fields.${oneLine(word, 40)}.`,
    });
  }
  const hint = nearest(
    name,
    catalogue.map((field) => field.name),
  );
  throw new SluiceError('invalid_input', {
    cause: `jira: there is no field ${JSON.stringify(oneLine(name, 80))}${id === word ? '' : ` (${oneLine(id ?? '', 40)} by the settings)`}.`,
    remedy: `${hint === undefined ? '' : `Did you mean ${oneLine(hint, 80)}? `}Give a field's id or name, or set it in modules.jira.fields.`,
  });
}

export interface Shaper {
  /** Markdown as this Jira takes it. */
  body(markdown: string): unknown;
  /** Exactly one person. */
  person(asked: string): Promise<unknown>;
}

const NAMED = new Set([
  'priority',
  'version',
  'component',
  'resolution',
  'issuetype',
  'securitylevel',
  'group',
]);

/** What Jira wants in a field for a value. */
export async function fieldValue(
  field: string,
  schema: FieldSchema | undefined,
  value: FieldInput,
  shape: Shaper,
) {
  const type = schema?.type ?? 'any';
  if (value === null) return type === 'array' ? [] : null;
  if (type === 'array') {
    const items = Array.isArray(value) ? value : [String(value)];
    return await Promise.all(
      items.map((item) => oneValue(field, schema?.items ?? 'string', schema, item, shape)),
    );
  }
  if (Array.isArray(value)) throw misfit(field, 'takes one value, not a list');
  return await oneValue(field, type, schema, value, shape);
}

async function oneValue(
  field: string,
  type: string,
  schema: FieldSchema | undefined,
  value: string | number | boolean,
  shape: Shaper,
): Promise<unknown> {
  if (NAMED.has(type)) return { name: String(value) };
  if (type === 'option') return { value: String(value) };
  if (type === 'user') return await shape.person(String(value));
  if (type === 'number') {
    const number = Number(value);
    if (String(value).trim() === '' || !Number.isFinite(number)) throw misfit(field, 'takes a number');
    return number;
  }
  if (type !== 'string') return value;
  return isLongText(schema) ? shape.body(String(value)) : String(value);
}

function isLongText(schema: FieldSchema | undefined): boolean {
  return (
    schema?.custom?.endsWith(':textarea') === true ||
    schema?.system === 'description' ||
    schema?.system === 'environment'
  );
}

function misfit(field: string, what: string): SluiceError {
  return new SluiceError('invalid_input', {
    cause: `jira: the field ${oneLine(field, 80)} ${what}.`,
    remedy: 'Give it so.',
  });
}

/** Whether a field holds a value already: Jira adds much of its own to what it was given. */
export function holds(current: unknown, wanted: unknown): boolean {
  return canonical(current) === canonical(wanted);
}

function canonical(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (Array.isArray(value)) return value.map(canonical).sort().join('\n');
  if (typeof value !== 'object') return String(value);
  const own = new Map<string, unknown>(Object.entries(value));
  if (own.get('type') === 'doc') return plain(value);
  for (const name of ['accountId', 'value', 'name', 'key', 'id']) {
    const inner = own.get(name);
    if (typeof inner === 'string' || typeof inner === 'number') return String(inner);
  }
  return JSON.stringify(value);
}
