import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ErrorObject, ValidateFunction } from 'ajv';
import type { Call, Contract, Reply, Route } from '../http.ts';
import { type ContractFile, type Operation, operationKey, parametersOf, type Schema } from './format.ts';

const MOST = 5;
export const NO_JSON = 'body: is not JSON';

type Part = 'path' | 'query' | 'arguments' | 'body';

interface Known {
  name: string;
  operation: Operation;
  validators: Map<Part, ValidateFunction>;
}

/** Requests of one system against its published document; read, like ajv, when the first of them comes. */
export function contractOf(system: string, refuse: (problems: readonly string[]) => Reply): Contract {
  let judge: Judge | undefined;
  return {
    refuse,
    problems: (route, call) => {
      judge ??= new Judge(system);
      return judge.problems(route, call);
    },
  };
}

class Judge {
  readonly #system: string;
  readonly #file: ContractFile;
  readonly #known: Map<string, Known>;
  readonly #exact: ReturnType<typeof checker>;
  /** Reads numbers and booleans out of text, as a path or a query has nothing else. */
  readonly #textual: ReturnType<typeof checker>;

  constructor(system: string) {
    this.#system = system;
    this.#file = JSON.parse(readFileSync(new URL(`${system}.json`, import.meta.url), 'utf8'));
    this.#known = new Map(
      Object.entries(this.#file.operations).map(([name, operation]) => {
        const [method = '', path = ''] = name.split(' ');
        return [operationKey(system, method, path), { name, operation, validators: new Map() }];
      }),
    );
    this.#exact = checker(false);
    this.#textual = checker(true);
  }

  problems(route: Route, call: Call): string[] {
    const key = operationKey(this.#system, route.method, route.path, call.param('v'));
    const known = this.#known.get(key);
    if (known === undefined) {
      const why = this.#file.unpublished[key];
      return why === undefined ? [`the published document knows no ${route.method} ${call.path}`] : [];
    }
    const { operation } = known;
    if (operation.arguments !== undefined) return this.#faults(known, 'arguments', argumentsOf(call));
    return [
      ...this.#faults(known, 'path', pathOf(known.name, route, call)),
      ...this.#faults(known, 'query', queryOf(operation.query, call.query)),
      ...this.#body(known, call),
    ].slice(0, MOST);
  }

  #body(known: Known, call: Call): string[] {
    const { body, body_required: required } = known.operation;
    const { raw } = call.body;
    if (raw.length === 0) return required === true ? ['body: is missing'] : [];
    const given = parsed(raw);
    if (given === undefined) return [NO_JSON];
    if (body !== undefined) return this.#faults(known, 'body', given.value);
    return isEmpty(given.value) ? [] : [`body: ${known.name} takes none`];
  }

  #faults(known: Known, part: Part, value: unknown): string[] {
    const schema = known.operation[part];
    if (schema === undefined) return [];
    const ajv = part === 'body' ? this.#exact : this.#textual;
    const validate =
      known.validators.get(part) ?? ajv.compile<unknown>({ $defs: this.#file.$defs, ...schema });
    known.validators.set(part, validate);
    return validate(value) ? [] : (validate.errors ?? []).slice(0, MOST).map((error) => worded(part, error));
  }
}

/** Loaded when it is needed, and at once: a request is answered in the order in which it came. */
function checker(coerceTypes: boolean) {
  const require = createRequire(import.meta.url);
  const { Ajv }: typeof import('ajv') = require('ajv');
  const formats: typeof import('ajv-formats') = require('ajv-formats');
  const ajv = new Ajv({ allErrors: true, strict: false, logger: false, coerceTypes });
  formats.default(ajv);
  return ajv;
}

function worded(part: Part, { instancePath, message, params }: ErrorObject): string {
  const more: unknown = params.additionalProperty ?? params.allowedValues;
  const detail = more === undefined ? '' : `: ${JSON.stringify(more).slice(0, 200)}`;
  return `${part}${instancePath}: ${message ?? 'does not fit'}${detail}`;
}

/** Values of the path's parameters, by the names that the document gives them. */
function pathOf(name: string, route: Route, call: Call): Record<string, unknown> {
  const theirs = [...name.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? '');
  const ours = parametersOf(route);
  return Object.fromEntries(theirs.map((their, index) => [their, call.param(ours[index] ?? '')]));
}

function queryOf(schema: Schema | undefined, query: URLSearchParams): Record<string, unknown> {
  const properties = new Map<string, unknown>(Object.entries(Object(schema?.properties)));
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const all = query.getAll(name);
      const isList = Object(properties.get(name)).type === 'array';
      return [name, isList || all.length > 1 ? all : all[0]];
    }),
  );
}

/** As text, which is all that a form can say; Slack takes a JSON body for the same thing. */
function argumentsOf(call: Call): Record<string, unknown> {
  const given = { ...Object.fromEntries(call.query), ...call.body.fields };
  const said = Object.entries(given).filter(([name, value]) => name !== 'token' && value !== null);
  return Object.fromEntries(
    said.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

function parsed(raw: Buffer): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(raw.toString('utf8')) };
  } catch {
    return undefined;
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
