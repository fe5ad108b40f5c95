import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { type Answered, type Api, call } from './kube-call.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const ESTABLISHED_MS = 30_000;
const Named = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
const Definition = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    group: z.string(),
    scope: z.string(),
    names: z.object({ kind: z.string(), plural: z.string() }),
    versions: z.array(
      z.object({
        name: z.string(),
        served: z.boolean(),
        subresources: z.object({ status: z.unknown() }).optional(),
      }),
    ),
  }),
});
export type Definition = z.output<typeof Definition>;
export type KubeObject = z.output<typeof Named>;
const Established = z.object({
  status: z
    .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish() })
    .optional(),
});

const RIGHTS = [
  {
    apiGroups: ['appstudio.redhat.com', 'tekton.dev'],
    resources: ['*'],
    verbs: ['get', 'list', 'watch'],
  },
];

/** Lets the user `reader` read what Konflux and Tekton have, in every namespace. */
export async function applyReaderRights(api: Api, token: string): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const metadata = { name: 'sluice-reader' };
  await made(api, `${rbac}/clusterroles`, token, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata,
    rules: RIGHTS,
  });
  await made(api, `${rbac}/clusterrolebindings`, token, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'sluice-reader' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'reader' }],
  });
}

/** Every object in the YAML files of a folder, those below it included; samples and the like are left out. */
export function objectsIn(folder: string): KubeObject[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && !name.includes('samples'))
    .sort()
    .flatMap((name) => parseAllDocuments(readFileSync(join(folder, name), 'utf8')))
    .map((document) => Named.parse(document.toJS()));
}

/** The custom resource definitions in a folder, in the parts that say how to reach them. */
export function definitionsIn(folder: string): Definition[] {
  return crdsIn(folder).map((definition) => Definition.parse(definition));
}

/** Sends every definition and waits until the server serves them. */
export async function applyCrds(api: Api, token: string, folder: string): Promise<void> {
  const definitions = crdsIn(folder);
  for (const definition of definitions) await made(api, CRDS, token, definition);
  const until = performance.now() + ESTABLISHED_MS;
  for (const { metadata } of definitions) {
    while (!(await established(api, token, metadata.name))) {
      if (performance.now() > until) throw new Error(`${metadata.name} is not served`);
      await sleep(100);
    }
  }
}

function crdsIn(folder: string): KubeObject[] {
  return objectsIn(folder).filter(({ kind }) => kind === 'CustomResourceDefinition');
}

async function established(api: Api, token: string, name: string): Promise<boolean> {
  const { body } = await call(api, 'GET', `${CRDS}/${name}`, { token });
  const conditions = Established.parse(body).status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}

/** Creates; anything but 201 is thrown with what the server said. */
async function made(api: Api, path: string, token: string, body: object): Promise<Answered> {
  const answer = await call(api, 'POST', path, { token, body });
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
}
