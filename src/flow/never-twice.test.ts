import { describe, expect, it } from 'vitest';
import { fixture, flowText, states } from '../../test/support/fixture-engine.ts';
import { Engine } from './engine.ts';

const ONE = flowText(`
  build:
    uses: world_set_thing
    with: { name: =inputs.item }
    undo: { none: it stays }
`);

describe('W-S14, promise 2: a write whose answer was lost', () => {
  it('is looked up by its key at once and not sent again when it is there', async () => {
    const { drive, world, kinds } = await fixture(ONE);
    world.fail('thing:a', 'lost after');
    expect(await drive()).toMatchObject({ state: 'done' });
    expect(world.sent).toEqual(['thing:a']);
    expect(await kinds()).toEqual([
      'run.opened',
      'effect.intended build',
      'effect.doubted build',
      'step.looked build',
      'effect.settled build',
      'step.settled build',
      'run.closed',
    ]);
  });

  it('is sent again only after the outside has had time to show it', async () => {
    const { drive, world, clock } = await fixture(ONE);
    world.fail('thing:a', 'lost before');
    const report = await drive();
    expect(report).toMatchObject({ state: 'waiting', next_at: '2026-06-25T12:00:30Z' });
    expect(report.steps[0]?.cause).toMatch(
      /"set" on thing:a may have happened \(no answer for thing:a\); it is believed absent from 2026-06-25T12:00:30Z/,
    );
    clock.forward(29_000);
    expect((await drive()).state).toBe('waiting');
    expect(world.sent).toEqual([]);
    clock.forward(1_000);
    expect((await drive()).state).toBe('done');
    expect(world.sent).toEqual(['thing:a']);
  });

  it('is not sent again when it shows up late, within the time that it may need', async () => {
    const { drive, world, clock } = await fixture(ONE);
    world.fail('thing:a', 'lost after');
    world.hidden.add('thing:a');
    expect((await drive()).state).toBe('waiting');
    world.hidden.clear();
    clock.forward(30_000);
    expect((await drive()).state).toBe('done');
    expect(world.sent).toEqual(['thing:a']);
  });

  it('blocks, and is not sent again, while nobody can tell', async () => {
    const { drive, world, clock } = await fixture(ONE);
    world.fail('thing:a', 'lost before');
    world.onSend = () => {
      world.unreadable.add('thing:a');
    };
    const report = await drive();
    expect(report).toMatchObject({
      state: 'blocked',
      blocked_by: [
        {
          step: 'build',
          cause: 'it is not known whether "set" on thing:a happened: the list of thing:a is cut',
        },
      ],
    });
    for (let day = 0; day < 3; day += 1) {
      clock.forward(3_600_000);
      expect((await drive()).state).toBe('blocked');
    }
    expect(world.sent).toEqual([]);
    world.unreadable.clear();
    clock.forward(60_000);
    expect((await drive()).state).toBe('done');
    expect(world.sent).toEqual(['thing:a']);
  });

  it('counts as in doubt also after a defect of ours', async () => {
    const { drive, world } = await fixture(ONE);
    world.fail('thing:a', 'defect after');
    expect((await drive()).state).toBe('done');
    expect(world.sent).toEqual(['thing:a']);
  });
});

describe('a write', () => {
  it('is not sent at all when it cannot be looked up first', async () => {
    const { drive, world } = await fixture(ONE);
    world.unreadable.add('thing:a');
    expect(await drive()).toMatchObject({
      state: 'blocked',
      blocked_by: [{ cause: 'the list of thing:a is cut' }],
    });
    expect(world.sent).toEqual([]);
  });

  it('that was refused has failed, and is sent again only when a person says so', async () => {
    const { drive, world, clock, engine } = await fixture(ONE);
    world.fail('thing:a', 'refused');
    expect(await drive()).toMatchObject({ state: 'failed', blocked_by: [{ cause: 'thing:a was refused' }] });
    clock.forward(86_400_000);
    expect((await drive()).state).toBe('failed');
    await engine.decide('fixture-a', {
      step: 'build',
      option: 'retry',
      reason: 'it was mended',
      by: { id: 'ann', face: 'cli' },
    });
    expect((await drive()).state).toBe('done');
    expect(world.sent).toEqual(['thing:a']);
  });

  it('of several effects sends each once, and after a fault only those that are missing', async () => {
    const { drive, world, clock } = await fixture(
      flowText('  build: { uses: world_set_thing, with: { name: x+y+z }, undo: { none: x } }\n'),
    );
    world.things.set('thing:x', 'before');
    world.fail('thing:z', 'lost before');
    expect((await drive()).state).toBe('waiting');
    expect(world.sent).toEqual(['thing:y']);
    clock.forward(30_000);
    expect((await drive()).state).toBe('done');
    expect(world.sent).toEqual(['thing:y', 'thing:z']);
  });

  it('waits for its time without having begun', async () => {
    const { drive, world, clock, kinds } = await fixture(ONE);
    world.unready.add('thing:a');
    expect(await drive()).toMatchObject({ state: 'waiting', next_at: '2026-06-25T12:15:00Z' });
    expect(await kinds()).toEqual(['run.opened', 'step.looked build']);
    world.unready.clear();
    clock.forward(900_000);
    expect((await drive()).state).toBe('done');
  });

  it('promise 7: is not begun when the state folder cannot take its outcome', async () => {
    const full = new Error('full');
    const { engine, world, store } = await fixture(ONE, { assertWritable: () => Promise.reject(full) });
    await expect(engine.drive({ flow: 'fixture', inputs: { item: 'a' } })).rejects.toBe(full);
    expect(world.sent).toEqual([]);
    expect(await store.list()).toEqual([]);
  });
});

