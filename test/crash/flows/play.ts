import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PlannedEffect } from '../../../src/flow/plan.ts';
import { summarize, type World } from '../../support/world.ts';
import { runMortal } from '../mortal.ts';
import type { Act, CrashStory } from './stories.ts';

const ENTRY = new URL('entry.ts', import.meta.url);
const Asked = z.object({ release: z.string(), effects: z.array(PlannedEffect) });
/** One is killed, the next one ends it. */
const MOST_PROCESSES = 3;

export interface Point {
  /** Its kind and its number among these. */
  at: string;
  kind: string;
  text: string;
}

export interface Played {
  killed: number;
  effects: string[];
  points: Point[];
  /** What was said to the one who was asked, each time. */
  plans: z.output<typeof Asked>[];
}

/**
 * A story in a fresh world, its driver killed at a point (undefined: at none) and begun again. In haste, a
 * release whose driver was killed is not driven on but taken back from where it stands.
 */
export async function play(
  world: World,
  story: CrashStory,
  point: Point | undefined,
  haste: 'haste' | 'patience' = 'patience',
): Promise<Played> {
  await world.fresh();
  if (story.before !== undefined) await run(world, story.before, {});
  const counter = join(world.home, 'crash-counter');
  const back = story.back === true ? '1' : '';
  const plans = join(world.home, 'plans');
  const crash = {
    CRASH_COUNTER: counter,
    CRASH_AT: point?.at ?? '',
    STORY_BACK: back,
    // Looking takes requests of its own: only where nothing is to be killed.
    STORY_PLANS: point === undefined ? plans : '',
  };
  let killed = 0;
  for (let processes = 0; processes < MOST_PROCESSES; processes += 1) {
    const inHaste = killed > 0 && haste === 'haste' ? { STORY_HASTE: '1' } : {};
    if (!(await run(world, story, { ...crash, ...inHaste }))) {
      killed += 1;
      continue;
    }
    // A commit on top of a merge has another id when that was merged at another time.
    const effects = summarize(await world.effects()).map((line) => line.replace(/ "[0-9a-f]{40}"$/, ''));
    return { killed, effects, points: pointsIn(`${counter}.log`), plans: plansIn(plans) };
  }
  throw new Error('it was killed again and again');
}

const Effects = z.array(PlannedEffect);
const Planned = z.object({ plan: Effects, dry: Effects });

/** What is said beforehand that a story will do, by a plan and by a dry run. */
export async function planned(world: World, story: CrashStory): Promise<z.output<typeof Planned>> {
  const file = join(world.home, 'planned.json');
  await run(world, story, { STORY_PLAN: file });
  return Planned.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** False when it was killed. */
async function run(world: World, act: Act, env: Record<string, string>): Promise<boolean> {
  const { code, signal, err } = await runMortal(ENTRY, {
    SLUICE_CONFIG: world.sandbox.config,
    SLUICE_HOME: world.home,
    SLUICE_LOG: 'silent',
    STORY_FLOW: act.flow,
    STORY_INPUTS: JSON.stringify(act.inputs),
    ...env,
  });
  if (signal !== null) return false;
  if (code !== 0) throw new Error(`${act.flow}: ${err}`);
  return true;
}

function plansIn(file: string): Played['plans'] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => Asked.parse(JSON.parse(line)));
}

function pointsIn(file: string): Point[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((text) => {
      const [, at = ''] = text.split(' ');
      return { at, kind: at.split(':')[0] ?? '', text };
    });
}
