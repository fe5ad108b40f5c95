import { z } from 'zod';
import { follow } from './follow.ts';
import { DEPLOYMENT, type Deployment } from './resources/deployment.ts';
import { ROLLOUT_STATES, rolloutOf } from './rollout.ts';
import { RolloutDetail, rolloutDetail } from './rollout-view.ts';
import { call, defineTool, Name, PLACE_INPUT, placeArgs } from './tool.ts';

const Seen = z.object({ state: z.enum(ROLLOUT_STATES), why: z.string() });

export const watchRollout = defineTool({
  name: 'kubernetes_rollout_watch',
  title: 'Watch a rollout',
  description: `
Follows the rollout of a Deployment until it is done, has failed or is paused, or until the time is up, with progress at
each change. When the time is up it answers the state so far and a resume_token: call again with it. For a single look:
kubernetes_rollout_status.`,
  effect: 'read',
  input: z.object({
    ...PLACE_INPUT,
    deployment: Name,
    timeout_seconds: z.int().min(1).max(50).default(40),
    resume_token: z.string().max(2_000).optional().meta({ description: 'From the answer before.' }),
  }),
  output: RolloutDetail.extend({
    finished: z.boolean(),
    resume_token: z.string().nullable(),
    changes: z.array(Seen).meta({ description: 'What it went through while it was watched.' }),
  }),
  run: async ({ deployment: name, timeout_seconds, resume_token, ...given }, context) => {
    const { client, now, signal } = context;
    const place = await client.place(given);
    const changes: z.output<typeof Seen>[] = [];
    const onChange = (deployment: Deployment): void => {
      const { state, why } = rolloutOf(deployment);
      const last = changes.at(-1);
      if (last?.state === state && last.why === why) return;
      changes.push({ state, why });
      context.progress(`${name}: ${state}, ${why}`);
    };
    const { object, finished, resumeToken } = await follow(place.cluster, DEPLOYMENT, name, {
      namespace: place.namespace,
      resumeToken: resume_token,
      deadlineMs: timeout_seconds * 1_000,
      signal,
      finished: (deployment) => rolloutOf(deployment).state !== 'progressing',
      onChange,
    });
    const detail = await rolloutDetail(place, object, now, signal);
    const again = { ...placeArgs(place), deployment: name, resume_token: resumeToken };
    const next = finished ? detail.next : call('kubernetes_rollout_watch', again);
    return {
      ...detail,
      finished,
      resume_token: finished ? null : resumeToken,
      changes,
      ...(next === undefined ? {} : { next }),
    };
  },
});
