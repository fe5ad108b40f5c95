import type { At } from './document.ts';

export interface RefScalar {
  /** The source text, quotes off. */
  value: string;
  quote: 'plain' | 'single' | 'double';
  /** Offsets of the scalar in the text, quotes included. */
  start: number;
  end: number;
  /** The same in bytes of the file. */
  bytes: readonly [number, number];
  line: number;
  /** Why it cannot be replaced by itself, e.g. an anchor that is used elsewhere. */
  fixed: string | undefined;
}

export interface Promotion {
  auto: boolean;
  subscribe: readonly string[];
  publish: readonly string[];
  soakDays: number | undefined;
  schedule: string | undefined;
}

export interface Target {
  /** Path of the file that holds the ref. */
  file: string;
  /** Where the target stands in that file. */
  at: At;
  /** Name of its resource template; undefined in a target file that stands alone. */
  template: string | undefined;
  name: string | undefined;
  /** `$ref` of its namespace file. */
  namespace: string | undefined;
  selector: { include: readonly string[]; exclude: readonly string[] } | undefined;
  /** `$ref` of the target's own file, where it has one. */
  targetFile: string | undefined;
  ref: RefScalar | undefined;
  promotion: Promotion | undefined;
  disabled: boolean;
  deleted: boolean;
  parameters: Readonly<Record<string, string>>;
  images: readonly string[];
}

export interface Template {
  name: string;
  url: string;
  path: string;
  provider: string | undefined;
  hashLength: number | undefined;
  targets: readonly Target[];
}

export interface SaasFile {
  path: string;
  text: string;
  kind: 'saas' | 'target';
  schema: string | undefined;
  name: string | undefined;
  displayName: string | undefined;
  app: string | undefined;
  deprecated: boolean;
  channelInTag: boolean;
  templates: readonly Template[];
  /** Of all templates, or the one of a target file. */
  targets: readonly Target[];
}
