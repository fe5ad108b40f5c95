import type { App } from '../app.ts';
import { SluiceError } from '../kit/errors.ts';
import { engineOnly } from '../kit/registry.ts';
import { discoveryTools } from './discovery-tools.ts';
import { engineTools } from './engine-tools.ts';
import { evidenceTool } from './evidence-tool.ts';
import type { FaceTool } from './face-tool.ts';
import { moduleTool } from './module-tools.ts';
import { Scope } from './scope.ts';
import { skillTools } from './skill-tools.ts';

export interface FaceOptions {
  /** None: every persona there is. */
  personas: readonly string[];
  /** `core` lists what is needed at once and finds the rest by tool_search; `full` lists all. */
  surface: 'core' | 'full';
  readOnly: boolean;
}

export interface Catalog {
  scope: Scope;
  /** What a client sees, sorted by name; the same for every client and for life. */
  listed: readonly FaceTool[];
}

export function createCatalog(app: App, options: FaceOptions): Catalog {
  const scope = new Scope(app, options.personas);
  const own = [...engineTools(app, scope), evidenceTool(app), ...skillTools(scope)];
  const modules = app.registry.list().filter((tool) => !tool.engineOnly && scope.coversTool(tool.name));
  const allowed = [...own, ...modules.map((tool) => moduleTool(tool, app))]
    .filter(({ effect }) => !options.readOnly || effect === 'read')
    .sort(byName);
  const reachable = new Map(allowed.map((tool) => [tool.name, tool]));
  const seen = allowed.filter(
    (tool) =>
      options.surface === 'full' || own.some(({ name }) => name === tool.name) || scope.isCore(tool.name),
  );
  const refuse = (name: string) => {
    const effect = app.registry.get(name)?.effect ?? own.find((tool) => tool.name === name)?.effect;
    if (effect === undefined) return;
    if (app.registry.get(name)?.engineOnly === true) throw engineOnly(name);
    if (app.registry.get(name) !== undefined) scope.assertTool(name);
    if (options.readOnly && effect !== 'read') throw readOnlyRefusal(name);
  };
  return { scope, listed: [...seen, ...discoveryTools(reachable, refuse)].sort(byName) };
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function readOnlyRefusal(name: string): SluiceError {
  return new SluiceError('forbidden', {
    cause: `${name} changes something, and this server is read-only.`,
    remedy: 'A person can start the server without --read-only.',
    rule: 'read-only',
  });
}
