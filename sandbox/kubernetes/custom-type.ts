import type { ResourceType } from './resources.ts';
import type { Schema } from './schema-check.ts';
import { anything, fields } from './schema-words.ts';

interface Custom {
  group?: string;
  versions?: readonly string[];
  kind: string;
  short?: readonly string[];
  cluster?: true;
  spec?: Schema;
  status?: Schema;
}

export function custom(
  plural: string,
  { group, versions, kind, short, cluster, spec, status }: Custom,
): ResourceType {
  const schema = fields({ spec: spec ?? anything(), status: status ?? anything() });
  return {
    group: group ?? 'appstudio.redhat.com',
    plural,
    singular: kind.toLowerCase(),
    kind,
    shortNames: short ?? [],
    namespaced: cluster !== true,
    custom: true,
    status: true,
    scale: false,
    versions: new Map((versions ?? ['v1alpha1']).map((version) => [version, schema])),
  };
}
