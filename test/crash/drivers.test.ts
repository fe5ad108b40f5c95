import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { play } from '../support/story.ts';
import { RELEASE, startWorld, summarize, type World } from '../support/world.ts';

const EACH = process.env.CRASH_OUTSIDE === 'all';
const DRIVE = ['drive', 'z-stream', `release=${RELEASE}`, '--until-idle', '--json'];

describe('promise 4: drivers of the same release', () => {
  let world: World;
  let undisturbed: string[];

  beforeAll(async () => {
    world = await startWorld({ lease: '3s', callLimit: '1s' });
    await world.fresh();
    await play(world);
    undisturbed = summarize(await world.effects());
  }, 300_000);

  afterAll(async () => {
    await world.close();
  });

  test('four at once do each effect once', async () => {
    await world.fresh();
    const exits = await Promise.all([1, 2, 3, 4].map(async () => await world.run(DRIVE)));
    for (const exit of exits) expect({ code: exit.code, err: exit.err }).toEqual({ code: 4, err: '' });
    await play(world);
    expect(summarize(await world.effects())).toEqual(undisturbed);
  }, 300_000);

  for (const number of EACH ? [1, 2, 9, 10, 21, 22, 31, 32] : [1, 22]) {
    const place = number % 2 === 1 ? 'before' : 'after';
    test(`one is stopped ${place} a request (point ${number}), past its lease, and continued`, async () => {
      await world.fresh();
      const env = {
        CRASH_COUNTER: join(world.sandbox.dir, `stop-${number}`),
        CRASH_AT: String(number),
        CRASH_SIGNAL: 'SIGSTOP',
        CRASH_ONLY: 'outside',
      };
      const first = world.begin(DRIVE, env);
      await delay(2_500);
      // The lease is over when the other one needs it; both then work on the same release.
      const second = play(world);
      await delay(4_000);
      // On a slow machine it may come to that point only now: it is continued until it has ended.
      const wake = setInterval(() => process.kill(first.pid, 'SIGCONT'), 1_000);
      await first.exit.finally(() => clearInterval(wake));
      await second;
      expect(summarize(await world.effects())).toEqual(undisturbed);
    }, 300_000);
  }
});
