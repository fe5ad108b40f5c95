import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FixtureWorld, fixtureWorld } from './fixture/world.ts';
import { runMortal } from './mortal.ts';

const ENTRY = new URL('fixture/entry.ts', import.meta.url);
const EACH_ONCE = ['a', 'b', 'job', 'z'];

let world: FixtureWorld;
beforeAll(async () => {
  world = await fixtureWorld();
});
afterAll(async () => {
  await world.close();
});

/** Runs the flow to its end, killed once at the given point (0: never). Answers what was made. */
async function story(
  point: number,
  env: Record<string, string> = {},
): Promise<{ made: string[]; killed: number; points: number }> {
  world.reset();
  const home = mkdtempSync(join(tmpdir(), 'sluice-fixture-'));
  const counter = join(home, 'counter');
  try {
    for (let killed = 0; killed < 3; killed += 1) {
      const exit = await runMortal(ENTRY, {
        ...env,
        FIXTURE_URL: world.url,
        FIXTURE_HOME: join(home, 'state'),
        CRASH_COUNTER: counter,
        CRASH_AT: String(point),
      });
      if (exit.signal !== null) continue;
      if (exit.code !== 0) throw new Error(exit.err);
      const points = existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0;
      return { made: world.made().sort(), killed, points };
    }
    throw new Error('it was killed again and again');
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

test('W-S17, promise 1: a flow of five steps, killed at every journal write and every request, makes each thing once', async () => {
  const { made, points } = await story(0);
  expect(made).toEqual(EACH_ONCE);
  expect(points).toBeGreaterThan(30);
  for (let point = 1; point <= points; point += 1) {
    const { made: after, killed } = await story(point);
    expect({ point, killed, made: after }).toEqual({ point, killed: 1, made: EACH_ONCE });
  }
}, 240_000);

test('the control: where nothing can be found again, the same kills do make duplicates', async () => {
  const blind = { FIXTURE_BLIND: '1', CRASH_ONLY: 'outside' };
  const { points } = await story(0, blind);
  const duplicated: number[] = [];
  for (let point = 1; point <= points; point += 1) {
    const { made } = await story(point, blind);
    if (new Set(made).size < made.length) duplicated.push(point);
  }
  // Killed after each of the four requests, before its outcome was written.
  expect(duplicated).toEqual([2, 4, 6, 8]);
}, 240_000);
