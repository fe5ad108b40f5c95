import type { Tree } from '../scenario/merge.ts';
import { apiVersionOf, type Resources, type ResourceType } from './resources.ts';
import { unknownPath } from './status.ts';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

export function versionInfo(version: string): Tree {
  const [, major = '1', minor = '32'] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  return {
    major,
    minor,
    gitVersion: version,
    gitCommit: '0'.repeat(40),
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    goVersion: 'go1.24.4',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

export function coreVersions(address: string): Tree {
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: address }];
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
}

/** Groups that have no objects: questions about oneself. */
const REVIEWS: Record<string, readonly [plural: string, kind: string]> = {
  'authentication.k8s.io': ['selfsubjectreviews', 'SelfSubjectReview'],
  'authorization.k8s.io': ['selfsubjectaccessreviews', 'SelfSubjectAccessReview'],
};

export function groupList(resources: Resources): Tree {
  const groups = [...resources.groups(), ...Object.keys(REVIEWS)].map((name) => groupOf(resources, name));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

export function group(resources: Resources, name: string): Tree {
  if (!resources.groups().includes(name) && REVIEWS[name] === undefined) throw unknownPath(false);
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(resources, name) };
}

function groupOf(resources: Resources, name: string): Tree {
  const found = resources.versionsOf(name);
  const versions = (found.length === 0 ? ['v1'] : found).map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return { name, versions, preferredVersion: versions[0] };
}

export function resourceList(resources: Resources, groupName: string, version: string): Tree {
  const review = version === 'v1' ? REVIEWS[groupName] : undefined;
  const served = resources.served(groupName, version);
  if (served.length === 0 && review === undefined) throw unknownPath(resources.isBuiltIn(groupName));
  const reviews = review === undefined ? [] : [{ ...named(review[0], review[1], false), verbs: ['create'] }];
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(groupName, version),
    resources: [...served.flatMap(entries), ...reviews],
  };
}

function named(name: string, kind: string, namespaced: boolean): Tree {
  return { name, singularName: '', namespaced, kind };
}

function entries(type: ResourceType): Tree[] {
  const { plural, kind, namespaced, singular, shortNames } = type;
  const own = {
    ...named(plural, kind, namespaced),
    singularName: singular,
    verbs: VERBS,
    ...(shortNames.length === 0 ? {} : { shortNames: [...shortNames] }),
  };
  const below = (sub: string, subKind: string, verbs: readonly string[]) => ({
    ...named(`${plural}/${sub}`, subKind, namespaced),
    verbs: [...verbs],
  });
  return [
    own,
    ...(type.status ? [below('status', kind, ['get', 'patch', 'update'])] : []),
    ...(type.scale
      ? [{ ...below('scale', 'Scale', ['get', 'patch', 'update']), group: 'autoscaling', version: 'v1' }]
      : []),
    ...(kind === 'Pod' ? [below('log', 'Pod', ['get'])] : []),
  ];
}
