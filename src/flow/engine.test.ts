import { describe, expect, it } from 'vitest';
import { fixture, flowText, lead, states } from '../../test/support/fixture-engine.ts';
import { Engine } from './engine.ts';

const STEPS = `
  look:
    phase: one
    uses: world_get_fact
    with: { name: =inputs.item }
  build:
    phase: one
    needs: [look]
    uses: world_set_thing
    with: { name: '=inputs.item + "+" + inputs.item + "2"', value: =steps.look.result.value }
    undo: { none: it stays }
  job:
    phase: two
    needs: [build]
    start: { uses: world_start_job, with: { name: =inputs.item, attempt: =attempt } }
    poll:
      uses: world_get_job
      with: { id: =ref.id }
      done: result.state == "success"
      failed: result.state == "failure"
      every: 10m
      timeout: 2h
    retry: { attempts: 2 }
    undo: { none: it stays }
  settled:
    phase: two
    needs: [job]
    wait:
      uses: world_get_fact
      with: { name: settled }
      until: result.state == "ready"
      failed: result.state == "broken"
      every: 30m
      timeout: 1d
`;

async function begun() {
  const made = await fixture(flowText(STEPS));
  made.world.facts.set('a', { state: 'ready', value: 7 });
  made.world.facts.set('settled', { state: 'waiting', value: 0 });
  return made;
}

