/** A process that drives the release forward, or takes it back; it is what the crash tests kill. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Engine } from '../../../src/flow/engine.ts';
import { parseFlow } from '../../../src/flow/load.ts';
import { rollbackPlanGuard } from '../../../src/flow/rollback/guard.ts';
import { systemClock } from '../../../src/kit/clock.ts';
import { absent, type Effect, present } from '../../../src/kit/effect.ts';
import type { Http } from '../../../src/kit/http.ts';
import { createLogger } from '../../../src/kit/log.ts';
import { defineModule } from '../../../src/kit/module.ts';
import { Redactor } from '../../../src/kit/redact.ts';
import { Registry } from '../../../src/kit/registry.ts';
import { toolsOf } from '../../../src/kit/tool.ts';
import { openSqliteStore } from '../../../src/store/sqlite.ts';

const {
  FIXTURE_URL = '',
  FIXTURE_HOME = '',
  FIXTURE_FLOW = 'flow.yaml',
  FIXTURE_VERB = 'forward',
} = process.env;
const Shelf = z.object({ things: z.record(z.string(), z.string()) });
const defineTool = toolsOf<Http>();
const settles = '100ms';
const Done = z.object({ names: z.array(z.string()), summary: z.string() });

async function thingsOf(client: Http): Promise<Record<string, string>> {
  return (await client.getJson('/', Shelf)).things;
}

async function change(client: Http, name: string, value: string | null): Promise<Effect> {
  const before = (await thingsOf(client))[name] ?? null;
  return {
    key: `${name}=${value ?? 'gone'}`,
    preview: { system: 'shelf', action: 'set', target: name, before, after: value ?? 'gone' },
    find: async () => (((await thingsOf(client))[name] ?? null) === value ? present({ name }) : absent),
    send: async (permit) => {
      if (value === null) await client.send('DELETE', `/${name}`, permit);
      else await client.send('PUT', `/${name}/${value}`, permit);
      return { name };
    },
  };
}

const get = defineTool({
  name: 'shelf_get',
  title: 'Get',
  description: 'What a thing is.',
  effect: 'read',
  input: z.object({ name: z.string() }),
  output: z.object({ value: z.string(), summary: z.string() }),
  run: async ({ name }, { client }) => {
    const value = (await thingsOf(client))[name] ?? 'nothing';
    return { value, summary: `${name} is ${value}` };
  },
});
const put = defineTool({
  name: 'shelf_put',
  title: 'Put',
  description: 'Sets things.',
  effect: 'update',
  key: 'name and value',
  settles,
  input: z.object({ things: z.record(z.string(), z.string()) }),
  output: Done,
  effects: async ({ things }, { client }) =>
    await Promise.all(Object.entries(things).map(async ([name, value]) => await change(client, name, value))),
  result: async ({ things }) => ({ names: Object.keys(things), summary: 'set' }),
});
const restore = defineTool({
  name: 'shelf_restore',
  title: 'Restore',
  description: 'Sets a thing to what it was; without a value it goes away.',
  effect: 'update',
  key: 'name and value',
  settles,
  input: z.object({ name: z.string(), value: z.string().optional() }),
  output: Done,
  effects: async ({ name, value }, { client }) => [await change(client, name, value ?? null)],
  result: async ({ name }) => ({ names: [name], summary: 'restored' }),
});
const start = defineTool({
  name: 'shelf_start',
  title: 'Start',
  description: 'Starts a job.',
  effect: 'create',
  key: 'the name',
  settles,
  input: z.object({ name: z.string() }),
  output: z.object({ ref: z.object({ system: z.string(), id: z.string() }), summary: z.string() }),
  effects: async ({ name }, { client }) => [await change(client, name, 'made')],
  result: async ({ name }) => ({ ref: { system: 'shelf', id: name }, summary: 'started' }),
});

const shelf = defineModule({
  name: 'shelf',
  title: 'Shelf',
  settings: z.object({ base_url: z.url() }),
  connect: ({ base_url }, connection): Http => connection.http({ baseUrl: base_url }),
  tools: [get, put, restore, start],
});

const redactor = new Redactor();
const log = createLogger('silent');
const http = { clock: systemClock, redactor, log, callLimitMs: 2_000 };
const store = await openSqliteStore(FIXTURE_HOME);
const flows = [FIXTURE_FLOW, 'flow-back.yaml'].map((name) => {
  const file = new URL(name, import.meta.url).pathname;
  return parseFlow(readFileSync(file, 'utf8'), file);
});
const by = { id: 'tester', face: 'cli' as const };
const engine = await Engine.create({
  registry: new Registry([shelf], { shelf: { base_url: FIXTURE_URL } }, http),
  store,
  assertWritable: () => store.assertWritable(),
  clock: systemClock,
  redactor,
  log,
  flows: new Map(flows.map((flow) => [flow.flow, flow])),
  guards: [rollbackPlanGuard],
  environments: {},
  approvals: { allowedSigners: undefined, roles: {}, aliases: {} },
  policy: {},
  effects: { leaseMs: 10_000, callLimitMs: 2_000 },
  sandbox: false,
  principal: by,
  version: 'test',
});
const target = { flow: 'forward', inputs: {} };
const back = FIXTURE_VERB === 'back';
// Killed before its first entry, there is no release that could be taken back.
if (back && (await engine.list()).length === 0) await engine.drive(target, { budgetMs: 0 });
for (;;) {
  const [row] = await engine.list();
  const id = row?.key === 'one' && row.flow === 'forward' ? row.id : 'forward-one';
  const report = back ? await engine.rollback(id, { reason: 'a crash', by }) : await engine.drive(target);
  if (report.state === (back ? 'rolled_back' : 'done')) break;
  const open = await engine.confirmation(report.release_id);
  if (open !== undefined) {
    const answer = {
      step: open.step,
      plan: open.plan_hash,
      verdict: 'given' as const,
      by,
      how: 'cli' as const,
    };
    await engine.confirm(open.release_id, answer);
    continue;
  }
  if (!['waiting', 'running'].includes(report.state)) throw new Error(report.summary);
  const pause = report.next_at === null ? 20 : Date.parse(report.next_at) - Date.now();
  await systemClock.sleep(Math.min(1_000, Math.max(10, pause)));
}
await store.close();
