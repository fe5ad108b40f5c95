import { z } from 'zod';
import { demandNamespace } from './read.ts';
import { DEPLOYMENT, type Deployment } from './resources/deployment.ts';
import { ROLLOUT_STATES, type RolloutState, rolloutOf } from './rollout.ts';
import { call, defineTool, PLACE_INPUT, PLACE_OUTPUT, placeArgs, placeName, placeOutput } from './tool.ts';
import { ageOf, countBy, countsText, isoOf, many } from './words.ts';

export const Replicas = z.object({
  desired: z.int(),
  ready: z.int(),
  updated: z.int(),
  available: z.int(),
});

const DeploymentRow = z.object({
  name: z.string(),
  state: z.enum(ROLLOUT_STATES),
  why: z.string(),
  replicas: Replicas,
  images: z.array(z.object({ container: z.string(), image: z.string() })),
  created_at: z.string().nullable(),
  age: z.string().nullable(),
});

/** What is not done comes first. */
const ORDER: readonly RolloutState[] = ['failed', 'progressing', 'paused', 'done'];

export function replicasOf({ spec, status }: Deployment): z.output<typeof Replicas> {
  return {
    desired: spec.replicas,
    ready: status.readyReplicas,
    updated: status.updatedReplicas,
    available: status.availableReplicas,
  };
}

export function byUrgency(deployments: readonly Deployment[]): Deployment[] {
  const rank = (one: Deployment) => ORDER.indexOf(rolloutOf(one).state);
  return deployments.toSorted((a, b) => rank(a) - rank(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
}

export const listDeployments = defineTool({
  name: 'kubernetes_deployment_list',
  title: 'List Deployments',
  description: `
The Deployments of an environment with replicas desired, ready, updated and available, the images that their templates
name, and whether each is rolled out; what is not comes first. The images that really run: kubernetes_running_images; why
one does not get on: kubernetes_rollout_status.`,
  effect: 'read',
  input: z.object({
    ...PLACE_INPUT,
    state: z.enum(ROLLOUT_STATES).optional(),
    limit: z.int().min(1).max(50).default(25),
  }),
  output: z.object({
    ...PLACE_OUTPUT,
    counts: z.record(z.enum(ROLLOUT_STATES), z.int()),
    total: z.int(),
    truncated: z.boolean(),
    deployments: z.array(DeploymentRow),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ state, limit, ...given }, { client, now, signal }) => {
    const place = await client.place(given);
    const { items } = await place.cluster.all(DEPLOYMENT, { namespace: place.namespace, signal });
    if (items.length === 0) await demandNamespace(place, signal);
    const all = byUrgency(items);
    const wanted = all.filter((one) => state === undefined || rolloutOf(one).state === state);
    const rows = wanted.slice(0, limit).map((one) => deploymentRow(one, now));
    const [worst] = wanted;
    const next =
      worst === undefined || rolloutOf(worst).state === 'done'
        ? undefined
        : call('kubernetes_rollout_status', { ...placeArgs(place), deployment: worst.metadata.name });
    return {
      ...placeOutput(place),
      counts: countBy(ROLLOUT_STATES, all.map(stateOf)),
      total: wanted.length,
      truncated: rows.length < wanted.length,
      deployments: rows,
      summary: deploymentsText(all, ` in ${placeName(place)}`),
      ...(next === undefined ? {} : { next }),
    };
  },
});

function stateOf(deployment: Deployment): RolloutState {
  return rolloutOf(deployment).state;
}

function deploymentRow(deployment: Deployment, now: number): z.output<typeof DeploymentRow> {
  const { metadata, spec } = deployment;
  const { state, why } = rolloutOf(deployment);
  return {
    name: metadata.name,
    state,
    why,
    replicas: replicasOf(deployment),
    images: spec.template.spec.containers.map(({ name, image }) => ({ container: name, image })),
    created_at: isoOf(metadata.creationTimestamp),
    age: ageOf(metadata.creationTimestamp, now),
  };
}

const NAMED = 3;

/** `5 Deployments in stage: 1 failed, 4 done. demo-ui failed: …` */
export function deploymentsText(all: readonly Deployment[], where: string): string {
  if (all.length === 0) return `There are no Deployments${where}.`;
  const open = byUrgency(all).filter((one) => stateOf(one) !== 'done');
  const named = open
    .slice(0, NAMED)
    .map((one) => `${one.metadata.name} ${stateOf(one)}: ${rolloutOf(one).why}`)
    .join('; ');
  const more = open.length > NAMED ? ` and ${open.length - NAMED} more` : '';
  const counts = countsText(ROLLOUT_STATES, countBy(ROLLOUT_STATES, all.map(stateOf)));
  return `${many(all.length, 'Deployment')}${where}: ${counts}.${named === '' ? '' : ` ${named}${more}.`}`;
}
