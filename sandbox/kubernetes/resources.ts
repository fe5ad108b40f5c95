import { BUILT_IN } from './built-in.ts';
import { typesFrom } from './crds.ts';
import type { Schema } from './schema-check.ts';
import { CUSTOM } from './schemas.ts';

export interface ResourceType {
  /** '' is the core group. */
  group: string;
  plural: string;
  singular: string;
  kind: string;
  shortNames: readonly string[];
  namespaced: boolean;
  /** Whether a CRD defines it; the API server treats those differently in many small things. */
  custom: boolean;
  status: boolean;
  scale: boolean;
  /** Schemas by version, the preferred one first. */
  versions: ReadonlyMap<string, Schema>;
}

export type Flavour = 'konflux' | 'apps';

const CUSTOM_GROUPS: Record<Flavour, readonly string[]> = {
  konflux: ['appstudio.redhat.com', 'tekton.dev'],
  apps: ['cloud.redhat.com', 'tekton.dev', 'route.openshift.io'],
};

export const isKind = (type: ResourceType, kind: string, group: string) =>
  type.kind === kind && type.group === group;

export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

export function about(type: ResourceType, name = '') {
  return { group: type.group, kind: type.plural, name };
}

/** What one API server serves. */
export class Resources {
  readonly types: readonly ResourceType[];

  constructor(types: readonly ResourceType[]) {
    this.types = types;
  }

  /** By the path of a request. */
  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.types.find(
      (type) => type.group === group && type.plural === plural && type.versions.has(version),
    );
  }

  /** By what a manifest says of itself. */
  ofManifest(apiVersion: string, kind: string): ResourceType | undefined {
    const [version = '', group = ''] = apiVersion.split('/').reverse();
    return this.types.find(
      (type) => type.kind === kind && type.group === group && type.versions.has(version),
    );
  }

  /** Whether the server has this group without any CRD. */
  isBuiltIn(group: string): boolean {
    return this.types.some((type) => type.group === group && !type.custom);
  }

  groups(): string[] {
    return [...new Set(this.types.map(({ group }) => group))].filter((group) => group !== '');
  }

  /** The versions of a group, the preferred one first. */
  versionsOf(group: string): string[] {
    return [
      ...new Set(
        this.types.filter((type) => type.group === group).flatMap(({ versions }) => [...versions.keys()]),
      ),
    ].sort((a, b) => rank(b) - rank(a));
  }

  served(group: string, version: string): ResourceType[] {
    return this.types.filter((type) => type.group === group && type.versions.has(version));
  }
}

/** Stable before beta before alpha, as the API server sorts. */
function rank(version: string): number {
  const [, major = '0', stage, minor = '0'] = /^v(\d+)(alpha|beta)?(\d+)?$/.exec(version) ?? [];
  const stages = ['alpha', 'beta', undefined];
  return stages.indexOf(stage) * 1000 + Number(major) * 10 + Number(minor);
}

/** With a folder its definitions take the place of the hand-written ones of the same kind. */
export function resourcesOf(flavour: Flavour, crds: string | undefined): Resources {
  const real = crds === undefined ? [] : typesFrom(crds);
  const written = CUSTOM.filter(
    (own) => !real.some(({ group, plural }) => group === own.group && plural === own.plural),
  );
  const custom = [...real, ...written].filter(({ group }) => CUSTOM_GROUPS[flavour].includes(group));
  return new Resources([...BUILT_IN, ...custom]);
}
