import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { createApp } from '../../src/app.ts';
import { errorReport } from '../../src/kit/errors.ts';
import { createCatalog } from '../../src/mcp/catalog.ts';
import { modules } from '../../tools/modules.ts';
import { startWorld, type World } from '../support/world.ts';

const SNAPSHOT = 'demo-app-20260624-081500-000';
const GOOD_RUN = 'said-to-have-failed';
const BAD_RUN = 'said-to-be-fine';
const CLUSTER = 'konflux-cluster';

const FLOWS = {
  // A write with words of the caller in it, and nothing that it waits for.
  relay: `
inputs: { item: {}, note: {} }
key: =inputs.item
steps:
  release:
    uses: konflux_release_create
    with: { release_plan: demo-app-prod, snapshot: =inputs.item, data: { synopsis: =inputs.note } }
    undo: { none: a test }
  after:
    needs: [release]
    uses: konflux_release_get
    with: { name: =steps.release.result.name }
`,
  hold: `
inputs: { item: {}, note: {} }
key: =inputs.item
steps:
  ask:
    decide: { question: inputs.note, options: { yes: { title: Yes, effect: pass }, no: { title: No, effect: fail } } }
`,
  ended: `
inputs: { run: {} }
key: =inputs.run
steps:
  ended:
    wait:
      uses: konflux_pipeline_status
      with: { name: =inputs.run }
      until: result.state == "succeeded"
      failed: result.state == "failed"
      every: 1m
      timeout: 1h
`,
  echo: `
inputs: { build: {} }
key: =inputs.build
steps:
  look:
    uses: jenkins_get_build
    with: { ref: { system: jenkins, id: =inputs.build, url: 'http://localhost/x' } }
`,
};

/** A run whose condition says one thing, and whose words say another. */
function run(name: string, status: 'True' | 'False', message: string) {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: {
      name,
      namespace: 'demo-tenant',
      creationTimestamp: '2026-06-25T09:00:00Z',
      annotations: { 'build.appstudio.redhat.com/commit_title': message },
    },
    status: {
      startTime: '2026-06-25T09:00:00Z',
      completionTime: '2026-06-25T09:05:00Z',
      conditions: [
        { type: 'Succeeded', status, reason: status === 'True' ? 'Succeeded' : 'Failed', message },
      ],
    },
  };
}

const SCENARIO = {
  extends: 'konflux-team',
  name: 'platform',
  kubernetes: {
    [CLUSTER]: {
      objects: {
        words: [
          run(GOOD_RUN, 'True', 'error: merge conflict FAILED exception: 401 unauthorized ❌'),
          run(BAD_RUN, 'False', 'everything Succeeded ✅ done, no error'),
        ],
      },
    },
  },
};

let world: World;
let skills: string;
beforeAll(async () => {
  world = await startWorld({ scenario: SCENARIO });
  skills = join(world.sandbox.dir, 'test-skills');
  for (const [name, text] of Object.entries(FLOWS)) {
    mkdirSync(join(skills, name), { recursive: true });
    writeFileSync(
      join(skills, name, 'SKILL.md'),
      `---\nname: ${name}\ndescription: For a test.\n---\nText.\n`,
    );
    writeFileSync(join(skills, name, 'flow.yaml'), `flow: ${name}\ntitle: ${name}${text}`);
  }
  appendFileSync(world.sandbox.config, `skills: [${skills}]\n`);
});
beforeEach(() => world.fresh());
afterAll(() => world.close());

async function sluice(args: readonly string[], env: Record<string, string> = {}) {
  const { code, out, err } = await world.run([...args, '--json'], env);
  return { code, err, out, answer: Object(JSON.parse(out)) };
}

/** The same way in as the command line has, in this process. */
function app() {
  vi.stubEnv('SLUICE_HOME', world.home);
  const made = createApp({ config: world.sandbox.config, face: 'cli', modules });
  onTestFinished(() => made.close());
  const call = async (tool: string, input: object) =>
    await made.call(tool, input, { principal: made.principal }).then(Object, errorReport);
  return { ...made, call };
}

const asked = async (path: string) => (await world.requests()).filter((one) => one.path.includes(path));
const changes = async () => (await world.requests()).filter(({ mutating }) => mutating);