describe('drive', () => {
  it('goes as far as it can and then says what it waits for, and until when', async () => {
    const { drive, world } = await begun();
    const report = await drive();
    expect(states(report)).toEqual({ look: 'done', build: 'done', job: 'running', settled: 'pending' });
    expect(report).toMatchObject({
      release_id: 'fixture-a',
      key: 'a',
      state: 'waiting',
      phase: 'two',
      next_at: '2026-06-25T12:10:00Z',
      blocked_by: [],
      plan_hash: null,
      sandbox: false,
    });
    expect(report.steps[2]).toMatchObject({
      attempt: 1,
      refs: [{ system: 'jobs', id: 'a:1' }],
      cause: 'job a:1: running',
    });
    expect(report.summary).toContain('job: job a:1: running');
    expect(world.things.get('thing:a')).toBe(7);
  });

  it('promise 3: twice does nothing twice, and a step that is done is not looked at again', async () => {
    const { drive, world, kinds } = await begun();
    await drive();
    const [sent, looks, before] = [[...world.sent], [...world.looks], await kinds()];
    const again = await drive();
    expect(again.state).toBe('waiting');
    expect(world.sent).toEqual(sent);
    expect(world.looks).toEqual(looks);
    expect(await kinds()).toEqual(before);
  });

  it('goes on when its time has come, and ends', async () => {
    const { drive, world, clock } = await begun();
    await drive();
    world.jobs.set('a:1', 'success');
    clock.forward(600_000);
    expect(await drive()).toMatchObject({ state: 'waiting', next_at: '2026-06-25T12:40:00Z' });
    world.facts.set('settled', { state: 'ready', value: 0 });
    clock.forward(1_800_000);
    const done = await drive();
    expect(done).toMatchObject({ state: 'done', next_at: null, next: 'Nothing: the release is done.' });
    expect(world.sent).toEqual(['thing:a', 'thing:a2', 'job:a:1']);
    expect(await drive()).toEqual(done);
    expect(world.looks.filter((look) => look === 'a')).toHaveLength(1);
  });

  it('a job that still runs at its deadline has failed, and is not begun anew by itself', async () => {
    const { drive, world, clock } = await begun();
    await drive();
    clock.forward(2 * 3_600_000 - 600_000);
    expect(states(await drive()).job).toBe('running');
    clock.forward(600_000);
    const late = await drive();
    expect(late).toMatchObject({ state: 'failed' });
    expect(late.steps[2]).toMatchObject({
      state: 'failed',
      attempt: 1,
      cause: 'not within 2h: job a:1: running',
    });
    expect(world.sent.filter((sent) => sent.startsWith('job:'))).toEqual(['job:a:1']);
  });

  it('W-S18: refuses other inputs for a run that has begun, and names it and them', async () => {
    const { drive, engine } = await begun();
    await drive();
    await expect(drive({ item: 'a', note: 'new' })).rejects.toMatchObject({
      code: 'conflict',
      message: 'fixture-a was begun with note=null, not "new".',
      remedy: expect.stringContaining('sluice drive fixture-a'),
    });
    expect(await engine.list()).toHaveLength(1);
  });

  it.each([
    [{}, 'fixture needs the input item'],
    [{ item: 'a', itme: 'b' }, 'fixture has no input "itme"'],
    [{ item: ['a'] }, 'item is ["a"], not text'],
  ])('W-S02, W-S03: with %j opens no run', async (inputs, cause) => {
    const { drive, engine } = await begun();
    await expect(drive(inputs)).rejects.toMatchObject({
      code: 'invalid_input',
      rule: 'flow-inputs',
      message: expect.stringContaining(cause),
    });
    expect(await engine.list()).toEqual([]);
  });

  it('of an unknown flow or release names what there is', async () => {
    const { engine, drive } = await begun();
    await expect(engine.drive({ flow: 'fixtur', inputs: {} })).rejects.toMatchObject({
      code: 'not_found',
      remedy: expect.stringContaining('Did you mean fixture?'),
    });
    await drive();
    await expect(engine.drive({ release_id: 'fixture-b' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: 'Did you mean fixture-a? See `sluice list`.',
    });
    expect((await engine.drive({ release_id: 'a' })).release_id).toBe('fixture-a');
  });

  it('W-S04, promise 34: as a dry run sends nothing and writes nothing', async () => {
    const { engine, world, store } = await begun();
    const report = await engine.drive({ flow: 'fixture', inputs: { item: 'a' } }, { dryRun: true });
    expect(report.effects).toMatchObject([
      { step: 'build', state: 'deferred', waits_for: 'the outcome of look' },
      { step: 'job', state: 'resolved', key: 'job:a:1', action: 'start', present: false },
    ]);
    expect(world.sent).toEqual([]);
    expect(await store.list()).toEqual([]);
  });

  it('promise 10: waits for days with as many looks as it says, and no more', async () => {
    const { engine, world, services, clock } = await begun();
    services.sandbox = true;
    world.jobs.set('a:1', 'success');
    const steered = await Engine.create(services);
    const report = await steered.drive({ flow: 'fixture', inputs: { item: 'a' } }, { untilIdle: true });
    expect(report).toMatchObject({
      state: 'failed',
      blocked_by: [{ step: 'settled', cause: 'not within 1d: settled is waiting' }],
    });
    expect(await clock.now()).toBe(Date.parse('2026-06-26T12:00:00Z'));
    expect(world.looks.filter((look) => look === 'settled')).toHaveLength(49);
    expect(await engine.due()).toEqual([]);
  });
});

describe('a failed job', () => {
  it('is begun anew with its reason, as often as the step says, and every attempt is kept', async () => {
    const { drive, world, clock, engine } = await begun();
    world.jobs.set('a:1', 'failure').set('a:2', 'running');
    await drive();
    expect(world.sent.slice(2)).toEqual(['job:a:1', 'job:a:2']);
    world.jobs.set('a:2', 'failure');
    clock.forward(600_000);
    const report = await drive();
    expect(report).toMatchObject({
      state: 'failed',
      blocked_by: [{ step: 'job', cause: 'job a:2: failure (attempt 2 of 2)' }],
    });
    expect(report.steps[2]?.refs).toMatchObject([{ id: 'a:1' }, { id: 'a:2' }]);
    const { explained } = await engine.explain('fixture-a', 'job');
    expect(explained[0]?.attempts.map((attempt) => attempt.next)).toEqual([
      'attempt 1 of 2 failed: job a:1: failure',
    ]);
  });

  it('is begun anew by a person, with a reason that is kept', async () => {
    const { drive, world, clock, engine } = await begun();
    world.jobs.set('a:1', 'failure').set('a:2', 'failure');
    await drive();
    const request = { step: 'job', option: 'retry', reason: 'the network was down', by: lead };
    await expect(engine.decide('fixture-a', { ...request, reason: ' ' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(engine.decide('fixture-a', { ...request, option: 'pass' })).rejects.toMatchObject({
      remedy: 'Choose one of: retry.',
    });
    await expect(engine.decide('fixture-a', { ...request, step: 'look' })).rejects.toMatchObject({
      code: 'precondition',
    });
    await engine.decide('fixture-a', request);
    world.jobs.set('a:3', 'success');
    clock.forward(600_000);
    expect(states(await drive()).job).toBe('done');
    expect(world.sent.slice(2)).toEqual(['job:a:1', 'job:a:2', 'job:a:3']);
  });
});

describe('promise 9: cancel', () => {
  it('in the middle ends the run, says so, and nothing is sent afterwards', async () => {
    const { drive, world, engine } = await begun();
    await drive();
    const report = await engine.cancel('fixture-a', { reason: 'not needed', by: lead });
    expect(report).toMatchObject({
      state: 'cancelled',
      next_at: null,
      summary: expect.stringContaining('cancelled by lead@example.com: not needed'),
    });
    expect(states(report)).toEqual({ look: 'done', build: 'done', job: 'cancelled', settled: 'cancelled' });
    await engine.drive({ release_id: 'fixture-a' });
    expect(world.sent).toHaveLength(3);
    await expect(engine.cancel('fixture-a', { reason: 'again', by: lead })).rejects.toMatchObject({
      code: 'precondition',
    });
  });

  it('finds out first what became of an effect in doubt, and does not send it', async () => {
    const { drive, world, clock, engine } = await begun();
    world.fail('thing:a', 'lost before');
    await drive();
    expect(await engine.cancel('fixture-a', { reason: 'not needed', by: lead })).toMatchObject({
      state: 'waiting',
    });
    clock.forward(60_000);
    expect(await engine.drive({ release_id: 'fixture-a' })).toMatchObject({ state: 'cancelled' });
    expect(world.sent).toEqual([]);
  });

  it('frees the key: a new run gets a new id and finds what is done', async () => {
    const { drive, world, engine } = await begun();
    await drive();
    await engine.cancel('fixture-a', { reason: 'not needed', by: lead });
    expect(await drive()).toMatchObject({ release_id: 'fixture-a.2', state: 'waiting' });
    expect(world.sent).toEqual(['thing:a', 'thing:a2', 'job:a:1']);
    expect((await engine.explain('fixture-a.2', 'build')).explained[0]?.effects).toMatchObject([
      { state: 'adopted' },
      { state: 'adopted' },
    ]);
  });
});

it('explain tells of each open step what it needs, has seen and has done', async () => {
  const { drive, engine } = await begun();
  await drive();
  const { explained } = await engine.explain('fixture-a');
  expect(explained.map(({ id }) => id)).toEqual(['job']);
  expect(explained[0]).toMatchObject({
    needs: [{ step: 'build', state: 'done' }],
    evidence: { state: 'running' },
    effects: [{ key: 'job:a:1', state: 'sent', attempt: 1, action: 'start' }],
    undo: { none: 'it stays' },
    covered_by: [],
  });
  await expect(engine.explain('fixture-a', 'jbo')).rejects.toMatchObject({
    code: 'not_found',
    remedy: expect.stringContaining('Did you mean job?'),
  });
});

it('promise 8: status says the same after a restart', async () => {
  const { drive, engine, services } = await begun();
  await drive();
  const before = await engine.status('fixture-a');
  const restarted = await Engine.create(services);
  expect(JSON.stringify(await restarted.status('fixture-a'))).toBe(JSON.stringify(before));
});
