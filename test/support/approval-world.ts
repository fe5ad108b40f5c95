import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { startSandbox } from '../../sandbox/server.ts';
import type { ApprovalSettings } from '../../src/flow/services.ts';
import { createLogger } from '../../src/kit/log.ts';
import { Redactor } from '../../src/kit/redact.ts';
import { Registry } from '../../src/kit/registry.ts';
import { loadSettings } from '../../src/kit/settings.ts';
import { signSlack } from '../../src/kit/slack-signature.ts';
import { virtualClock } from '../../src/kit/virtual-clock.ts';
import { gitlab } from '../../tools/gitlab/module.ts';
import { slack } from '../../tools/slack/module.ts';
import { fixture, PEOPLE } from './fixture-engine.ts';
import { World, worldModule } from './fixture-world.ts';

export const PROJECT = 'group/approvals';
export const SECRET = '3f9d1c77b0e24a68c5d2f81e6a907b34';
const BEGIN = '2026-06-25T12:00:00Z';

const NAMES = ['ann', 'bob', 'lead', 'eve', 'stranger'] as const;
export type Name = (typeof NAMES)[number] | 'helper-bot' | 'sluice';
export const tokenOf = (name: Name) => `a token of ${name}`;
export const memberOf = (name: string) => `U0${name.toUpperCase()}`;

/** A project for approvals, a channel, and people with accounts; the engine has accounts of its own. */
export function approvalScenario(gitlabMore: object = {}) {
  const bots = [
    { id: 1, username: 'sluice', name: 'Sluice', bot: true },
    { id: 2, username: 'helper-bot', name: 'Helper', bot: true, token: tokenOf('helper-bot') },
  ];
  const people = NAMES.map((name, i) => ({ id: 10 + i, username: name, name, token: tokenOf(name) }));
  return {
    name: 'approvals',
    clock: BEGIN,
    gitlab: {
      users: [...bots, ...people],
      token_user: 'sluice',
      projects: {
        [PROJECT]: {
          id: 1,
          web_url: `https://gitlab.example.com/${PROJECT}`,
          default_branch: 'main',
          branches: { main: { 'README.md': 'approvals\n' } },
        },
      },
      ...gitlabMore,
    },
    slack: {
      team: 'example',
      bot: { id: 'U0SLUICE', name: 'sluice' },
      channels: { releases: { id: 'C0RELEASES' } },
      users: NAMES.map((name) => ({ id: memberOf(name), name, email: `${name}@example.com` })),
    },
  };
}

export const ACCOUNTS = Object.fromEntries(
  Object.entries(PEOPLE).map(([name, person]) => [person, { gitlab: name, slack: memberOf(name) }]),
);

interface Asked {
  release_id: string;
  step: string;
  plan_hash: string;
}

export interface ClickWish {
  who: string;
  value: object | string;
  action?: string;
  at?: string;
  more?: object;
}

/** A request as Slack makes it when somebody presses a button. */
export function clickBody({
  who,
  value,
  action = 'sluice_approve',
  at = '1.1',
  more = {},
}: ClickWish): Buffer {
  const payload = {
    type: 'block_actions',
    user: { id: who, username: who.toLowerCase(), team_id: 'T0' },
    api_app_id: 'A0',
    token: 'the-old-verification-token',
    trigger_id: '13345224609.738474920.8088930838d88f008e0',
    response_url: 'https://hooks.slack.com/actions/T0/1/secret-address',
    container: { type: 'message', message_ts: '1.0', channel_id: 'C0RELEASES' },
    channel: { id: 'C0RELEASES', name: 'releases' },
    message: { type: 'message', ts: '1.0', text: 'zażółć — please' },
    actions: [
      {
        type: 'button',
        action_id: action,
        block_id: 'b',
        action_ts: at,
        value: typeof value === 'string' ? value : JSON.stringify(value),
      },
    ],
    ...more,
  };
  return Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
}

export function signedClick(wish: ClickWish, now: number, secret = SECRET) {
  const body = clickBody(wish);
  const timestamp = String(Math.floor(now / 1000));
  return { timestamp, body, signature: signSlack(timestamp, body, secret) };
}

