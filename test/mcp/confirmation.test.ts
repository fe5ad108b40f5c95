import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import {
  type Agent,
  connectLegacy,
  connectModern,
  type FormAnswer,
  type Person,
  type Place,
  yes,
  yesMan,
} from './clients.ts';
import { type HttpServer, type OwnSkill, startHttp, startWorld, type World } from './world.ts';

/** A flow that asks, then does one thing. */
export const ASK_FIRST: OwnSkill = {
  name: 'ask-first',
  tools: ['jira_*', 'oar_take_ownership', 'oar_create_test_report', 'gitlab_close_merge_request'],
  flow: `
flow: ask-first
title: Ask first
inputs:
  item: { description: a word }
key: =inputs.item
steps:
  confirm:
    title: The one who asked says yes
    confirm:
      question: '"Tell ART-21265 about " + inputs.item + "?"'
      shows: { item: inputs.item, issue: '"ART-21265"' }
  tell:
    title: A comment
    needs: [confirm]
    uses: jira_add_comment
    with: { issue: ART-21265, body: '="About " + inputs.item', key: =run.id }
    undo: { none: A comment stays. }
`,
};

const FACES = ['stdio modern', 'stdio legacy', 'http modern', 'http legacy'] as const;

describe.each(FACES)('%s: a person is asked through their client', (face) => {
  let world: World;
  let server: HttpServer | undefined;
  let place: Place;
  const connect = face.endsWith('modern') ? connectModern : connectLegacy;
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
    place = server === undefined ? { world, args } : { url: server.url };
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  it('and a yes lets the flow go on, in the same call', async () => {
    const messages: string[] = [];
    const person: Person = (message) => {
      messages.push(message);
      return yes;
    };
    await using agent = await connect(place, person);
    expect(await drive(agent, 'yes')).toMatchObject({ state: 'done' });
    expect(messages).toEqual([
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
    expect(messages).toHaveLength(1);
  });

  it.each([
    ['declined', { action: 'decline' }],
    ['unticked', { action: 'accept', content: { confirm: false } }],
  ] satisfies [string, FormAnswer][])(
    'promise 21: a form that comes back %s is a no, for good',
    async (name, answer) => {
      const before = await sent();
      await using agent = await connect(place, () => answer);
      expect(await drive(agent, name)).toMatchObject({
        state: 'failed',
        blocked_by: [{ step: 'confirm', remedy: expect.stringContaining('A no is final') }],
      });
      await using other = await connect(place, yesMan);
      expect(await drive(other, name)).toMatchObject({ state: 'failed' });
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
      await using agent = await connect(place, () => answer);
      const report = await drive(agent, name);
      expect(report).toMatchObject({
        state: 'needs_decision',
        next: expect.stringMatching(
          new RegExp(`Nobody has answered.*sluice confirm ask-first-${name} --step confirm --plan [0-9a-f]{64}`),
        ),
      });
      expect((await kinds(name)).map(({ kind }) => kind)).toEqual(['confirmation.asked']);
      expect(await sent()).toBe(before);
      await using other = await connect(place, yesMan);
      expect(await drive(other, name)).toMatchObject({ state: 'done' });
    },
  );

  it('promise 21: where nobody can be asked the run waits, and says how a person answers', async () => {
    const before = await sent();
    await using agent = await connect(place);
    const report = await drive(agent, 'nobody');
    expect(report).toMatchObject({
      state: 'needs_decision',
      next: `sluice confirm ask-first-nobody --step confirm --plan ${report?.plan_hash}`,
    });
    expect(await drive(agent, 'nobody')).toMatchObject({ state: 'needs_decision' });
    expect(await sent()).toBe(before);
  });

  it('a person who fails to answer records nothing', async () => {
    const broken: Person = () => {
      throw new Error('the window fell over');
    };
    await using agent = await connect(place, broken);
    const before = await sent();
    await drive(agent, 'broken').catch(() => undefined);
    expect((await kinds('broken')).map(({ kind }) => kind)).toEqual(['confirmation.asked']);
    expect(await sent()).toBe(before);
  });

  describe('promise 21: before a direct call that changes something', () => {
    const OWNER = { release: '4.20.27', email: 'qe@example.com' };
    const own = async (agent: Agent, email: string) =>
      await agent.call('oar_take_ownership', { ...OWNER, email });

    it('they are shown what it would do, and after a yes it is done', async () => {
      const messages: string[] = [];
      const person: Person = (message) => {
        messages.push(message);
        return yes;
      };
      await using agent = await connect(place, person);
      expect(await own(agent, 'qe@example.com')).toMatchObject({ isError: false });
      expect(messages).toEqual([
        expect.stringMatching(/^SANDBOX\. May test-client\/1\.0\.0 do this now\?\n- 1\. errata: .*qe@example\.com/),
      ]);
      // What is there already needs nobody's word.
      expect(await own(agent, 'qe@example.com')).toMatchObject({ isError: false });
      expect(messages).toHaveLength(1);
    });

    it('a no is final for exactly this call', async () => {
      const before = await sent();
      await using agent = await connect(place, () => ({ action: 'decline' }));
      const refused = await own(agent, 'no@example.com');
      expect(refused.text).toMatch(
        /^forbidden: rl@example\.com said no to exactly this call.*\nremedy: .*sluice call oar_take_ownership '\{/,
      );
      await using other = await connect(place, yesMan);
      for (const call of [
        () => own(other, 'no@example.com'),
        () =>
          other.call('tool_call', {
            tool: 'oar_take_ownership',
            arguments: { email: 'no@example.com', release: '4.20.27' },
          }),
      ])
        expect((await call()).text).toMatch(/^forbidden: /);
      expect(await sent()).toBe(before);
      // Another call is another question.
      expect(await own(other, 'other@example.com')).toMatchObject({ isError: false });
    });

    it('no answer is no yes', async () => {
      const before = await sent();
      for (const person of [() => ({ action: 'cancel' as const }), () => ({ action: 'accept' as const })]) {
        await using agent = await connect(place, person);
        expect((await own(agent, 'later@example.com')).text).toMatch(/^needs_confirmation: Nobody has said yes/);
      }
      expect(await sent()).toBe(before);
    });

    it('where nobody can be asked it is refused, listed or called by name', async () => {
      const before = await sent();
      await using agent = await connect(place);
      for (const answer of [
        await own(agent, "o'neill@example.com"),
        await agent.call('tool_call', {
          tool: 'oar_take_ownership',
          arguments: { ...OWNER, email: "o'neill@example.com" },
        }),
      ])
        expect(answer.text).toBe(
          `needs_confirmation: oar_take_ownership is confirmed by a person first, and this client cannot ask one.\nremedy: Drive the flow that does this, or a person runs: sluice call oar_take_ownership '{"release":"4.20.27","email":"o'\\''neill@example.com"}'`,
        );
      expect(await sent()).toBe(before);
    });

    it('a release is not ended without a yes', async () => {
      await using mute = await connect(place);
      await drive(mute, 'ended');
      const call = { release_id: 'ask-first-ended', reason: 'enough of it' };
      expect((await mute.call('release_cancel', call)).text).toMatch(/^needs_confirmation: /);
      await using agent = await connect(place, () => ({ action: 'decline' }));
      expect((await agent.call('release_cancel', call)).text).toMatch(/^forbidden: .*said no/);
      await using other = await connect(place, yesMan);
      expect((await other.call('release_cancel', call)).text).toMatch(/^forbidden: .*said no/);
      expect((await mute.call('release_status', { release_id: 'ask-first-ended' })).data).toMatchObject({
        state: 'needs_decision',
      });
      const messages: string[] = [];
      await using asked = await connect(place, (message) => {
        messages.push(message);
        return yes;
      });
      expect(
        (await asked.call('release_cancel', { ...call, reason: 'really enough' })).data,
      ).toMatchObject({ state: 'cancelled' });
      expect(messages).toEqual([expect.stringContaining('End the release ask-first-ended for good?')]);
    });

    it('what only creates is below the line that the settings draw', async () => {
      await using agent = await connect(place);
      expect(await agent.call('oar_create_test_report', { release: '4.20.27' })).toMatchObject({
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
    const owner = { release: '4.20.27', email: 'qe@example.com' };
    expect((await agent.call('oar_take_ownership', owner)).text).toMatch(text);
    await agent.call('release_drive', { flow: 'ask-first', inputs: { item: 'a' } });
    const cancel = await agent.call('release_cancel', { release_id: 'ask-first-a', reason: 'enough' });
    expect(cancel.isError).toBe(direct !== 'never');
  });
});
