import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runMortal } from './mortal.ts';
import { type ShelfWorld, shelfWorld } from './rollback/world.ts';
import { countOf, SEED, sample } from './sample.ts';

const ENTRY = new URL('rollback/entry.ts', import.meta.url);
/** How many points are tried of each way here; `test:exhaustive` tries all. */
const SAMPLE = countOf(process.env.CRASH_OUTSIDE, 2);

type Verb = 'forward' | 'back';

let world: ShelfWorld;
beforeAll(async () => {
  world = await shelfWorld();
});
afterAll(async () => {
  await world.close();
});

/** Forward and back again, killed once at a point of one of the two (0: never). */
async function story(flow: string, killed: Verb, point: number) {
  world.reset();
  const home = mkdtempSync(join(tmpdir(), 'sluice-rollback-'));
  const counter = join(home, 'counter');
  const env = { FIXTURE_URL: world.url, FIXTURE_HOME: join(home, 'state'), FIXTURE_FLOW: flow };
  const crash = { CRASH_COUNTER: counter, CRASH_AT: String(point) };
  try {
    const forward = await runMortal(ENTRY, { ...env, ...(killed === 'forward' ? crash : {}) });
    let kills = forward.signal === null ? 0 : 1;
    let back = await runMortal(ENTRY, { ...env, FIXTURE_VERB: 'back', ...(killed === 'back' ? crash : {}) });
    if (back.signal !== null) {
      kills += 1;
      back = await runMortal(ENTRY, { ...env, FIXTURE_VERB: 'back' });
    }
    for (const exit of [forward, back])
      if (exit.signal === null && exit.code !== 0) throw new Error(exit.err);
    const points = existsSync(counter) ? Number(readFileSync(counter, 'utf8')) : 0;
    return { kills, points, things: world.things(), changes: world.changes() };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** What is left, and what may never be sent twice. */
const FLOWS = [
  ['step by step', 'flow.yaml', { live: 'old' }],
  ['by another flow', 'flow-whole.yaml', { live: 'old', log: 'made' }],
] as const;

describe.each(FLOWS)('promise 30: a release that is taken back %s', (_name, flow, before) => {
  for (const killed of ['forward', 'back'] as const) {
    test(`is as it was before, killed at any point of the way ${killed} (seed ${SEED})`, async () => {
      const { points, things, changes } = await story(flow, killed, 0);
      expect(things).toEqual(before);
      expect(changes.length).toBeGreaterThan(2);
      expect(points).toBeGreaterThan(15);
      const all = Array.from({ length: points }, (_, index) => index + 1);
      for (const point of sample(all, SAMPLE)) {
        const after = await story(flow, killed, point);
        const log = after.things.log === undefined ? { live: 'old' } : before;
        expect({ point, kills: after.kills, things: after.things }).toEqual({ point, kills: 1, things: log });
        expect({ point, changes: after.changes }).toEqual({ point, changes: [...new Set(after.changes)] });
      }
    }, 3_600_000);
  }
});
