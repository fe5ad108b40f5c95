import type { Effect } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { Release } from '../release.ts';
import type { OarServices } from '../services.ts';
import { type FlowTask, unmetNeeds } from './graph.ts';
import { readBox } from './write.ts';

/** The effects of a task, refused out of order while no run holds the order. What is there already is answered. */
export function inOrder(
  effects: readonly Effect[],
  place: { client: OarServices; ungoverned: boolean },
  release: Release,
  task: FlowTask,
): Effect[] {
  if (!place.ungoverned) return [...effects];
  return effects.map((effect) => ({
    ...effect,
    ready: async () => {
      if ((await effect.find()).state !== 'present') await assertInOrder(place.client, release, task);
      await effect.ready?.();
    },
  }));
}

/**
 * For a task that is called by itself while no run holds the order: the StateBox, where the release
 * has one, has to show that what comes before it has passed.
 */
async function assertInOrder(services: OarServices, release: Release, task: FlowTask): Promise<void> {
  const source = services.sources.statebox;
  if (source === undefined) return;
  const stored = await readBox(source, release).catch((error: unknown) => {
    if (error instanceof SluiceError && error.code === 'not_found') return undefined;
    throw error;
  });
  if (stored === undefined) return;
  const unmet = unmetNeeds(stored.box, task);
  if (unmet.length === 0) return;
  throw new SluiceError('precondition', {
    cause: `${task} of ${release.name}: its time has not come, the StateBox shows ${unmet.join(', ')} not passed.`,
    remedy: `Drive the flow (sluice drive z-stream release=${release.name}); it knows the order, and people can waive its gates.`,
    rule: 'graph',
  });
}
