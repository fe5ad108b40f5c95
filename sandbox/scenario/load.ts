import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { deepMerge, isTree, type Tree } from './merge.ts';
import { ScenarioError } from './schema.ts';

const BUNDLED = fileURLToPath(new URL('../scenarios/', import.meta.url));

export function bundledScenarios(): string[] {
  return readdirSync(BUNDLED)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/** Reads a scenario with everything it extends folded in; the result has no `extends` any more. */
export function loadScenario(source: string | object): Tree {
  if (typeof source === 'string') return loadFile(locate(source, process.cwd()), []);
  if (!isTree(source)) throw new ScenarioError('a scenario is a map');
  return fold(source, process.cwd(), []);
}

function loadFile(file: string, seen: readonly string[]): Tree {
  if (seen.includes(file)) {
    throw new ScenarioError(`scenarios extend each other in a circle: ${[...seen, file].join(' -> ')}`);
  }
  return fold(readOnce(file), dirname(file), [...seen, file]);
}

const read = new Map<string, { changed: number; raw: Tree }>();

/** A file is parsed again only when it has changed: a scenario is started over and over, and some are long. */
function readOnce(file: string): Tree {
  const changed = statSync(file).mtimeMs;
  const known = read.get(file);
  if (known?.changed === changed) return known.raw;
  const raw: unknown = parse(readFileSync(file, 'utf8'), { maxAliasCount: 1000 });
  if (!isTree(raw)) throw new ScenarioError(`${file} holds no scenario: it is not a map`);
  read.set(file, { changed, raw });
  return raw;
}

function fold(raw: Tree, folder: string, seen: readonly string[]): Tree {
  const { extends: base, ...own } = raw;
  if (base === undefined) return own;
  if (typeof base !== 'string') throw new ScenarioError('extends: names a scenario or a file');
  return deepMerge(loadFile(locate(base, folder), seen), own);
}

function locate(name: string, folder: string): string {
  const candidates = /^[\w.-]+$/.test(name)
    ? [join(BUNDLED, `${name}.yaml`), resolve(folder, name)]
    : [resolve(folder, name)];
  const found = candidates.find((file) => existsSync(file));
  if (found === undefined) {
    throw new ScenarioError(`no scenario "${name}"; bundled ones: ${bundledScenarios().join(', ')}`);
  }
  return found;
}
