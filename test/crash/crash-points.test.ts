import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { play } from '../support/story.ts';
import { startWorld, summarize, type World } from '../support/world.ts';

/** How many points are tried here; `test:exhaustive` tries all. */
const JOURNAL_SAMPLE = countOf(process.env.CRASH_JOURNAL, 2);
const OUTSIDE_SAMPLE = countOf(process.env.CRASH_OUTSIDE, 5);
/** `1/2` and `2/2` share the points between two processes. */
const [SHARD = 1, SHARDS = 1] = (process.env.CRASH_SHARD ?? '1/1').split('/').map(Number);
const SEED = Number(process.env.CRASH_SEED ?? 20260625);

describe('promise 1: SIGKILL at any point, restart, finish: the effects of an undisturbed run, each once', () => {
  let world: World;
  let undisturbed: string[];
  let points: { number: number; kind: string; text: string }[];

  beforeAll(async () => {
    world = await startWorld();
    await world.fresh();
    const counter = join(world.sandbox.dir, 'counter');
    await play(world, { CRASH_COUNTER: counter });
    undisturbed = summarize(await world.effects());
    points = readFileSync(`${counter}.log`, 'utf8')
      .trim()
      .split('\n')
      .map((text) => ({ number: Number(text.split(' ')[0]), kind: text.split(' ')[1] ?? '', text }));
  }, 120_000);

  afterAll(async () => {
    await world.close();
  });

  test('the undisturbed run has each effect once', () => {
    expect(undisturbed).toMatchSnapshot();
    expect(new Set(undisturbed).size).toBe(undisturbed.length);
  });

  test(`W-S17: at a choice of requests and journal writes (seed ${SEED})`, async () => {
    const outside = points.filter((point) => point.kind === 'outside');
    const journal = points.filter((point) => point.kind === 'journal');
    expect(outside.length).toBeGreaterThan(20);
    expect(journal.length).toBeGreaterThan(100);
    const chosen = [...sample(outside, OUTSIDE_SAMPLE), ...sample(journal, JOURNAL_SAMPLE)];
    const tried = chosen.filter((_point, index) => index % SHARDS === SHARD - 1);
    for (const point of tried) {
      await world.fresh();
      const counter = join(world.sandbox.dir, `counter-${point.number}`);
      const { killed } = await play(world, { CRASH_COUNTER: counter, CRASH_AT: String(point.number) });
      expect({ point: point.text, killed, effects: summarize(await world.effects()) }).toEqual({
        point: point.text,
        killed: 1,
        effects: undisturbed,
      });
      const verify = await world.run(['journal', 'verify', '--json']);
      expect(JSON.parse(verify.out).ok).toBe(true);
    }
  }, 3_600_000);
});

function countOf(text: string | undefined, usual: number): number {
  if (text === 'all') return Number.MAX_SAFE_INTEGER;
  return text === undefined ? usual : Number(text);
}

/** A seeded choice, the same in every run with the same seed. */
function sample<T>(items: readonly T[], count: number): T[] {
  if (count >= items.length) return [...items];
  const chosen = new Set<number>();
  let state = SEED;
  while (chosen.size < count) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    chosen.add(state % items.length);
  }
  return [...chosen].sort((a, b) => a - b).flatMap((index) => items[index] ?? []);
}
