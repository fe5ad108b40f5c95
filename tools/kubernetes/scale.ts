import { z } from 'zod';
import { absent, present } from '../../src/kit/effect.ts';
import { DEPLOYMENT, SCALE } from './resources/deployment.ts';
import { ROLLOUT_STATES, rolloutOf, rolloutText } from './rollout.ts';
import { watchCall } from './rollout-view.ts';
import { defineTool, Name, PLACE_INPUT, PLACE_OUTPUT, placeName, placeOutput } from './tool.ts';
import { many } from './words.ts';

const Evidence = z.object({ was: z.int().nullable() });

export const scale = defineTool({
  name: 'kubernetes_scale',
  title: 'Scale a Deployment',
  description: `
Sets how many replicas a Deployment shall have, 0 to stop it. The preview says how many it has now. An autoscaler of the
Deployment, or whatever deploys it, may set another number later. Follow it with kubernetes_rollout_watch.`,
  effect: 'update',
  key: 'kubernetes/<cluster>/<namespace>/deployments/<name>/replicas/<number>',
  settles: '5s',
  input: z.object({ ...PLACE_INPUT, deployment: Name, replicas: z.int().min(0).max(100) }),
  output: z.object({
    ...PLACE_OUTPUT,
    deployment: z.string(),
    replicas: z.int(),
    was: z.int().nullable().meta({ description: 'Before; null when it had this number already.' }),
    available: z.int(),
    sent: z.boolean().meta({ description: 'False: it had this number already.' }),
    state: z.enum(ROLLOUT_STATES).meta({ description: 'Of the rollout, now.' }),
    summary: z.string(),
    next: z.string().optional(),
  }),
  effects: async ({ deployment: name, replicas, ...given }, { client, signal }) => {
    const place = await client.place(given);
    const { cluster, namespace } = place;
    const { spec } = await cluster.get(DEPLOYMENT, name, { namespace, signal });
    return [
      {
        key: `kubernetes/${cluster.name}/${namespace}/deployments/${name}/replicas/${replicas}`,
        preview: {
          system: cluster.name,
          action: 'scale',
          target: `deployment ${name} in ${namespace}`,
          before: { replicas: spec.replicas },
          after: { replicas },
        },
        find: async () => {
          const there = await cluster.get(DEPLOYMENT, name, { namespace });
          return there.spec.replicas === replicas ? present({ was: null }) : absent;
        },
        send: async (permit) => {
          const options = { namespace, subresource: 'scale' } as const;
          await cluster.patch(SCALE, name, { spec: { replicas } }, permit, options);
          return { was: spec.replicas };
        },
      },
    ];
  },
  result: async ({ deployment: name, replicas, ...given }, { client, signal }, [outcome]) => {
    const place = await client.place(given);
    const { namespace } = place;
    const { was } = Evidence.parse(outcome?.data);
    const deployment = await place.cluster.get(DEPLOYMENT, name, { namespace, signal });
    const rollout = rolloutOf(deployment);
    const sent = outcome?.outcome === 'sent';
    const what = `${name} in ${placeName(place)}`;
    const done = sent
      ? `${what} is scaled ${was === null ? '' : `from ${was} `}to ${many(replicas, 'replica')}`
      : `${what} had ${many(replicas, 'replica')} already`;
    return {
      ...placeOutput(place),
      deployment: name,
      replicas,
      was,
      available: deployment.status.availableReplicas,
      sent,
      state: rollout.state,
      summary: `${done}; its rollout ${rolloutText(rollout)}.`,
      ...(rollout.state === 'progressing' ? { next: watchCall(place, name) } : {}),
    };
  },
});