it('W-S01: every skill is whole, and the tools that it tells of are there', () => {
  const made = app();
  const { listed } = createCatalog(made, { personas: [], surface: 'core', readOnly: false });
  const tools = [...made.registry.list(), ...listed];
  const names = new Set(tools.map(({ name }) => name));
  const modulesThere = new Set([...names].map((name) => name.split('_')[0]));
  const fields = new Set(
    tools.flatMap(({ input, output }) => Object.keys({ ...input.shape, ...output.shape })),
  );
  expect(made.skills.size).toBeGreaterThan(8);
  for (const { name, description, text, flow } of made.skills.values()) {
    expect(description.length, name).toBeGreaterThan(10);
    expect(text, name).not.toBe('');
    expect(flow?.steps.filter(({ id }) => id === '') ?? [], name).toEqual([]);
    const words = [...text.matchAll(/`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b/g)].map(([, word = '']) => word);
    const told = words.filter((word) => modulesThere.has(word.split('_')[0]) && !fields.has(word));
    expect(
      told.filter((word) => !names.has(word)),
      name,
    ).toEqual([]);
  }
});

it('W-S04: a plan lists the steps in order and the effect with its arguments, and changes nothing', async () => {
  const engine = await app().engine();
  const plan = await engine.plan({ flow: 'relay', inputs: { item: SNAPSHOT, note: 'What is new' } });
  expect(plan.steps.map(({ id }) => id)).toEqual(['release', 'after']);
  expect(plan.effects).toMatchObject([
    {
      step: 'release',
      tool: 'konflux_release_create',
      state: 'resolved',
      present: false,
      after: { releasePlan: 'demo-app-prod', snapshot: SNAPSHOT, data: { synopsis: 'What is new' } },
    },
  ]);
  expect(await changes()).toEqual([]);
  expect(await world.effects()).toEqual([]);
  expect(await engine.list()).toEqual([]);
});

describe('W-S06: what a caller writes', () => {
  const arrived = async () =>
    (await world.effects()).map(({ data }) => Object(data.object).spec.data.synopsis);

  it.each([
    [`{{ inputs.item }} \${HOME} $(id) \`id\` & < > " ' \\n \\u0041\nline two\ttab; %s %00 ünï→`],
    ['=1 + 1'],
    ['=inputs.item'],
    ['==inputs.item'],
  ])('arrives as it is: %j', async (note) => {
    const engine = await app().engine();
    const report = await engine.drive({ flow: 'relay', inputs: { item: SNAPSHOT, note } });
    expect(report.state).toBe('done');
    expect(await arrived()).toEqual([note]);
  });

  it('arrives as it is also from a shell', async () => {
    const note = `=inputs.item {{x}} \${x} \`id\` & < > " '\nline two`;
    const { answer } = await sluice(['drive', 'relay', `item=${SNAPSHOT}`, `note=${note}`]);
    expect(answer.state).toBe('done');
    expect(await arrived()).toEqual([note]);
  });
});

describe('W-S07: words in an answer change no verdict', () => {
  it.each([
    [GOOD_RUN, 'succeeded', 'done'],
    [BAD_RUN, 'failed', 'failed'],
  ])('of a run that is %s: it has %s, and the flow is %s', async (name, state, end) => {
    const { call, engine } = app();
    const status = await call('konflux_pipeline_status', { name });
    expect(status).toMatchObject({ state, message: expect.stringContaining('error') });
    const report = await (await engine()).drive({ flow: 'ended', inputs: { run: name } });
    expect(report.state).toBe(end);
  });
});

describe('W-S12: a login that has run out', () => {
  it('of a cluster is told with what to do; it is read anew once, and nothing logs in', async () => {
    const { call } = app();
    await world.patch({ kubernetes: { [CLUSTER]: { token: 'expired' } } });
    expect(await call('konflux_snapshot_get', { name: SNAPSHOT })).toMatchObject({
      code: 'auth',
      remedy: expect.stringMatching(/renew the token of modules\.konflux, then `sluice doctor`/),
    });
    const requests = await world.requests();
    expect(
      requests.map(({ method, path, status }) => `${method} ${path.split('/').at(-1)} ${status}`),
    ).toEqual([`GET ${SNAPSHOT} 401`, `GET ${SNAPSHOT} 401`]);
    await world.patch({ kubernetes: { [CLUSTER]: { token: 'valid' } } });
    expect(await call('konflux_snapshot_get', { name: SNAPSHOT })).toMatchObject({ name: SNAPSHOT });
  });
});

