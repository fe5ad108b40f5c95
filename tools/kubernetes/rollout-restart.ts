import { z } from 'zod';
import { isoTime } from '../../src/kit/clock.ts';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Place } from './environments.ts';
import { replicaSetsOf } from './owned.ts';
import { allOf } from './read.ts';
import { DEPLOYMENT, type Deployment, REPLICA_SET } from './resources/deployment.ts';
import { ROLLOUT_STATES, rolloutOf, rolloutText } from './rollout.ts';
import { watchCall } from './rollout-view.ts';
import { defineTool, Name, PLACE_INPUT, PLACE_OUTPUT, placeName, placeOutput } from './tool.ts';

/** As kubectl writes it. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
/**
 * In the template of the pods, not on the Deployment: each ReplicaSet keeps the template that made it, so a
 * restart is found again after later ones, too.
 */
const REQUEST = 'sluice/restart-request';

const Evidence = z.object({ restarted_at: z.string().nullable() });

export const restartRollout = defineTool({
  name: 'kubernetes_rollout_restart',
  title: 'Restart a Deployment',
  description: `
Has all pods of a Deployment replaced, by its own strategy, without any other change of it. request_id names this restart:
the same one is done once however often it is asked for; give a new one for a further restart. A paused Deployment is
refused. Follow it with kubernetes_rollout_watch.`,
  effect: 'update',
  key: 'kubernetes/<cluster>/<namespace>/deployments/<name>/restart/<request_id>',
  settles: '10s',
  input: z.object({
    ...PLACE_INPUT,
    deployment: Name,
    request_id: z
      .string()
      .regex(/^[A-Za-z0-9][\w.:-]{0,99}$/)
      .meta({
        description: 'Yours to choose, e.g. release-4.20.27-config; the restart is found again by it.',
      }),
  }),
  output: z.object({
    ...PLACE_OUTPUT,
    deployment: z.string(),
    request_id: z.string(),
    sent: z.boolean().meta({ description: 'False: it had been restarted for this request already.' }),
    restarted_at: z.string().nullable(),
    state: z.enum(ROLLOUT_STATES).meta({ description: 'Of the rollout, now.' }),
    why: z.string(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  effects: async ({ deployment: name, request_id: id, ...given }, { client, now, signal }) => {
    const place = await client.place(given);
    const deployment = await read(place, name, signal);
    if (deployment.spec.paused && requestOf(deployment) !== id) throw isPaused(name);
    return [restartEffect(place, deployment, id, now)];
  },
  result: async ({ deployment: name, request_id: id, ...given }, { client, signal }, [outcome]) => {
    const place = await client.place(given);
    const { restarted_at } = Evidence.parse(outcome?.data);
    const rollout = rolloutOf(await read(place, name, signal));
    const sent = outcome?.outcome === 'sent';
    const what = `${name} in ${placeName(place)}`;
    const done = sent ? `${what} is being restarted` : `${what} had been restarted for ${id} already`;
    return {
      ...placeOutput(place),
      deployment: name,
      request_id: id,
      sent,
      restarted_at,
      state: rollout.state,
      why: rollout.why,
      summary: `${done}; its rollout ${rolloutText(rollout)}.`,
      ...(rollout.state === 'progressing' ? { next: watchCall(place, name) } : {}),
    };
  },
});

function restartEffect(place: Place, { metadata }: Deployment, id: string, now: number): Effect {
  const { cluster, namespace } = place;
  const { name } = metadata;
  return {
    key: `kubernetes/${cluster.name}/${namespace}/deployments/${name}/restart/${id}`,
    preview: {
      system: cluster.name,
      action: 'restart',
      target: `deployment ${name} in ${namespace}`,
      after: { request: id },
    },
    find: async () => {
      const deployment = await read(place, name, undefined);
      const template = [
        deployment,
        ...replicaSetsOf(deployment, await allOf(place, REPLICA_SET, undefined)),
      ].find((one) => requestOf(one) === id)?.spec.template;
      return template === undefined
        ? absent
        : present({ restarted_at: template.metadata.annotations[RESTARTED_AT] ?? null });
    },
    send: async (permit) => {
      const restartedAt = isoTime(now);
      const annotations = { [RESTARTED_AT]: restartedAt, [REQUEST]: id };
      const patch = { spec: { template: { metadata: { annotations } } } };
      await cluster.patch(DEPLOYMENT, name, patch, permit, { namespace });
      return { restarted_at: restartedAt };
    },
  };
}

async function read({ cluster, namespace }: Place, name: string, signal: AbortSignal | undefined) {
  return await cluster.get(DEPLOYMENT, name, { namespace, signal });
}

function requestOf({ spec }: { spec: Pick<Deployment['spec'], 'template'> }): string | undefined {
  return spec.template.metadata.annotations[REQUEST];
}

function isPaused(name: string): SluiceError {
  return new SluiceError('precondition', {
    cause: `Deployment ${name} is paused: a restart would not happen before it is resumed, and with all else that waits.`,
    remedy: 'Find out why it is paused; whoever paused it resumes it. Nothing was changed.',
    rule: 'not_paused',
  });
}