describe('promise 4: two drivers', () => {
  it('at once on one run have each effect once', async () => {
    const made = await fixture(
      flowText(
        ['a', 'b', 'c', 'd']
          .map((id) => `  ${id}: { uses: world_set_thing, with: { name: ${id} }, undo: { none: x } }\n`)
          .join(''),
      ),
    );
    const other = await Engine.create(made.services);
    made.world.onSend = () => new Promise((done) => setImmediate(done));
    const target = { flow: 'fixture', inputs: { item: 'a' } };
    await Promise.all([made.engine.drive(target), other.drive(target), made.engine.drive(target)]);
    expect(await made.drive()).toMatchObject({ state: 'done' });
    expect(made.world.sent.toSorted()).toEqual(['thing:a', 'thing:b', 'thing:c', 'thing:d']);
    expect(await made.store.list()).toHaveLength(1);
  });

  it('of which one holds an effect: the other waits for it, and sends nothing', async () => {
    const { drive, world, engine, services } = await fixture(ONE);
    const other = await Engine.create(services);
    let during: unknown;
    world.onSend = async () => {
      world.onSend = () => undefined;
      during = await other.drive({ release_id: 'fixture-a' });
    };
    expect((await drive()).state).toBe('done');
    expect(during).toMatchObject({ state: 'running' });
    expect(world.sent).toEqual(['thing:a']);
    expect(states(await engine.status('fixture-a')).build).toBe('done');
  });

  it('of which one sleeps past its lease: it sends nothing any more', async () => {
    const { drive, world, clock, kinds } = await fixture(ONE);
    const { wall } = clock;
    const readings: number[] = [];
    world.onFind = () => {
      clock.wall = () => {
        // After the look-up: the intent's own, its entry's, and then the permit's, an hour later.
        readings.push(wall() + (readings.length >= 2 ? 3_600_000 : 0));
        return readings.at(-1) ?? 0;
      };
    };
    await drive();
    expect(world.sent).toEqual([]);
    expect(await kinds()).toContain('effect.intended build');
  });
});

describe('promise 51: a notice', () => {
  const NOTICE = flowText(`
  build:
    uses: world_set_thing
    with: { name: =inputs.item }
    undo: { none: it stays }
    notify:
      uses: world_post
      with: { key: =notice, text: '="built " + inputs.item + ": " + result.summary' }
  after:
    needs: [build]
    uses: world_set_thing
    with: { name: after }
    undo: { none: it stays }
`);
  const KEY = 'post:fixture-a/build/passed/1';

  it('is sent once, however often the run is driven', async () => {
    const { drive, world } = await fixture(NOTICE);
    await drive();
    await drive();
    expect(world.count(KEY)).toBe(1);
    expect(world.things.get(KEY)).toBe('built a: a is set');
  });

  it('that is lost is not sent again when it is there, and never holds up the run', async () => {
    const { drive, world } = await fixture(NOTICE);
    world.fail(KEY, 'lost after');
    expect((await drive()).state).toBe('done');
    await drive();
    expect(world.count(KEY)).toBe(1);
  });

  it('that cannot be sent is dropped, and fails nothing', async () => {
    const { drive, world, engine } = await fixture(NOTICE);
    world.fail(KEY, 'refused');
    expect((await drive()).state).toBe('done');
    expect(world.sent).toEqual(['thing:a', 'thing:after']);
    expect((await engine.explain('fixture-a', 'build')).explained[0]?.notices).toMatchObject([
      { state: 'dropped', cause: expect.stringContaining('was refused') },
    ]);
  });

  it('is not sent for what was there before the run began', async () => {
    const { drive, world } = await fixture(NOTICE);
    world.things.set('thing:a', 'by an older automation');
    expect((await drive()).state).toBe('done');
    expect(world.sent).toEqual(['thing:after']);
  });
});
