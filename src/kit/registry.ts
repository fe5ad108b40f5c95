import { z } from 'zod';
import { digestOf } from './canonical.ts';
import type { Effect, EffectOutcome, EffectPerformer } from './effect.ts';
import { SluiceError } from './errors.ts';
import type { HttpServices } from './http.ts';
import { cleanAnswer } from './hygiene.ts';
import { type AnyModule, connectionFor, type ProbeResult } from './module.ts';
import type { Principal } from './principal.ts';
import { withoutSecrets } from './redact.ts';
import { nearest } from './suggest.ts';
import type { AnyTool, ToolContext } from './tool.ts';
import { issuesText } from './zod-error.ts';

export interface CallOptions {
  principal: Principal;
  now: number;
  signal?: AbortSignal | undefined;
  progress?: (message: string) => void;
  /** A direct call, and no run of the same key is open. */
  ungoverned?: boolean;
  /** The engine asks for itself, not for a step of a flow. */
  engine?: true;
}

/** Every tool of every module, by name; the one way from a face or the engine to a handler. */
export class Registry {
  readonly #modules: readonly AnyModule[];
  readonly #settings: Readonly<Record<string, unknown>>;
  readonly #services: HttpServices;
  readonly #tools = new Map<string, { tool: AnyTool; module: AnyModule }>();
  readonly #clients = new Map<string, unknown>();

