import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isTree, type Tree } from '../scenario/merge.ts';
import { ScenarioError } from '../scenario/schema.ts';
import { listAt, textAt, treeAt } from './manifest.ts';
import type { ResourceType } from './resources.ts';
import type { Schema } from './schema-check.ts';

const read = new Map<string, readonly ResourceType[]>();

/** Every CustomResourceDefinition below a folder. Read once: the real ones are some two megabytes. */
export function typesFrom(folder: string): readonly ResourceType[] {
  const known = read.get(folder);
  if (known !== undefined) return known;
  if (!existsSync(folder)) throw new ScenarioError(`kubernetes.crds: there is no folder ${folder}`);
  const types = yamlBelow(folder).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    if (!text.includes('kind: CustomResourceDefinition')) return [];
    return parseAllDocuments(text)
      .map((document): unknown => document.toJS())
      .filter(isTree)
      .filter(({ kind }) => kind === 'CustomResourceDefinition')
      .map(typeOf);
  });
  read.set(folder, types);
  return types;
}

function yamlBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return yamlBelow(path);
      return /\.ya?ml$/.test(name) ? [path] : [];
    });
}

/** What a definition makes the API server serve. */
export function typeOf(definition: Tree): ResourceType {
  const versions = listAt(definition, 'spec.versions')
    .filter(isTree)
    .filter(({ served }) => served === true)
    // The stored version is the one that discovery prefers.
    .sort((a, b) => Number(b.storage === true) - Number(a.storage === true));
  const names = treeAt(definition, 'spec.names');
  return {
    group: textAt(definition, 'spec.group') ?? '',
    plural: String(names.plural),
    singular: String(names.singular ?? '').toLowerCase(),
    kind: String(names.kind),
    shortNames: listAt(names, 'shortNames').map(String),
    namespaced: textAt(definition, 'spec.scope') === 'Namespaced',
    custom: true,
    status: versions.some((version) => isTree(treeAt(version, 'subresources').status)),
    scale: false,
    versions: new Map(
      versions.map((version): [string, Schema] => [
        String(version.name),
        treeAt(version, 'schema.openAPIV3Schema'),
      ]),
    ),
  };
}
