import type { Route } from '../http.ts';

/** A JSON Schema; `#/$defs/…` are those of the file in which it stands. */
export type Schema = { [keyword: string]: unknown };

/** What a published document says of one operation's requests; each part is the schema of an object. */
export interface Operation {
  path?: Schema;
  query?: Schema;
  /** Slack's: the same ones as query, form or JSON. */
  arguments?: Schema;
  body?: Schema;
  body_required?: true;
  /** Arguments that are younger than the document, and how we know of them. */
  newer?: Record<string, string>;
  /** Why the body may be more than the document's schema says. */
  also?: string;
}

export interface ContractFile {
  source: Record<string, string>;
  /** By method and path, as the document has them. */
  operations: Record<string, Operation>;
  /** What our stand-in serves and the document does not say, and why. */
  unpublished: Record<string, string>;
  $defs: Record<string, Schema>;
}

export const DATA_CENTER = '/rest/api/2';

/**
 * An operation without the names of its parameters: by these a stand-in's route and a document's path are the
 * same. `version` is what stands for `:v` (Jira's). Slack's methods have one name whatever the HTTP method.
 */
export function operationKey(system: string, method: string, path: string, version = ''): string {
  const named = path.replace(':v', version);
  if (named.startsWith(`${DATA_CENTER}/`)) return DATA_CENTER;
  const plain = named.replaceAll(/[:*]\w+|\{[^}]+\}/g, '{}');
  return system === 'slack' ? plain.replace(/^\/(?:api\/)?/, '') : `${method} ${plain}`;
}

/** Names of a route's parameters, in the order of the path. */
export function parametersOf(route: Pick<Route, 'path'>): string[] {
  return [...route.path.matchAll(/[:*](\w+)/g)].map(([, name = '']) => name).filter((name) => name !== 'v');
}
