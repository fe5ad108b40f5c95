import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOME } from '../../src/app.ts';
import { declaredIn } from '../support/ship.ts';
import { type RequestRecord, startWorld, type World } from '../support/world.ts';
import { type JournalEntry, journalsOf, unplanned } from './flows/journals.ts';
import { type Played, type Point, planned, play } from './flows/play.ts';
import { STORIES } from './flows/stories.ts';
import { countOf, SEED, sample } from './sample.ts';

/** How many points of each story are tried here; `test:exhaustive` tries all. */
const JOURNAL_SAMPLE = countOf(process.env.CRASH_JOURNAL, 1);
const OUTSIDE_SAMPLE = countOf(process.env.CRASH_OUTSIDE, 1);
const READ_SAMPLE = countOf(process.env.CRASH_READS, 0);
/** `1/2` and `2/2` share the points between two processes. */
const [SHARD = 1, SHARDS = 1] = (process.env.CRASH_SHARD ?? '1/1').split('/').map(Number);

test('each flow that ships has a story', () => {
  const shipped = readdirSync(join(HOME, 'skills'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('/flow.yaml'))
    .map((path) => path.split('/')[0]);
  expect(STORIES.map(({ flow }) => flow).sort()).toEqual(shipped.sort());
});

describe.each(STORIES)('$flow', (story) => {
  let world: World;
  let undisturbed: Played;
  let declared: string | undefined;
  let before: Awaited<ReturnType<typeof planned>>;
  let sentBefore: RequestRecord[];
  let entries: JournalEntry[];

  beforeAll(async () => {
    world = await startWorld(story.world);
    await world.fresh();
    declared = story.back === undefined ? undefined : declaredIn(world);
    before = await planned(world, story);
    sentBefore = (await world.requests()).filter(({ mutating }) => mutating);
    undisturbed = await play(world, story, undefined);
    entries = await journalsOf(world.home);
  }, 240_000);

  afterAll(async () => {
    await world.close();
  });

  const chosen = (): Point[] => {
    const of = (kind: string) => undisturbed.points.filter((point) => point.kind === kind);
    expect(of('outside').length).toBeGreaterThan(1);
    expect(of('journal').length).toBeGreaterThan(9);
    return [
      ...sample(of('outside'), OUTSIDE_SAMPLE),
      ...sample(of('journal'), JOURNAL_SAMPLE),
      ...sample(of('read'), READ_SAMPLE),
    ].filter((_point, index) => index % SHARDS === SHARD - 1);
  };

  test('promise 34: a plan and a dry run of it send nothing, and say the same', () => {
    expect(sentBefore).toEqual([]);
    expect(before.plan.length).toBeGreaterThan(0);
    expect(before.dry).toEqual(before.plan);
  });

  test('promise 35: does what it was planned to do, and nothing else', () => {
    if (story.before === undefined) expect(unplanned(before.plan, entries)).toEqual([]);
    // The later it is asked, the more of it is known.
    for (const { release, effects } of undisturbed.plans) {
      const own = entries.filter((entry) => entry.release === release);
      expect([release, unplanned(effects, own)]).toEqual([release, []]);
    }
    const asks = entries.some(({ kind }) => /^(?:confirmation|approval)\.asked$/.test(kind));
    expect(undisturbed.plans.length > 0).toBe(asks);
  });

  test('undisturbed, it has each effect once', () => {
    expect(undisturbed.effects).toMatchSnapshot();
    expect(new Set(undisturbed.effects).size).toBe(undisturbed.effects.length);
    if (declared !== undefined) expect(declaredIn(world)).toBe(declared);
  });

  test(`W-S17, promise 1: killed anywhere and begun again, has the effects of the undisturbed one, each once (seed ${SEED})`, async () => {
    for (const point of chosen()) {
      const { text } = point;
      const { killed, effects } = await play(world, story, point);
      // How often is asked depends on time: the last of these may not come.
      const kills = point.kind === 'read' ? killed : 1;
      expect({ text, killed, effects }).toEqual({ text, killed: kills, effects: undisturbed.effects });
      if (declared !== undefined) expect({ text, declared: declaredIn(world) }).toEqual({ text, declared });
      const verify = await world.run(['journal', 'verify', '--json']);
      expect({ text, ok: JSON.parse(verify.out).ok }).toEqual({ text, ok: true });
    }
  }, 7_200_000);

  test.skipIf(story.back === undefined)(
    `promise 30: taken back at once from where it was killed, declares what was declared before (seed ${SEED})`,
    async () => {
      const once = counts(undisturbed.effects);
      for (const point of chosen()) {
        const { text } = point;
        const { effects } = await play(world, story, point, 'haste');
        // What it left open would be merged by its owners in this time.
        await world.pass('2d');
        expect({ text, declared: declaredIn(world) }).toEqual({ text, declared });
        const twice = [...counts(effects)].filter(([effect, count]) => count > (once.get(effect) ?? 1));
        expect({ text, twice }).toEqual({ text, twice: [] });
      }
    },
    7_200_000,
  );
});

/** How often there is each effect, whatever number the outside has given it. */
function counts(effects: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const effect of effects) {
    const name = effect.replace(/!\d+|-\d+\b/g, '');
    found.set(name, (found.get(name) ?? 0) + 1);
  }
  return found;
}
