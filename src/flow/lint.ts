import { z } from 'zod';
import { SluiceError } from '../kit/errors.ts';
import type { Registry } from '../kit/registry.ts';
import { environmentOf, type Flow, noticesOf, type Step } from './definition.ts';
import { ExpressionError, type Expressions, isExpressionText, type Reference } from './expression.ts';
import { approvalsOver, callsOf, coveredBy, findCycle, stepOf, upstream } from './graph.ts';
import { lintRollback } from './lint-rollback.ts';
import { type Finding, suggestion } from './lint-words.ts';
import { allowsLiteral, findPath, type JsonSchema } from './schema-path.ts';
import { VARIABLE_NAMES } from './variables.ts';

const STEP_TEXTS = ['id', 'title', 'cause', 'begun', 'since', 'ref'];

/** Of an undo: the effect that it is about. */
const EFFECT: JsonSchema = {
  type: 'object',
  properties: { key: { type: 'string' }, target: { type: 'string' }, before: {}, after: {}, data: {} },
};

/** Names that only some expressions may read. */
interface Extra {
  result?: JsonSchema;
  effect?: JsonSchema;
  item?: JsonSchema;
}

/** Throws the first thing that is wrong with a flow: a run is never begun on an unsound one. */
export function assertSound(
  flow: Flow,
  registry: Registry,
  expressions: Expressions,
  flows: ReadonlyMap<string, Flow>,
): void {
  const [first, ...rest] = lintFlow(flow, registry, expressions, flows);
  if (first === undefined) return;
  throw new SluiceError('invalid_input', {
    cause: `Flow ${flow.flow}, ${first.at}: ${first.what}.${rest.length === 0 ? '' : ` (And ${rest.length} more: \`sluice lint\`.)`}`,
    remedy: first.remedy,
    rule: 'flow-lint',
  });
}

export function lintFlow(
  flow: Flow,
  registry: Registry,
  expressions: Expressions,
  flows: ReadonlyMap<string, Flow>,
): Finding[] {
  return new Linter(flow, registry, expressions, flows).run();
}

class Linter {
  readonly #flow: Flow;
  readonly #registry: Registry;
  readonly #expressions: Expressions;
  readonly #flows: ReadonlyMap<string, Flow>;
  readonly #findings: Finding[] = [];

  constructor(flow: Flow, registry: Registry, expressions: Expressions, flows: ReadonlyMap<string, Flow>) {
    this.#flow = flow;
    this.#registry = registry;
    this.#expressions = expressions;
    this.#flows = flows;
  }

  run(): Finding[] {
    const flow = this.#flow;
    const cycle = findCycle(flow);
    if (cycle !== undefined) {
      this.#find('steps', `a cycle: ${cycle.join(' needs ')}`, 'Remove one of these needs.');
      return this.#findings;
    }
    if (isExpressionText(flow.key)) this.#expression('key', flow.key.slice(1), undefined, {});
    else
      this.#find(
        'key',
        'it is no expression, so every run would have the same key',
        'Write for example =inputs.release.',
      );
    for (const [name, input] of Object.entries(flow.inputs)) {
      if (input.pattern !== undefined && !isPattern(input.pattern))
        this.#find(`inputs.${name}.pattern`, 'it is no regular expression', 'Correct it.');
    }
    for (const step of flow.steps) this.#step(step);
    this.#findings.push(...lintRollback(flow, this.#flows));
    this.#rollbackExpressions();
    return this.#findings;
  }

  #rollbackExpressions(): void {
    const { each, inputs = {} } = this.#flow.rollback ?? {};
    const item = each === undefined ? {} : { item: {} };
    if (each !== undefined) this.#expression('rollback.each', each, undefined, {});
    for (const [input, value] of Object.entries(inputs))
      for (const text of expressionsIn(value))
        this.#expression(`rollback.inputs.${input}`, text, undefined, item);
  }

  #find(at: string, what: string, remedy: string): void {
    this.#findings.push({ at, what, remedy });
  }

  #step(step: Step): void {
    const at = `steps.${step.id}`;
    this.#names(step, at);
    for (const call of callsOf(step)) this.#call(step, call, `${at}.${call.where}`);
    this.#writes(step, at);
    const result = this.#resultSchema(step);
    const over = result === undefined ? {} : { result };
    for (const [where, text, extra] of [
      ['when', step.when, {}],
      ['adopt', step.adopt, {}],
      ['wait.until', step.wait?.until, over],
      ['wait.failed', step.wait?.failed, over],
      ['wait.cause', step.wait?.cause, over],
      ['wait.at', step.wait?.at, {}],
      ['poll.done', step.poll?.done, over],
      ['poll.failed', step.poll?.failed, over],
      ['poll.cause', step.poll?.cause, over],
      ['gate.pass', step.gate?.pass, over],
      ['gate.fail', step.gate?.fail, over],
      ['gate.cause', step.gate?.cause, over],
      ['decide.question', step.decide?.question, {}],
      ...noticesOf(step).map((entry, index) => [`outbox[${index}].when`, entry.when, {}] as const),
      ['decide.agent_may', step.decide?.agent_may, {}],
    ] as const) {
      if (text !== undefined) this.#expression(`${at}.${where}`, text, step, extra);
    }
    for (const [name, text] of Object.entries(step.approve?.shows ?? {}))
      this.#expression(`${at}.approve.shows.${name}`, text, step, {});
    if (step.confirm !== undefined) this.#confirm(step, step.confirm, `${at}.confirm`);
    if (step.wait !== undefined && step.wait.at === undefined && step.wait.until === undefined) {
      this.#find(
        `${at}.wait`,
        'it has neither until nor at, so it would wait for ever',
        'Give until (over result) or at (a moment).',
      );
    }
    if (step.flow !== undefined && !this.#flows.has(step.flow.flow)) {
      this.#find(
        `${at}.flow`,
        `there is no flow ${step.flow.flow}`,
        `Flows: ${[...this.#flows.keys()].join(', ')}.`,
      );
    }
  }

  /** A yes binds to what was shown: that must be the same at the next look. */
  #confirm(step: Step, { question, shows }: NonNullable<Step['confirm']>, at: string): void {
    for (const [where, text] of [
      [`${at}.question`, question] as const,
      ...Object.entries(shows).map(([name, shown]) => [`${at}.shows.${name}`, shown] as const),
    ]) {
      this.#expression(where, text, step, {});
      const passing = this.#referencesOf(text).find(({ path }) => ['now', 'attempt'].includes(path[0] ?? ''));
      if (passing !== undefined)
        this.#find(
          where,
          `${passing.path[0]} is another one at the next look, and a confirmation binds to what it shows`,
          'Show what the answer is about: inputs and results of steps.',
        );
    }
  }

  #names(step: Step, at: string): void {
    const ids = this.#flow.steps.map(({ id }) => id);
    for (const need of step.needs) {
      if (!ids.includes(need)) this.#find(`${at}.needs`, `there is no step ${need}`, suggestion(need, ids));
    }
    if (step.phase !== undefined && this.#flow.phases[step.phase] === undefined) {
      const phases = Object.keys(this.#flow.phases);
      this.#find(`${at}.phase`, `there is no phase ${step.phase}`, suggestion(step.phase, phases));
    }
    if (step.on_fail !== undefined) {
      const target = stepOf(this.#flow, step.on_fail);
      if (target?.decide?.about !== step.id)
        this.#find(
          `${at}.on_fail`,
          `${step.on_fail} is no decide step about ${step.id}`,
          `Give it decide.about: ${step.id}.`,
        );
    }
    const about = step.decide?.about;
    if (about !== undefined && stepOf(this.#flow, about)?.kind !== 'gate') {
      this.#find(`${at}.decide.about`, `${about} is no gate`, 'Name a gate step.');
    }
  }

  #call(step: Step, call: ReturnType<typeof callsOf>[number], at: string): void {
    const tool = this.#registry.get(call.tool);
    if (tool === undefined) {
      const names = this.#registry.list().map(({ name }) => name);
      this.#find(at, `there is no tool ${call.tool}`, suggestion(call.tool, names));
      return;
    }
    if (tool.engineOnly)
      this.#find(at, `${call.tool} is the engine's own`, 'Use an approve step: it asks by itself.');
    if (call.read && tool.effect !== 'read')
      this.#find(
        at,
        `${call.tool} changes something (${tool.effect}); only a read may stand here`,
        'Use a read tool.',
      );
    if (call.where === 'start' && tool.effect === 'read')
      this.#find(
        at,
        `${call.tool} only reads; it starts nothing`,
        'Use wait, or a tool that starts the job.',
      );
    if (call.where === 'mirror' && !['create', 'update'].includes(tool.effect))
      this.#find(at, `${call.tool} keeps no record`, 'Use one that creates or updates.');
    if (call.where === 'notify' && tool.effect !== 'notify')
      this.#find(at, `${call.tool} is no notify tool`, 'Use one that sends a message.');
    const shape = tool.input.shape;
    for (const [name, value] of Object.entries(call.with)) {
      const field = shape[name];
      if (!(field instanceof z.ZodType)) {
        this.#find(
          `${at}.with`,
          `${call.tool} has no argument ${name}`,
          suggestion(name, Object.keys(shape)),
        );
      } else if (hasExpression(value)) {
        this.#arguments(`${at}.with.${name}`, value, step, call.where);
      } else if (!field.safeParse(value).success) {
        this.#find(
          `${at}.with.${name}`,
          `${JSON.stringify(value)} does not fit ${call.tool}`,
          'See `sluice tools` for what it takes.',
        );
      }
    }
    for (const [name, field] of Object.entries(shape)) {
      const optional = field instanceof z.ZodType && field.safeParse(undefined).success;
      if (!optional && call.with[name] === undefined)
        this.#find(`${at}.with`, `${call.tool} needs the argument ${name}`, `Add ${name}.`);
    }
  }

  #arguments(at: string, value: unknown, step: Step, where: string): void {
    if (isExpressionText(value)) {
      const result =
        where === 'notify' || where === 'mirror' || where === 'undo' ? this.#resultSchema(step) : undefined;
      const effect = where === 'undo' ? { effect: EFFECT } : {};
      this.#expression(at, value.slice(1), step, result === undefined ? effect : { ...effect, result });
    } else if (Array.isArray(value)) {
      for (const item of value) this.#arguments(at, item, step, where);
    } else if (value !== null && typeof value === 'object') {
      for (const item of Object.values(value)) this.#arguments(at, item, step, where);
    }
  }

  /** Rules of DESIGN 4: an undo for every write, and an approval before what reaches production. */
  #writes(step: Step, at: string): void {
    const tool = this.#registry.get(step.start?.uses ?? step.uses ?? '');
    if (tool === undefined || tool.effect === 'read') return;
    if (step.undo === undefined) {
      this.#find(
        at,
        `${tool.name} changes something and the step has no undo`,
        'Give undo: a tool, or { none: why not }.',
      );
    }
    if (environmentOf(this.#flow, step) !== 'production') return;
    const approvals = approvalsOver(this.#flow, step.id);
    if (approvals.length === 0) {
      this.#find(
        at,
        'it changes production and no approval stands before it',
        'Add an approve step to what it needs, or name its environment.',
      );
    }
    for (const approval of approvals) {
      const covered = new Set(coveredBy(this.#flow, approval.id).map(({ id }) => id));
      const late = this.#stepReferences(step).find((id) => covered.has(id));
      if (late !== undefined) {
        this.#find(
          at,
          `what it will do depends on ${late}, which comes after the approval ${approval.id}`,
          'Let its arguments depend on earlier steps only.',
        );
      }
    }
  }

  #stepReferences(step: Step): string[] {
    const texts = callsOf(step)
      .filter(({ where }) => where === 'uses' || where === 'start')
      .flatMap((call) => expressionsIn(call.with));
    return texts.flatMap((text) =>
      this.#referencesOf(text).flatMap(({ path }) =>
        path[0] === 'steps' && path[1] !== undefined ? [path[1]] : [],
      ),
    );
  }

  #referencesOf(text: string): readonly Reference[] {
    try {
      return this.#expressions.compile(text).references;
    } catch {
      return [];
    }
  }

  #expression(at: string, text: string, step: Step | undefined, extra: Extra): void {
    let references: readonly Reference[];
    try {
      ({ references } = this.#expressions.compile(text));
    } catch (error) {
      this.#find(
        at,
        error instanceof ExpressionError ? error.message : String(error),
        'Correct the expression (CEL).',
      );
      return;
    }
    for (const reference of references) this.#reference(at, reference, step, extra);
  }

  #reference(at: string, reference: Reference, step: Step | undefined, extra: Extra): void {
    const [root = '', ...rest] = reference.path;
    const shown = reference.path.join('.');
    if (!VARIABLE_NAMES.some((name) => name === root)) {
      this.#find(
        at,
        `there is no ${root} to read (in ${shown})`,
        `Expressions read ${VARIABLE_NAMES.join(', ')}.`,
      );
      return;
    }
    const schema = this.#schemaOf(root, rest, step, extra);
    if (schema === undefined) return;
    if ('missing' in schema) {
      this.#find(
        at,
        `${shown} is not defined: there is no ${schema.missing}`,
        suggestion(schema.missing, schema.known),
      );
      return;
    }
    for (const literal of reference.comparedWith ?? []) {
      if (!allowsLiteral(schema.found, literal)) {
        this.#find(
          at,
          `${shown} is compared with ${JSON.stringify(literal)}, which it can never be`,
          'Compare it with a value that it can have.',
        );
      }
    }
  }

  #schemaOf(
    root: string,
    rest: readonly string[],
    step: Step | undefined,
    extra: Extra,
  ): ReturnType<typeof findPath> | undefined {
    const one = (properties: Record<string, JsonSchema>): JsonSchema => ({ type: 'object', properties });
    switch (root) {
      case 'inputs':
        return findPath(
          one(
            Object.fromEntries(Object.entries(this.#flow.inputs).map(([name, { type }]) => [name, { type }])),
          ),
          rest,
        );
      case 'config':
        return findPath(
          one({
            policy: one(
              Object.fromEntries(
                Object.entries(this.#flow.policy).map(([name, choice]) => [name, policySchema(choice)]),
              ),
            ),
          }),
          rest,
        );
      case 'run':
        return findPath(
          one({ id: { type: 'string' }, key: { type: 'string' }, requester: { type: 'string' } }),
          rest,
        );
      case 'step':
        return findPath(
          one({
            ...Object.fromEntries(STEP_TEXTS.map((name) => [name, { type: 'string' }])),
            attempt: { type: 'integer' },
          }),
          rest,
        );
      case 'ref':
        return findPath(one({ system: {}, id: {}, url: {}, attempt: {} }), rest);
      case 'result':
        if (extra.result === undefined) return { missing: 'result', known: [] };
        return findPath(extra.result, rest);
      case 'effect':
      case 'item': {
        const schema = extra[root];
        return schema === undefined ? { missing: root, known: [] } : findPath(schema, rest);
      }
      case 'steps':
        return this.#schemaOfStep(rest, step);
      default:
        return undefined;
    }
  }

  #schemaOfStep(rest: readonly string[], step: Step | undefined): ReturnType<typeof findPath> {
    const [id = '', ...path] = rest;
    const target = stepOf(this.#flow, id);
    const ids = this.#flow.steps.map((known) => known.id);
    if (target === undefined) return { missing: `step ${id}`, known: ids };
    if (step !== undefined && !upstream(this.#flow, step.id).has(id)) {
      return { missing: `${id} before ${step.id} (it is not among what ${step.id} needs)`, known: [] };
    }
    const result = this.#resultSchema(target);
    const properties: Record<string, JsonSchema> = { state: { type: 'string' }, ref: {} };
    if (result !== undefined) properties.result = result;
    return findPath({ type: 'object', properties }, path);
  }

  /** The answer that stands as a step's result: of its poll where it has one, else of its tool. */
  #resultSchema(step: Step): JsonSchema | undefined {
    const name = step.poll?.uses ?? step.wait?.uses ?? step.gate?.uses ?? step.start?.uses ?? step.uses;
    const tool = name === undefined ? undefined : this.#registry.get(name);
    if (tool === undefined) return undefined;
    return z.toJSONSchema(tool.output, { unrepresentable: 'any' }) as JsonSchema;
  }
}

function policySchema(choice: Flow['policy'][string]): JsonSchema {
  return choice.one_of === undefined ? { type: typeof choice.default } : { enum: choice.one_of };
}

function expressionsIn(value: unknown): string[] {
  if (isExpressionText(value)) return [value.slice(1)];
  if (Array.isArray(value)) return value.flatMap(expressionsIn);
  if (value !== null && typeof value === 'object') return Object.values(value).flatMap(expressionsIn);
  return [];
}

function hasExpression(value: unknown): boolean {
  return expressionsIn(value).length > 0;
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
