import { afterEach } from 'vitest';
import { bench } from '../../../sandbox/bench.ts';
import { performDirect } from '../../../src/kit/perform-direct.ts';
import { Registry } from '../../../src/kit/registry.ts';
import { principal, services } from '../../../test/support/stand-in.ts';
import { slack } from '../module.ts';

export const NOW = Date.parse('2026-06-25T12:00:00Z');
export const stampAt = (secondsAgo: number) => `${NOW / 1000 - secondsAgo}.000100`;
export const OTHERS = stampAt(5000);

/** A workspace with names that mislead, and a thread of somebody else. */
export const workspace = {
  name: 'workspace',
  clock: '2026-06-25T12:00:00Z',
  slack: {
    team: 'example',
    bot: { id: 'U0SLUICE', name: 'sluice' },
    channels: {
      release: { id: 'C0RELEASE' },
      'release-notes': { id: 'C0NOTES' },
      rehearsal: { id: 'C0REHEARSAL' },
      shared: { id: 'C0SHARED1', also: ['C0SHARED2'] },
      'old-release': { id: 'C0OLD', archived: true },
      secret: { id: 'G0SECRET', private: true, member: false },
    },
    users: [
      { id: 'U0RLEAD', name: 'rlead', email: 'rl@example.com', real_name: 'Release Lead' },
      { id: 'U0SAM1', name: 'sam', email: 'sam@example.com', real_name: 'Sam One' },
      {
        id: 'U0SAM2',
        name: 'samantha',
        email: 's2@example.com',
        real_name: 'Sam Two',
        display_name: 'sam',
      },
      { id: 'U0GONE', name: 'gone', email: 'gone@example.com', deleted: true },
    ],
    messages: [
      { channel: 'release', ts: OTHERS, user: 'U0RLEAD', text: 'When is it <@U0SAM1>?' },
      { channel: 'release', ts: stampAt(4000), user: 'U0SAM1', text: 'approved', thread_ts: OTHERS },
    ],
  },
};

/** The module's tools over a sandbox of that workspace. A request that breaks Slack's document fails the test. */
export function slackWorld(settings: object = {}) {
  const { current, reset } = bench(workspace);
  afterEach(async () => {
    const strange = (await current().requests()).filter(({ expected }) => expected === false);
    if (strange.length > 0) throw new Error(`nobody expected ${JSON.stringify(strange)}`);
  });
  const registry = (more: object = {}) => {
    const { url, dir } = current().sandbox;
    const own = {
      base_url: `${url}/slack/api`,
      token: `file:${dir}/secrets/slack-token`,
      channels: ['C0RELEASE', '#release-notes', 'shared'],
      ...settings,
      ...more,
    };
    return new Registry([slack], { slack: own }, services);
  };
  const write = async (
    tool: string,
    input: object,
    more: { settings?: object; who?: string; now?: number } = {},
  ) =>
    await registry(more.settings).write(
      tool,
      input,
      { principal: { ...principal, id: more.who ?? principal.id }, now: more.now ?? NOW },
      async (effects) => await performDirect(effects, services),
    );
  const read = async (tool: string, input: object) =>
    await registry().read(tool, input, { principal, now: NOW });
  const effects = async () =>
    (await current().effects()).map(({ kind, key, data }) => [kind, key, data.text]);
  const fault = async (spec: object) => {
    const { status, text } = await current().control('/faults', { system: 'slack', ...spec });
    if (status !== 200 && status !== 201) throw new Error(text);
  };
  return { current, reset, registry, write, read, effects, fault };
}
