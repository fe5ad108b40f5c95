import { isTree, type Tree } from '../scenario/merge.ts';
import type { Ask } from './ask.ts';
import { nameOf } from './manifest.ts';
import { decodedMetadata, metadataProblems } from './metadata-check.ts';
import { problemsOf } from './schema-check.ts';
import { prune, withDefaults } from './schema-shape.ts';
import { badRequest, invalid } from './status.ts';

export interface Shaped {
  object: Tree;
  /** What a caller is told in a header: fields that were dropped. */
  warnings: string[];
}

/** As the server decodes what it is sent: unknown fields dropped, defaults filled in. */
export function shaped({ type, version, call }: Ask, object: Tree): Shaped {
  const schema = type.versions.get(version) ?? {};
  const known = prune(schema, { ...object, metadata: decodedMetadata(object) });
  const warnings = known.unknown.map((field) => `unknown field "${field}"`);
  if (warnings.length > 0 && call.query.get('fieldValidation') === 'Strict') {
    throw badRequest(`strict decoding error: ${warnings.join(', ')}`);
  }
  const filled = withDefaults(schema, known.value);
  return {
    object: isTree(filled) ? filled : {},
    warnings: call.query.get('fieldValidation') === 'Ignore' ? [] : warnings,
  };
}

export function check({ type, version }: Ask, object: Tree): void {
  const { metadata: _, ...body } = object;
  const problems = [...metadataProblems(type, object), ...problemsOf(type.versions.get(version) ?? {}, body)];
  if (problems.length === 0) return;
  throw invalid({ group: type.group, kind: type.kind, name: nameOf(object) }, problems);
}
