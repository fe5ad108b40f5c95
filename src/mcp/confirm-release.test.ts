import { describe, expect, it } from 'vitest';
import { type Fixture, fixture, flowText, PEOPLE } from '../../test/support/fixture-engine.ts';
import { createLogger } from '../kit/log.ts';
import type { Asker, Matter, Said } from './asking.ts';
import { driveAndAsk } from './confirm-release.ts';
import type { Caller } from './face-tool.ts';

const CHILD = flowText(`
  confirm:
    confirm: { question: '"Child of " + inputs.item + "?"' }
  make:
    needs: [confirm]
    uses: world_set_thing
    with: { name: '="child-" + inputs.item' }
    undo: { none: it stays }
`).replace('flow: fixture', 'flow: child');
const PARENT = flowText(`
  confirm:
    confirm: { question: '"Parent of " + inputs.item + "?"' }
  below:
    needs: [confirm]
    flow: { flow: child, inputs: { item: =inputs.item } }
`);

/** Whoever asks again and again must come to an end in a test. */
function personWho(say: (matter: Matter) => Said): { asker: Asker; matters: Matter[] } {
  const matters: Matter[] = [];
  const ask = async (matter: Matter) => {
    matters.push(matter);
    return say(matter);
  };
  return { matters, asker: { possible: true, earlier: undefined, ask } };
}

const drive = async (made: Fixture, asker: Asker, id = PEOPLE.lead) => {
  const caller: Caller = {
    principal: { id, face: 'mcp', agent: 'a-client/1' },
    signal: new AbortController().signal,
    progress: () => undefined,
    asker,
  };
  const app = { log: createLogger('silent'), clock: made.clock };
  return await driveAndAsk(made.engine, { flow: 'fixture', inputs: { item: 'a' } }, 20, caller, app);
};

describe('driving through the client of a person', () => {
  it('asks for a flow and for the one below it, each about itself', async () => {
    const made = await fixture([PARENT, CHILD]);
    const { asker, matters } = personWho(() => 'yes');
    await drive(made, asker);
    expect(matters.map(({ release, message }) => [release, message.split('\n')[0]])).toEqual([
      ['fixture-a', 'Parent of a?'],
      ['child-a', 'Child of a?'],
    ]);
    expect(made.world.sent).toEqual(['thing:child-a']);
    made.clock.forward(120_000);
    expect(await drive(made, asker)).toMatchObject({ state: 'done' });
    expect(matters).toHaveLength(2);
  });

  it('promise 21: a no below ends what is below, and nothing is sent', async () => {
    const made = await fixture([PARENT, CHILD]);
    const { asker } = personWho(({ release }) => (release === 'child-a' ? 'no' : 'yes'));
    await drive(made, asker);
    expect(await made.engine.status('child-a')).toMatchObject({ state: 'failed' });
    expect(made.world.sent).toEqual([]);
  });

  it('asks once in a call, however often nobody answers', async () => {
    const made = await fixture([PARENT, CHILD]);
    const { asker, matters } = personWho(() => 'nothing');
    const report = await drive(made, asker);
    expect(report).toMatchObject({
      state: 'needs_decision',
      next: expect.stringContaining('Nobody has answered'),
    });
    expect(matters).toHaveLength(1);
  });

  it('does not ask a person who may not answer', async () => {
    const made = await fixture([PARENT, CHILD]);
    await made.engine.drive({ flow: 'fixture', inputs: { item: 'a' } });
    const { asker, matters } = personWho(() => 'yes');
    expect(await drive(made, asker, PEOPLE.eve)).toMatchObject({ state: 'needs_decision' });
    expect(matters).toEqual([]);
  });

  it('an answer that was given before the drive and is not to what is asked now counts for nothing', async () => {
    const made = await fixture([PARENT, CHILD]);
    await made.drive();
    const earlier = { release: 'fixture-a', step: 'confirm', plan: 'f'.repeat(64), said: 'yes' as const };
    const { asker, matters } = personWho(() => 'nothing');
    await drive(made, { ...asker, earlier });
    expect(matters).toHaveLength(1);
    expect(await made.kinds()).not.toContain('confirmation.given confirm');
  });
});
