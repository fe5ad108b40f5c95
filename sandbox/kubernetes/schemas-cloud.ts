import { custom } from './custom-type.ts';
import type { ResourceType } from './resources.ts';
import { anything, fields, flag, list, moment, text, whole } from './schema-words.ts';

/** What clusters have on which applications run: namespaces that are lent, and what runs in them. */

const cloud = { group: 'cloud.redhat.com' } as const;

const reservation = custom('namespacereservations', {
  ...cloud,
  kind: 'NamespaceReservation',
  short: ['reservation', 'nsr'],
  cluster: true,
  spec: fields({
    duration: text(),
    pool: text({ default: 'default' }),
    'requester*': text(),
    secretSourceNamespace: text(),
    team: text(),
  }),
  status: fields({ 'expiration*': moment(), 'namespace*': text(), 'state*': text(), pool: text() }),
});

const pool = custom('namespacepools', {
  ...cloud,
  kind: 'NamespacePool',
  short: ['nspool'],
  cluster: true,
  spec: fields({
    'size*': whole(),
    sizeLimit: whole(),
    'local*': flag(),
    clowdenvironment: anything(),
    defaultSecretSourceNamespace: text(),
    limitrange: anything(),
    resourcequotas: anything(),
    description: text(),
    teams: list(fields({ 'name*': text(), 'secrets*': list(anything()) })),
  }),
  status: fields({ 'ready*': whole(), 'creating*': whole(), 'reserved*': whole() }),
});

export const CLOUD: readonly ResourceType[] = [
  reservation,
  pool,
  custom('clowdenvironments', { ...cloud, kind: 'ClowdEnvironment', short: ['env'], cluster: true }),
  custom('clowdapps', { ...cloud, kind: 'ClowdApp', short: ['app'] }),
  custom('clowdjobinvocations', { ...cloud, kind: 'ClowdJobInvocation', short: ['cji'] }),
  custom('frontendenvironments', { ...cloud, kind: 'FrontendEnvironment', short: ['feenv'], cluster: true }),
  custom('routes', { group: 'route.openshift.io', versions: ['v1'], kind: 'Route' }),
];
