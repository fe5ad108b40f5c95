import type { ResourceType } from './resources.ts';
import type { Schema } from './schema-check.ts';
import { anything, fields, whole } from './schema-words.ts';

interface BuiltIn {
  group?: string;
  version?: string;
  kind: string;
  singular?: string;
  short?: readonly string[];
  cluster?: true;
  status?: true;
  scale?: true;
  schema?: Schema;
}

function builtIn(plural: string, more: BuiltIn): ResourceType {
  return {
    group: more.group ?? '',
    plural,
    singular: more.kind.toLowerCase(),
    kind: more.kind,
    shortNames: more.short ?? [],
    namespaced: more.cluster !== true,
    custom: false,
    status: more.status === true,
    scale: more.scale === true,
    versions: new Map([[more.version ?? 'v1', more.schema ?? anything()]]),
  };
}

/** Of a workload only what a caller can get wrong by hand. */
const workload: Schema = fields(
  {
    'spec*': fields(
      { replicas: whole({ minimum: 0 }), 'selector*': anything(), 'template*': anything() },
      { 'x-kubernetes-preserve-unknown-fields': true },
    ),
  },
  { 'x-kubernetes-preserve-unknown-fields': true },
);

const apps = { group: 'apps', status: true, scale: true, schema: workload } as const;

export const BUILT_IN: readonly ResourceType[] = [
  builtIn('namespaces', { kind: 'Namespace', short: ['ns'], cluster: true, status: true }),
  builtIn('pods', { kind: 'Pod', short: ['po'], status: true }),
  builtIn('services', { kind: 'Service', short: ['svc'], status: true }),
  builtIn('configmaps', { kind: 'ConfigMap', short: ['cm'] }),
  builtIn('secrets', { kind: 'Secret' }),
  builtIn('serviceaccounts', { kind: 'ServiceAccount', short: ['sa'] }),
  builtIn('events', { kind: 'Event', short: ['ev'] }),
  builtIn('persistentvolumeclaims', { kind: 'PersistentVolumeClaim', short: ['pvc'], status: true }),
  builtIn('resourcequotas', { kind: 'ResourceQuota', short: ['quota'], status: true }),
  builtIn('deployments', { kind: 'Deployment', short: ['deploy'], ...apps }),
  builtIn('replicasets', { kind: 'ReplicaSet', short: ['rs'], ...apps }),
  builtIn('statefulsets', { kind: 'StatefulSet', short: ['sts'], ...apps }),
  builtIn('jobs', { group: 'batch', kind: 'Job', status: true }),
  builtIn('cronjobs', { group: 'batch', kind: 'CronJob', short: ['cj'], status: true }),
  builtIn('ingresses', { group: 'networking.k8s.io', kind: 'Ingress', short: ['ing'], status: true }),
];