/** The sandbox with hands for people: each acts under their own token. */
export async function approvalSandbox(scenario: object = approvalScenario()) {
  const sandbox = await startSandbox({ scenario });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(sandbox.dir, { recursive: true, force: true });
  });
  const control = async (path: string, body?: unknown) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(sandbox.control + path, init);
    if (!answer.ok) throw new Error(await answer.text());
    return Object(await answer.json());
  };
  const project = `${sandbox.url}/gitlab/api/v4/projects/${encodeURIComponent(PROJECT)}`;
  const as = async (who: Name, method: string, path: string, body?: object) => {
    const answer = await fetch(`${project}${path}`, {
      method,
      headers: { 'private-token': tokenOf(who), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${text}`);
    return text === '' ? {} : Object(JSON.parse(text));
  };
  const request = async (iid = 1) => await as('eve', 'GET', `/merge_requests/${iid}`);
  return {
    sandbox,
    control,
    as,
    request,
    approve: (who: Name, iid = 1) => as(who, 'POST', `/merge_requests/${iid}/approve`),
    withdraw: (who: Name, iid = 1) => as(who, 'POST', `/merge_requests/${iid}/unapprove`),
    comment: (who: Name, body: string, iid = 1) => as(who, 'POST', `/merge_requests/${iid}/notes`, { body }),
    close: (who: Name, iid = 1) => as(who, 'PUT', `/merge_requests/${iid}`, { state_event: 'close' }),
    reopen: (who: Name, iid = 1) => as(who, 'PUT', `/merge_requests/${iid}`, { state_event: 'reopen' }),
    push: async (who: Name, path: string, content: string, action = 'update') => {
      const { source_branch: branch } = await request();
      const commit_message = 'a change';
      return await as(who, 'POST', '/repository/commits', {
        branch,
        commit_message,
        actions: [{ action, file_path: path, content }],
      });
    },
    fault: (fault: object) => control('/faults', fault),
    forward: (duration: string) => control('/clock', { advance: duration }),
    now: async () => Date.parse(String((await control('/clock')).now)),
    effects: async (
      system: string,
    ): Promise<{ kind: string; key: string; data: Record<string, unknown> }[]> =>
      (await control('/effects')).effects.filter((one: { system: string }) => one.system === system),
    unexpected: async () =>
      (await control('/requests')).requests.filter((one: { expected: boolean }) => !one.expected),
  };
}

export type ApprovalSandbox = Awaited<ReturnType<typeof approvalSandbox>>;

export function registryFor(
  { sandbox }: ApprovalSandbox,
  world: World,
  clock = virtualClock(`${sandbox.url}/_control/clock`),
): Registry {
  const { modules } = loadSettings(sandbox.config).settings;
  const settings = {
    ...modules,
    slack: { ...modules.slack, channels: ['C0RELEASES', 'releases'] },
    world: {},
  };
  const services = { clock, redactor: new Redactor(), log: createLogger('silent'), callLimitMs: 2_000 };
  return new Registry([worldModule(world), gitlab, slack], settings, services);
}

/** The engine over that sandbox, in its time. */
export async function approvalFixture(
  flow: string,
  given: { outside?: ApprovalSandbox; settings?: Partial<ApprovalSettings> } = {},
) {
  const outside = given.outside ?? (await approvalSandbox());
  const world = new World();
  const clock = virtualClock(`${outside.sandbox.url}/_control/clock`);
  const made = await fixture(flow, { registry: registryFor(outside, world, clock), clock });
  made.engine.services.approvals = {
    ...made.engine.services.approvals,
    people: ACCOUNTS,
    gitlab: { project: PROJECT },
    slack: { channel: 'releases', signingSecret: async () => SECRET },
    ...given.settings,
  };
  /** Presses a button of the newest message. */
  const press = async (who: Name, asked: Asked, more: Partial<ClickWish> = {}, secret = SECRET) => {
    const now = await outside.now();
    const wish = { who: memberOf(who), value: asked, at: `${now / 1000}.${who.length}1`, ...more };
    return await made.engine.answerFromSlack(signedClick(wish, now, secret));
  };
  return { ...made, world, outside, press };
}

export type ApprovalFixture = Awaited<ReturnType<typeof approvalFixture>>;
