import type { AdfDocument } from './adf.ts';
import { wikiOf } from './wiki.ts';

export const FLAVORS = ['cloud', 'datacenter'] as const;
export type Flavor = (typeof FLAVORS)[number];

/** How each kind of Jira takes a document: Cloud as it is, Data Center as wiki markup. */
export const RENDERERS: Record<Flavor, (document: AdfDocument) => AdfDocument | string> = {
  cloud: (document) => document,
  datacenter: wikiOf,
};
