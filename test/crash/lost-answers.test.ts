import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { play } from '../support/story.ts';
import { startWorld, summarize, type World } from '../support/world.ts';

/** One story with every system failing, or (`test:exhaustive`) also one story for each system. */
const EACH = process.env.CRASH_OUTSIDE === 'all';
const SYSTEMS = ['errata', 'gitlab', 'jenkins', 'gangway', 'github', 'slack'] as const;

/** Where a POST may be a read as well: which paths change something. */
const WRITES: Record<string, string> = { slack: 'chat.postMessage', errata: '^(?!.*security_alerts)' };

describe('W-S14, promise 2: nothing is sent twice after a lost answer', () => {
  let world: World;
  let undisturbed: string[];

  beforeAll(async () => {
    world = await startWorld({ callLimit: '700ms', lease: '5s' });
    await world.fresh();
    await play(world);
    undisturbed = summarize(await world.effects());
  }, 120_000);

  afterAll(async () => {
    await world.close();
  });

  const groups: (readonly string[])[] = EACH ? [SYSTEMS, ...SYSTEMS.map((system) => [system])] : [SYSTEMS];
  for (const group of groups) {
    const failWrites = async (fault: string, times: number) => {
      for (const system of group) {
        const path = WRITES[system] === undefined ? {} : { path: WRITES[system] };
        for (const method of ['POST', 'PUT']) await world.fault({ system, method, fault, times, ...path });
      }
    };
    const journal = async () => (await world.run(['journal', 'export', 'z-stream-4.20.27'])).out;

    test(`${group.join(', ')}: every write times out after its effect`, async () => {
      await world.fresh();
      await failWrites('timeout_after', 30);
      await play(world);
      expect(summarize(await world.effects())).toEqual(undisturbed);
      expect(await journal()).toContain('"effect.doubted"');
      expect(await journal()).toContain('"outcome":"found"');
    }, 240_000);

    test(`${group.join(', ')}: the first write times out before its effect, and is sent once more`, async () => {
      await world.fresh();
      await failWrites('timeout_before', 1);
      await play(world);
      expect(summarize(await world.effects())).toEqual(undisturbed);
      expect(await journal()).toContain('"outcome":"not_sent"');
    }, 240_000);
  }

  const ASKED = [...SYSTEMS, 'release-controller', 'mirror', 'portal', 'trackers', 'prow'];
  const FAULTS = ['429', '500', 'truncated', 'slow'] as const;
  // Every system its own fault; another turn gives each another one.
  for (const turn of EACH ? [0, 1, 2, 3] : [0]) {
    test(`every system answers its first requests with a fault (turn ${turn})`, async () => {
      await world.fresh();
      for (const [index, system] of ASKED.entries()) {
        const fault = FAULTS[(index + turn) % FAULTS.length];
        await world.fault({ system, fault, times: 3, delay_ms: 300, retry_after: 1 });
      }
      await play(world);
      expect(summarize(await world.effects())).toEqual(undisturbed);
    }, 120_000);
  }
});