  constructor(
    modules: readonly AnyModule[],
    settings: Readonly<Record<string, unknown>>,
    services: HttpServices,
  ) {
    this.#modules = modules;
    this.#settings = settings;
    this.#services = services;
    for (const module of modules) {
      for (const tool of module.tools) {
        if (this.#tools.has(tool.name)) throw new Error(`two tools are named ${tool.name}`);
        this.#tools.set(tool.name, { tool, module });
      }
    }
  }

  list(): AnyTool[] {
    return [...this.#tools.values()].map(({ tool }) => tool).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): AnyTool | undefined {
    return this.#tools.get(name)?.tool;
  }

  moduleOf(name: string): string | undefined {
    return this.#tools.get(name)?.module.name;
  }

  modules(): readonly AnyModule[] {
    return this.#modules;
  }

  isConfigured(module: string): boolean {
    return this.#settings[module] !== undefined;
  }

  demand(name: string): AnyTool {
    const tool = this.get(name);
    if (tool !== undefined) return tool;
    const hint = nearest(name, [...this.#tools.keys()]);
    throw new SluiceError('tool_missing', {
      cause: `There is no tool ${JSON.stringify(name)}.`,
      remedy: hint === undefined ? 'See `sluice tools`.' : `Did you mean ${hint}? See \`sluice tools\`.`,
    });
  }

  /** A read: input checked, handler run, output checked, text from outside cleaned, secrets out. */
  async read(name: string, input: unknown, options: CallOptions): Promise<unknown> {
    const tool = this.demand(name);
    const parsed = this.#input(tool, input);
    return this.#output(tool, await this.#without(tool.read(parsed, this.#context(name, options))));
  }

  /** The effects that a write wants, resolved by reads alone: the stuff of plans and dry runs. */
  async effects(name: string, input: unknown, options: CallOptions): Promise<Effect[]> {
    const tool = this.demand(name);
    const wanted = tool.effects(this.#input(tool, input), this.#context(name, options));
    const effects = await this.#without(wanted);
    const seen = new Set<string>();
    for (const { key } of effects) {
      if (seen.has(key)) throw new Error(`${name} names the effect ${key} twice`);
      seen.add(key);
    }
    return effects;
  }

  /** A write: its effects carried out by `perform`, then its answer. */
  async write(
    name: string,
    input: unknown,
    options: CallOptions,
    perform: EffectPerformer,
  ): Promise<unknown> {
    const tool = this.demand(name);
    const parsed = this.#input(tool, input);
    const done: EffectOutcome[] = await perform(await this.effects(name, input, options));
    return this.#output(tool, await this.#without(tool.result(parsed, this.#context(name, options), done)));
  }

  /** An error may quote what a system said, and a system may say back what it was given. */
  async #without<T>(work: Promise<T>): Promise<T> {
    return await work.catch((error: unknown) => {
      throw withoutSecrets(error, this.#services.redactor);
    });
  }

  /** What a flow relies on of a tool; a change of it is a change of the contract. */
  contractOf(name: string): string {
    const tool = this.demand(name);
    return digestOf({
      effect: tool.effect,
      input: z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' }),
      output: z.toJSONSchema(tool.output, { unrepresentable: 'any' }),
    }).slice(0, 16);
  }

  async probe(module: AnyModule): Promise<ProbeResult | undefined> {
    return await module.probe(this.#client(module));
  }

  /** Refuses settings of a module that are not what it takes. */
  checkSettings(name: string): void {
    const module = this.#modules.find((candidate) => candidate.name === name);
    if (module !== undefined && this.isConfigured(name)) this.#settingsOf(module);
  }

  #settingsOf(module: AnyModule): Record<string, unknown> {
    const parsed = z.strictObject(module.settings.shape).safeParse(this.#settings[module.name]);
    if (!parsed.success) throw settingsError(`modules.${module.name}`, parsed.error);
    return parsed.data;
  }

  #input(tool: AnyTool, input: unknown): unknown {
    const parsed = z.strictObject(tool.input.shape).safeParse(input ?? {});
    if (parsed.success) return parsed.data;
    throw new SluiceError('invalid_input', {
      cause: `${tool.name}: ${issuesText(parsed.error)}.`,
      remedy: `It takes { ${argumentsOf(tool)} }.`,
    });
  }

  #output(tool: AnyTool, result: unknown): unknown {
    const clean = this.#services.redactor.deep(cleanAnswer(tool, result));
    const parsed = tool.output.safeParse(clean);
    if (parsed.success) return parsed.data;
    throw new Error(
      `${tool.name} answered what its output schema does not allow: ${issuesText(parsed.error)}`,
    );
  }

  #context(name: string, options: CallOptions): ToolContext<unknown> {
    const module = this.#tools.get(name)?.module;
    if (module === undefined) throw new Error(`no module has ${name}`);
    if (this.get(name)?.engineOnly === true && options.engine !== true) throw engineOnly(name);
    return {
      client: this.#client(module),
      now: options.now,
      signal: options.signal,
      ungoverned: options.ungoverned ?? false,
      principal: options.principal.id,
      progress: options.progress ?? (() => undefined),
    };
  }

  #client(module: AnyModule): unknown {
    if (this.#clients.has(module.name)) return this.#clients.get(module.name);
    const settings = this.#settings[module.name];
    if (settings === undefined) {
      throw new SluiceError('tool_missing', {
        cause: `Module ${module.name} has no settings.`,
        remedy: `Add modules.${module.name} to sluice.yaml (its README says what it takes), then run \`sluice doctor\`.`,
      });
    }
    const parsed = this.#settingsOf(module);
    const connection = connectionFor(module, this.#services, (other) => this.#client(other));
    const client = module.connect(parsed, connection);
    this.#clients.set(module.name, client);
    return client;
  }
}

export function engineOnly(name: string): SluiceError {
  return new SluiceError('forbidden', {
    cause: `${name} is the engine's own: nobody calls it, and no flow names it.`,
    remedy: 'Drive a release: its approve steps ask by themselves, as approvals in the settings say.',
    rule: 'engine-only',
  });
}

export function settingsError(where: string, error: z.ZodError): SluiceError {
  return new SluiceError('invalid_input', {
    cause: `Settings, ${where}: ${issuesText(error)}.`,
    remedy: 'Correct sluice.yaml; docs/schemas/sluice.schema.json says what it may hold.',
  });
}

export function argumentsOf(tool: AnyTool): string {
  return Object.entries(tool.input.shape)
    .map(([name, schema]) => {
      const optional = schema instanceof z.ZodType && schema.safeParse(undefined).success;
      return `${name}${optional ? '?' : ''}`;
    })
    .join(', ');
}
