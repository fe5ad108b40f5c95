import { landed } from './git/landed.ts';
import { nextOutcome } from './systems/gitlab-outcomes.ts';
import type { World } from './world.ts';

/** Something that happens by itself, at a moment that has come. */
export interface Happening {
  at: number;
  run: () => void;
}

/** Lets everything happen that is due and concerns more than one system, in the order of time. */
export function letHappen(world: World): void {
  for (let due = next(world); due !== undefined; due = next(world)) due.run();
}

function next(world: World): Happening | undefined {
  const due = [nextCommit(world), nextOutcome(world)].filter((one) => one !== undefined);
  return due.toSorted((a, b) => a.at - b.at)[0];
}

function nextCommit(world: World): Happening | undefined {
  const commit = world.git?.next(world.now);
  return commit === undefined ? undefined : { at: commit.at, run: () => landed(world, commit.run()) };
}