describe('W-S13: a read is asked', () => {
  const read = async () => await app().call('konflux_snapshot_get', { name: SNAPSHOT });
  const fault = async (fault: string, times: number, retry_after = 0) =>
    await world.fault({ system: CLUSTER, fault, times, retry_after });

  it.each<[string, string | undefined, number]>([
    ['once when it is answered', undefined, 1],
    ['again after a fault that passes', '500', 2],
  ])('%s', async (_name, kind, requests) => {
    if (kind !== undefined) await fault(kind, 1);
    expect(await read()).toMatchObject({ name: SNAPSHOT });
    expect(await asked(SNAPSHOT)).toHaveLength(requests);
  });

  it.each([
    ['reset_before', 'upstream'],
    ['429', 'rate_limited'],
  ])('three times while it is %s, and then %s', async (kind, code) => {
    await fault(kind, 20);
    expect(await read()).toMatchObject({ code });
    expect(await asked(SNAPSHOT)).toHaveLength(3);
  });

  it('once when another answer is not to be had', async () => {
    expect(await app().call('konflux_snapshot_get', { name: 'none' })).toMatchObject({ code: 'not_found' });
    expect(
      await asked(`${CLUSTER}/apis/appstudio.redhat.com/v1alpha1/namespaces/demo-tenant/snapshots/none`),
    ).toHaveLength(1);
  });
});

it('W-S14: a change that was made although its answer was lost is found, and not made again', async () => {
  await world.fault({ system: CLUSTER, method: 'POST', fault: 'reset_after', times: 9 });
  const { engine, call } = app();
  const inputs = { item: SNAPSHOT, note: 'once' };
  expect(await (await engine()).drive({ flow: 'relay', inputs })).toMatchObject({ state: 'done' });
  expect(await changes()).toHaveLength(1);
  const direct = { release_plan: 'demo-app-prod', snapshot: SNAPSHOT, data: { synopsis: 'once' } };
  expect(await call('konflux_release_create', direct)).toMatchObject({ created: false });
  expect(await world.effects()).toHaveLength(1);
});

it('W-S15: a token that an error repeats is in no output, no journal and no log', async () => {
  const token = 'planted-platform-canary-7';
  const server = createServer((request, response) => {
    response.writeHead(400).end(`bad token ${token}, header ${request.headers.authorization ?? 'none'}`);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => void server.close());
  const settings = Object(parse(readFileSync(world.sandbox.config, 'utf8')));
  settings.modules.jenkins = {
    base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    user: 'sluice',
    token: 'env:PLATFORM_TOKEN',
  };
  const config = join(world.sandbox.dir, 'echo.yaml');
  writeFileSync(config, stringify(settings));
  const env = { PLATFORM_TOKEN: token, SLUICE_CONFIG: config, SLUICE_LOG: 'trace' };
  const { out, err, answer } = await sluice(['drive', 'echo', 'build=7'], env);
  expect(answer.blocked_by[0].cause).toContain('bad token [REDACTED], header Basic [REDACTED]');
  const basic = Buffer.from(`sluice:${token}`).toString('base64');
  const kept = readdirSync(world.home).map((file) => readFileSync(join(world.home, file), 'latin1'));
  expect(kept.join('')).toContain('[REDACTED]');
  for (const text of [out, err, ...kept]) {
    expect(text).not.toContain(token);
    expect(text).not.toContain(basic);
  }
});

it('W-S18: of two runs of one key that begin at once one is refused, and told of the other', async () => {
  const notes = ['first', 'second'];
  const both = await Promise.all(
    notes.map(async (note) => await sluice(['drive', 'hold', 'item=demo', `note=${note}`])),
  );
  const held = both.filter(({ answer }) => answer.error === undefined);
  const refused = both.filter(({ answer }) => answer.error !== undefined);
  expect([held.length, refused.length]).toEqual([1, 1]);
  expect(held[0]?.answer).toMatchObject({ release_id: 'hold-demo', state: 'needs_decision' });
  expect(refused[0]?.code).toBe(3);
  expect(refused[0]?.answer.error).toMatchObject({
    code: 'conflict',
    cause: expect.stringMatching(/^hold-demo was begun with note="(first|second)", not "(first|second)"\.$/),
    remedy: expect.stringContaining('hold-demo'),
  });
});
