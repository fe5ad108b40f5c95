import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { ASK_FIRST } from './ask-first.ts';
import {
  type Agent,
  connectLegacy,
  connectModern,
  type FormAnswer,
  type Person,
  type Place,
  yesMan,
} from './clients.ts';
import { type HttpServer, startHttp, startWorld, type World } from './world.ts';

const FACES = ['stdio modern', 'stdio legacy', 'http modern', 'http legacy'] as const;

describe.each(FACES)('%s: a person is asked through their client', (face) => {
  let world: World;
  let server: HttpServer | undefined;
  /** What the person does with the next forms, and what they were shown. */
  let person: Person = yesMan;
  let shown: string[] = [];
  /** Its client asks that person; the other one can ask nobody. */
  let agent: Agent;
  let mute: Agent;
  const answering = (answer: Person) => {
    person = answer;
    shown = [];
  };
  const drive = async (agent: Agent, item: string) =>
    (await agent.call('release_drive', { flow: 'ask-first', inputs: { item } })).data;
  const kinds = async (item: string) => {
    const store = await openSqliteStore(world.home);
    const entries = await store.entries(`ask-first-${item}`);
    await store.close();
    return entries.filter(({ kind }) => kind.startsWith('confirmation.'));
  };
  const sent = async () => {
    const { requests } = Object(await (await fetch(`${world.sandbox.control}/requests`)).json());
    const list: unknown[] = Array.isArray(requests) ? requests : [];
    return list.filter((request) => Object(request).mutating === true).length;
  };

  beforeAll(async () => {
    world = await startWorld({ skill: ASK_FIRST });
    const args = ['--persona', 'ask-first', '--surface', 'full'];
    server = face.startsWith('http') ? await startHttp(world, args) : undefined;
    const place: Place = server === undefined ? { world, args } : { url: server.url };
    const connect = face.endsWith('modern') ? connectModern : connectLegacy;
    agent = await connect(place, async (message) => {
      shown.push(message);
      return await person(message);
    });
    mute = await connect(place);
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await mute[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  it('and a yes lets the flow go on, in the same call', async () => {
    answering(yesMan);
    expect(await drive(agent, 'yes')).toMatchObject({ state: 'done' });
    expect(shown).toEqual([
      expect.stringMatching(
        /^SANDBOX\. Tell ART-21265 about yes\?\n- item: yes\n- issue: ART-21265\nRelease ask-first-yes, step confirm, plan [0-9a-f]{16}…\. A no is final/,
      ),
    ]);
    expect(await kinds('yes')).toMatchObject([
      { kind: 'confirmation.asked' },
      {
        kind: 'confirmation.given',
        data: { how: 'elicitation', by: { id: 'rl@example.com', agent: 'test-client/1.0.0' } },
      },
    ]);
    // It is done: nobody is asked again.
    expect(await drive(agent, 'yes')).toMatchObject({ state: 'done' });
    expect(shown).toHaveLength(1);
  });

  it.each([
    ['declined', { action: 'decline' }],
    ['unticked', { action: 'accept', content: { confirm: false } }],
  ] satisfies [string, FormAnswer][])(
    'promise 21: a form that comes back %s is a no, for good',
    async (name, answer) => {
      const before = await sent();
      answering(() => answer);
      expect(await drive(agent, name)).toMatchObject({
        state: 'failed',
        blocked_by: [{ step: 'confirm', remedy: expect.stringContaining('A no is final') }],
      });
      answering(yesMan);
      expect(await drive(agent, name)).toMatchObject({ state: 'failed' });
      expect((await kinds(name)).map(({ kind }) => kind)).toEqual([
        'confirmation.asked',
        'confirmation.declined',
      ]);
      expect(await sent()).toBe(before);
    },
  );

  it.each([
    ['cancelled', { action: 'cancel' }],
    ['cancelled-with-a-yes', { action: 'cancel', content: { confirm: true } }],
    ['empty', { action: 'accept', content: {} }],
    ['without-content', { action: 'accept' }],
    ['with-a-word', { action: 'accept', content: { confirm: 'true' } }],
    ['with-a-number', { action: 'accept', content: { confirm: 1 } }],
    ['with-another-field', { action: 'accept', content: { confirmed: true } }],
  ] satisfies [string, FormAnswer][])(
    'promise 21: a form that comes back %s is no answer: nothing is recorded, and it is asked again',
    async (name, answer) => {
      const before = await sent();
      answering(() => answer);
      const report = await drive(agent, name);
      expect(report).toMatchObject({
        state: 'needs_decision',
        next: expect.stringMatching(
          new RegExp(
            `Nobody has answered.*sluice confirm ask-first-${name} --step confirm --plan [0-9a-f]{64}`,
          ),
        ),
      });
      expect((await kinds(name)).map(({ kind }) => kind)).toEqual(['confirmation.asked']);
      expect(await sent()).toBe(before);
      answering(yesMan);
      expect(await drive(agent, name)).toMatchObject({ state: 'done' });
    },
  );

  it('promise 21: where nobody can be asked the run waits, and says how a person answers', async () => {
    const before = await sent();
    const report = await drive(mute, 'nobody');
    expect(report).toMatchObject({
      state: 'needs_decision',
      next: `sluice confirm ask-first-nobody --step confirm --plan ${report?.plan_hash}`,
    });
    expect(await drive(mute, 'nobody')).toMatchObject({ state: 'needs_decision' });
    expect(await sent()).toBe(before);
  });

  it('a person who fails to answer records nothing', async () => {
    answering(() => {
      throw new Error('the window fell over');
    });
    const before = await sent();
    await drive(agent, 'broken').catch(() => undefined);
    expect((await kinds('broken')).map(({ kind }) => kind)).toEqual(['confirmation.asked']);
    expect(await sent()).toBe(before);
  });

  describe('promise 21: before a direct call that changes something', () => {
    const label = async (by: Agent, name: string) =>
      await by.call('jira_add_labels', { key: 'ART-21265', labels: [name] });

    it('they are shown what it would do, and after a yes it is done', async () => {
      answering(yesMan);
      expect(await label(agent, 'yes')).toMatchObject({ isError: false });
      expect(shown).toEqual([
        expect.stringMatching(/^SANDBOX\. May test-client\/1\.0\.0 do this now\?\n- 1\. jira: .*yes/),
      ]);
      // What is there already needs nobody's word.
      expect(await label(agent, 'yes')).toMatchObject({ isError: false });
      expect(shown).toHaveLength(1);
    });

    it('a no is final for exactly this call', async () => {
      const before = await sent();
      answering(() => ({ action: 'decline' }));
      const refused = await label(agent, 'no');
      expect(refused.text).toMatch(
        /^forbidden: rl@example\.com said no to exactly this call.*\nremedy: .*sluice call jira_add_labels '\{/,
      );
      answering(yesMan);
      for (const call of [
        () => label(agent, 'no'),
        () =>
          agent.call('tool_call', {
            tool: 'jira_add_labels',
            arguments: { labels: ['no'], key: 'ART-21265' },
          }),
      ])
        expect((await call()).text).toMatch(/^forbidden: /);
      expect(await sent()).toBe(before);
      // Another call is another question.
      expect(await label(agent, 'other')).toMatchObject({ isError: false });
    });

    it('no answer is no yes', async () => {
      const before = await sent();
      for (const action of ['cancel', 'accept'] as const) {
        answering(() => ({ action }));
        expect((await label(agent, 'later')).text).toMatch(/^needs_confirmation: Nobody has said yes/);
      }
      expect(await sent()).toBe(before);
    });

    it('where nobody can be asked it is refused, listed or called by name', async () => {
      const before = await sent();
      for (const answer of [
        await label(mute, "it's"),
        await mute.call('tool_call', {
          tool: 'jira_add_labels',
          arguments: { key: 'ART-21265', labels: ["it's"] },
        }),
      ])
        expect(answer.text).toBe(
          `needs_confirmation: jira_add_labels is confirmed by a person first, and this client cannot ask one.\nremedy: Drive the flow that does this, or a person runs: sluice call jira_add_labels '{"key":"ART-21265","labels":["it'\\''s"]}'`,
        );
      expect(await sent()).toBe(before);
    });

    it('a release is not ended without a yes', async () => {
      await drive(mute, 'ended');
      const call = { release_id: 'ask-first-ended', reason: 'enough of it' };
      expect((await mute.call('release_cancel', call)).text).toMatch(/^needs_confirmation: /);
      answering(() => ({ action: 'decline' }));
      expect((await agent.call('release_cancel', call)).text).toMatch(/^forbidden: .*said no/);
      answering(yesMan);
      expect((await agent.call('release_cancel', call)).text).toMatch(/^forbidden: .*said no/);
      expect(shown).toEqual([]);
      const standing = await mute.call('release_status', { release_id: 'ask-first-ended' });
      expect(standing.data).toMatchObject({ state: 'needs_decision' });
      const ended = await agent.call('release_cancel', { ...call, reason: 'really enough' });
      expect(ended.data).toMatchObject({ state: 'cancelled' });
      expect(shown).toEqual([expect.stringContaining('End the release ask-first-ended for good?')]);
    });

    it('what only creates is below the line that the settings draw', async () => {
      expect(await mute.call('oar_create_test_report', { release: '4.20.27' })).toMatchObject({
        isError: false,
      });
    });
  });
});

describe('promise 21: the line from which a direct call is confirmed', () => {
  it.each([
    ['create', /^needs_confirmation: /],
    ['destroy', /^(?!needs_confirmation)/],
    ['never', /^(?!needs_confirmation)/],
  ])('confirm.direct: %s', async (direct, text) => {
    await using world = await startWorld({ skill: ASK_FIRST, settings: { confirm: { direct } } });
    await using agent = await connectModern({ world, args: ['--persona', 'ask-first'] });
    const report = await agent.call('oar_create_test_report', { release: '4.20.27' });
    expect(report.text).toMatch(text);
    const labels = { key: 'ART-21265', labels: ['a'] };
    expect((await agent.call('jira_add_labels', labels)).text).toMatch(text);
    await agent.call('release_drive', { flow: 'ask-first', inputs: { item: 'a' } });
    const cancel = await agent.call('release_cancel', { release_id: 'ask-first-a', reason: 'enough' });
    expect(cancel.isError).toBe(direct !== 'never');
  });
});
