import { z } from 'zod';
import { type Kind, kindOfName } from './field-kinds.ts';
import { cleanDeep, type Fields } from './text.ts';

/** Fields that say of themselves what they hold, where their name would not. */
const marks = z.registry<{ kind: Kind; source: string }>();

/**
 * A field of prose from outside. Its description is the label that agents see; the server's instructions
 * say what it means.
 */
export function prose(source: string): z.ZodString {
  return marked('prose', source);
}

/** The same, line by line: what begins in one line may end in another. */
export function proseLines(source: string): z.ZodArray<z.ZodString> {
  return z.array(marked('lines', source));
}

/** What a program printed. */
export function printed(source: string): z.ZodString {
  return marked('log', source);
}

function marked(kind: Kind, source: string): z.ZodString {
  const field = z.string().describe(`text from ${source}`);
  marks.add(field, { kind, source });
  return field;
}

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  prefixItems?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  format?: string;
  mark?: { kind: Kind; source: string };
}

export interface TextField {
  /** `messages[].text`; `{}` stands for any key. */
  path: string;
  name: string;
  /** Undefined: nobody has said yet what it holds. */
  kind: Kind | undefined;
  /** Where its words come from, when the field says so itself. */
  source: string | undefined;
}

interface Compiled {
  fields: Fields;
  texts: TextField[];
}

const compiled = new WeakMap<z.ZodType, Compiled>();

/** The answer of a tool with every text cleaned as what its field holds. */
export function cleanAnswer(tool: { name: string; output: z.ZodType }, answer: unknown): unknown {
  return cleanDeep(answer, compile(tool).fields);
}

/** Every field of a tool's answer that holds a text. */
export function textFields(tool: { name: string; output: z.ZodType }): readonly TextField[] {
  return compile(tool).texts;
}

function compile({ name, output }: { name: string; output: z.ZodType }): Compiled {
  const known = compiled.get(output);
  if (known !== undefined) return known;
  const root = schemaOf(output);
  const texts: TextField[] = [];
  const made = { fields: fieldsOf(root, { root, tool: name, texts, open: new Map() }, '', ''), texts };
  compiled.set(output, made);
  return made;
}

function schemaOf(output: z.ZodType): Schema {
  return z.toJSONSchema(output, {
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const mark = zodSchema instanceof z.ZodType ? marks.get(zodSchema) : undefined;
      if (mark !== undefined) jsonSchema.mark = mark;
    },
  }) as Schema;
}

interface Walk {
  root: Schema;
  tool: string;
  texts: TextField[];
  /** Schemas that hold themselves are compiled once. */
  open: Map<Schema, Fields>;
}

interface Draft extends Fields {
  kind?: Kind | undefined;
  named: Map<string, Draft>;
  others?: Fields | undefined;
}

function fieldsOf(given: Schema, walk: Walk, path: string, name: string): Draft {
  const draft: Draft = { named: new Map() };
  fill(draft, given, walk, path, name);
  return draft;
}

function fill(draft: Draft, given: Schema, walk: Walk, path: string, name: string): void {
  const schema = resolved(given, walk.root);
  const again = walk.open.get(schema);
  if (again !== undefined) {
    Object.assign(draft, again);
    return;
  }
  if (given.$ref !== undefined) walk.open.set(schema, draft);
  for (const part of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])])
    fill(draft, part, walk, path, name);
  for (const [key, item] of Object.entries(schema.properties ?? {})) {
    const inner = path === '' ? key : `${path}.${key}`;
    const before = draft.named.get(key);
    if (before === undefined) draft.named.set(key, fieldsOf(item, walk, inner, key));
    else fill(before, item, walk, inner, key);
  }
  for (const item of [...(schema.prefixItems ?? []), ...(schema.items === undefined ? [] : [schema.items])])
    fill(draft, item, walk, `${path}[]`, name);
  const others = schema.additionalProperties;
  if (typeof others === 'object' && Object.keys(others).length > 0)
    draft.others = fieldsOf(others, walk, `${path}{}`, name);
  if (![schema.type].flat().includes('string') || schema.enum !== undefined || schema.const !== undefined)
    return;
  const shaped = schema.pattern !== undefined || schema.format !== undefined;
  const kind = schema.mark?.kind ?? kindOfName(name, walk.tool) ?? (shaped ? 'machine' : undefined);
  walk.texts.push({ path, name, kind, source: schema.mark?.source });
  // Of two shapes that a field may have, the one that is cleaned more counts.
  if (draft.kind === undefined || kind === undefined || draft.kind === 'machine')
    draft.kind = kind ?? 'prose';
}

function resolved(schema: Schema, root: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  let found: unknown = root;
  for (const part of schema.$ref
    .replace(/^#\/?/, '')
    .split('/')
    .filter((one) => one !== '')) {
    found =
      typeof found === 'object' && found !== null
        ? Object.entries(found).find(([key]) => key === part)?.[1]
        : undefined;
  }
  return (found ?? {}) as Schema;
}
