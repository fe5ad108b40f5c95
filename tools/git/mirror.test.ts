import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitWorld } from './testing/world.ts';

test('several processes may use one mirror at once', async () => {
  await using world = await gitWorld({}, { cold: true });
  const machines = Array.from({ length: 4 }, () => world.machine(world.cache));
  for (let round = 0; round < 2; round += 1) {
    world.seed(
      Array.from({ length: 20 }, (_, index) => ({
        branch: `b${round}-${index}`,
        from: world.C1,
        files: { [`f${index}`]: `${round}` },
      })),
    );
    const totals = await Promise.all(
      machines.map(async (machine) => (await machine.read('git_list_branches', {})).total),
    );
    expect(totals).toEqual([1, 1, 1, 1].map((main) => main + 20 * (round + 1)));
  }
  expect(readdirSync(world.cache)).toHaveLength(1);
});

test('a lock that a killed process left is swept once it is old', async () => {
  await using world = await gitWorld();
  const [mirror = ''] = readdirSync(world.cache);
  const folder = join(world.cache, mirror, 'refs', 'sluice', 'origin', 'heads');
  const lock = join(folder, 'main.lock');
  mkdirSync(folder, { recursive: true });
  writeFileSync(lock, '');
  const old = Date.now() / 1_000 - 3_600;
  utimesSync(lock, old, old);
  const [C4] = world.seed([{ branch: 'main', files: { x: 'x' } }]);
  expect(await world.read('git_find_commit', { ref: 'main' })).toMatchObject({ commit: C4 });
});

test('the mirror is for its owner alone', async () => {
  await using world = await gitWorld({}, { cold: true });
  await world.read('git_fetch', {});
  expect(statSync(world.cache).mode & 0o777).toBe(0o700);
});

test('a name is looked up as it is at the call', async () => {
  await using world = await gitWorld();
  for (let count = 0; count < 2; count += 1) {
    const [tip] = world.seed([{ branch: 'main', files: { n: `${count}` } }]);
    expect(await world.client.resolve('app', 'main')).toMatchObject({ commit: tip });
  }
  const asked = world.server.requests.length;
  await world.read('git_compare', { base: 'main', head: 'refs/heads/main' });
  // One fetch for both names of the call.
  expect(world.server.requests.slice(asked).filter((line) => line.startsWith('GET'))).toHaveLength(1);
  const before = world.server.requests.length;
  await world.read('git_show', { ref: world.C1 });
  expect(world.server.requests.length).toBe(before);
});
