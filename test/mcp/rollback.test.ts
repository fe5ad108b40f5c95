import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { C4 } from '../support/ship.ts';
import { type Agent, connectModern, type FormAnswer, yesMan } from './clients.ts';
import { startWorld, type World } from './world.ts';

const ID = 'release-prod-demo-backend';
const BACK = { release_id: ID, reason: 'checkout fails' };

describe('an agent that takes a release back', () => {
  let world: World;
  let agent: Agent;
  let mute: Agent;
  let answer: () => FormAnswer | Promise<FormAnswer> = () => ({ action: 'cancel' });
  let shown: string[] = [];

  beforeAll(async () => {
    world = await startWorld({ scenario: 'ship-demo' });
    const place = { world, args: ['--persona', 'release'] };
    agent = await connectModern(place, (message) => {
      shown.push(message);
      return answer();
    });
    mute = await connectModern(place);
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await mute[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  const control = async (path: string, body?: object) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    return Object(await (await fetch(`${world.sandbox.control}${path}`, init)).json());
  };
  const sent = async () =>
    ((await control('/requests')).requests as { mutating: boolean }[]).filter(({ mutating }) => mutating)
      .length;
  const ofMergeRequest = async () =>
    ((await control('/effects')).effects as { kind: string }[]).flatMap(({ kind }) =>
      kind.startsWith('merge_request') ? [kind] : [],
    );

  it('has driven it until its owners are waited for', async () => {
    answer = () => yesMan('');
    const inputs = { product: 'demo-backend', commit: C4 };
    const drive = async () => (await agent.call('release_drive', { flow: 'release-prod', inputs })).data;
    await expect
      .poll(drive, { timeout: 60_000 })
      .toMatchObject({ release_id: ID, summary: expect.stringContaining('merged: ') });
    expect(await ofMergeRequest()).toEqual(['merge_request_created']);
  });

  it('promise 21: is refused where nobody can be asked, and told how a person does it', async () => {
    const before = await sent();
    const { data, text, isError } = await mute.call('release_rollback', BACK);
    expect(isError).toBe(true);
    expect(JSON.stringify(data ?? text)).toContain('needs_confirmation');
    expect(JSON.stringify(data ?? text)).toContain(`sluice rollback ${ID}`);
    expect(await sent()).toBe(before);
    expect(await ofMergeRequest()).toEqual(['merge_request_created']);
  });

  it('promise 21: takes nothing back after a no', async () => {
    const before = await sent();
    answer = () => ({ action: 'decline' });
    expect(await agent.call('release_rollback', BACK)).toMatchObject({ isError: true });
    answer = () => yesMan('');
    expect((await agent.call('release_rollback', BACK)).text).toContain('a no is final');
    expect(await sent()).toBe(before);
    expect(await ofMergeRequest()).toEqual(['merge_request_created']);
  });

  it('after a yes withdraws the merge request, says what stays, and does nothing twice', async () => {
    // The no was said to the call with the other reason, and stands.
    const again = { ...BACK, reason: 'checkout fails for everybody' };
    answer = () => yesMan('');
    shown = [];
    await expect
      .poll(
        async () => {
          const { data } = await agent.call('release_rollback', again);
          await control('/clock', { advance: '2m' });
          return data;
        },
        { timeout: 60_000 },
      )
      .toMatchObject({
        state: 'rolled_back',
        rollback: { release_id: `undo-${ID}`, stays: [{ step: 'change' }, { step: 'ticket' }] },
      });
    expect(shown[0]).toContain(`Stop the release ${ID} and take back what it did?`);
    expect(await ofMergeRequest()).toEqual(['merge_request_created', 'merge_request_closed']);
    const after = await sent();
    expect((await agent.call('release_rollback', again)).data).toMatchObject({ state: 'rolled_back' });
    expect(await sent()).toBe(after);
  });
});
