import { z } from 'zod';
import { DEPLOYMENT } from './resources/deployment.ts';
import { RolloutDetail, rolloutDetail, watchCall } from './rollout-view.ts';
import { defineTool, Name, PLACE_INPUT } from './tool.ts';

export const rolloutStatus = defineTool({
  name: 'kubernetes_rollout_status',
  title: 'State of a rollout',
  description: `
One look at the rollout of a Deployment: done, progressing, failed (past its progress deadline) or paused, with
generations, replicas, conditions, the new ReplicaSet, and which of its pods do not come up and why. To wait for its end:
kubernetes_rollout_watch.`,
  effect: 'read',
  input: z.object({ ...PLACE_INPUT, deployment: Name }),
  output: RolloutDetail,
  run: async ({ deployment: name, ...given }, { client, now, signal }) => {
    const place = await client.place(given);
    const where = { namespace: place.namespace, signal };
    const deployment = await place.cluster.get(DEPLOYMENT, name, where);
    const detail = await rolloutDetail(place, deployment, now, signal);
    return detail.state === 'progressing' && detail.next === undefined
      ? { ...detail, next: watchCall(place, name) }
      : detail;
  },
});
