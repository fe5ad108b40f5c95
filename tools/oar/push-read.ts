import { z } from 'zod';
import type { PushJob } from '../errata/client.ts';
import { demandSome, liveAdvisories, type ReleaseAdvisory } from './advisories.ts';
import type { Metadata } from './metadata.ts';
import { overallPush, type PushState, pushStateOf, stageJobs } from './push.ts';
import type { OarServices } from './services.ts';

export interface PushedAdvisory extends ReleaseAdvisory {
  stage: PushJob[];
}

export const PUSH_STATES = ['complete', 'running', 'failed', 'not_started'] as const;

export const AdvisoryPush = z.object({
  id: z.int(),
  kind: z.string(),
  state: z.string(),
  push: z.object({ id: z.int(), status: z.string() }).nullable(),
});

export async function stageJobsOf(services: OarServices, id: number): Promise<PushJob[]> {
  return stageJobs(await services.errata().listPushes(id));
}

/** Every live advisory with its pushes to stage; with no live advisory there is nothing to be complete. */
export async function pushedAdvisories(services: OarServices, metadata: Metadata): Promise<PushedAdvisory[]> {
  const live = await liveAdvisories(services, metadata);
  demandSome(live, metadata);
  return await Promise.all(live.map(async (one) => ({ ...one, stage: await stageJobsOf(services, one.id) })));
}

export function reportPushes(advisories: readonly PushedAdvisory[]) {
  return advisories.map(({ id, kind, advisory, stage }) => {
    const last = stage.at(-1);
    return {
      id,
      kind,
      state: advisory.status,
      push: last === undefined ? null : { id: last.id, status: last.status },
    };
  });
}

export function pushState(advisories: readonly PushedAdvisory[]): { state: PushState; cause: string } {
  const state = overallPush(advisories.map(({ stage }) => pushStateOf(stage)));
  const words = advisories.map(({ id, kind, advisory, stage }) => {
    const last = stage.at(-1);
    if (last !== undefined) return `${kind} ${id}: push ${last.id} is ${last.status}`;
    return `${kind} ${id}: not pushed${advisory.status === 'NEW_FILES' ? ', it is NEW_FILES' : ''}`;
  });
  return { state, cause: words.join('; ') };
}
