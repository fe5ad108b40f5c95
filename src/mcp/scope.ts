import type { App } from '../app.ts';
import type { Flow } from '../flow/definition.ts';
import type { Skill } from '../flow/skills.ts';
import { SluiceError } from '../kit/errors.ts';
import { covers, demandPersona, type Persona } from './personas.ts';

/** What the personas of a server allow: an authority boundary, fixed when the server starts. */
export class Scope {
  readonly personas: readonly Persona[];
  readonly #app: App;

  /** No name means every persona. */
  constructor(app: App, names: readonly string[]) {
    this.#app = app;
    const chosen = names.length === 0 ? [...app.personas.keys()] : [...new Set(names)];
    this.personas = chosen.sort().map((name) => demandPersona(app.personas, name));
  }

  get names(): string {
    return this.personas.map(({ persona }) => persona).join(', ') || 'none';
  }

  coversTool(name: string): boolean {
    return this.personas.some(({ tools }) => covers(tools, name));
  }

  /** Of one persona alone: the core of several would crowd out what a client has room for. */
  isCore(name: string): boolean {
    if (this.personas.length > 1) return false;
    return this.personas.some(({ core, tools }) => covers(core, name) && covers(tools, name));
  }

  coversFlow(name: string): boolean {
    return this.personas.some(({ flows }) => covers(flows, name));
  }

  skills(): Skill[] {
    const all = [...this.#app.skills.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return all.filter(({ name }) => this.personas.some(({ skills }) => covers(skills, name)));
  }

  /** The flows that may be driven. */
  flows(): Flow[] {
    return [...this.#app.skills.values()]
      .flatMap(({ flow }) => (flow === undefined ? [] : [flow]))
      .filter(({ flow }) => this.coversFlow(flow))
      .sort((a, b) => (a.flow < b.flow ? -1 : 1));
  }

  assertFlow(name: string): void {
    const plain = name.replaceAll('_', '-');
    if (this.coversFlow(plain)) return;
    const others = [...this.#app.personas.values()].filter(({ flows }) => covers(flows, plain));
    const known = [...this.#app.skills.values()].some(({ flow }) => flow?.flow === plain);
    // The engine names what it knows for a flow that is nowhere.
    if (!known && others.length === 0) return;
    throw this.#outside(`drive the flow ${plain}`, others);
  }

  /** Who drives a flow may advise on it too. */
  assertAdvice(flow: string): void {
    if (this.personas.some(({ advises }) => covers(advises, flow))) return;
    this.assertFlow(flow);
  }

  assertTool(name: string): void {
    if (this.coversTool(name)) return;
    const others = [...this.#app.personas.values()].filter(({ tools }) => covers(tools, name));
    throw this.#outside(`call ${name}`, others);
  }

  #outside(what: string, others: readonly Persona[]): SluiceError {
    const [other] = others;
    const names = others.map(({ persona }) => persona).join(', ');
    return new SluiceError('forbidden', {
      cause: `Persona ${this.names} may not ${what}.`,
      remedy:
        other === undefined
          ? 'No persona may; a person can add it to one under personas/.'
          : `Allowed to: ${names}. A person can start the server with --persona ${other.persona}, or connect to /mcp/${other.persona}.`,
      rule: 'persona',
    });
  }
}
