import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, connectLegacy, connectModern, type Place, yesMan } from './clients.ts';
import { startHttp, startWorld, type World } from './world.ts';

const RELEASE = { release: '4.20.27' };
const ID = 'z-stream-4.20.27';

const CALLS: [string, Record<string, unknown>][] = [
  ['skill_list', {}],
  ['skill_get', { name: 'z-stream' }],
  ['skill_get', { name: 'y-stream' }],
  ['release_list', {}],
  ['release_plan', { flow: 'z-stream', inputs: RELEASE }],
  ['release_plan', { flow: 'z-stream', inputs: { release: '4.20.1; rm' } }],
  ['release_plan', { flow: 'z-strem', inputs: RELEASE }],
  ['release_drive', {}],
  ['release_drive', { flow: 'z-stream', inputs: RELEASE }],
  ['release_drive', { release_id: ID }],
  ['release_drive', { release_id: ID, wait_seconds: 600 }],
  ['release_status', { release_id: '4.20.27' }],
  ['release_status', { release_id: ID, verbose: true }],
  ['release_status', { release_id: 'z-stream-4.20.28' }],
  ['release_explain', { release_id: ID }],
  ['release_explain', { release_id: ID, step: 'metadata' }],
  ['release_recommend', { release_id: ID, step: 'metadata', option: 'accept', reasons: 'none' }],
  ['tool_search', { query: 'advisory push' }],
  ['tool_search', { query: 'zebra' }],
  ['tool_call', { tool: 'oar_get_push_status', arguments: RELEASE }],
  ['tool_call', { tool: 'oar_get_push_status', arguments: { release: 'latest' } }],
  ['tool_call', { tool: 'oar_get_pusch_status', arguments: RELEASE }],
  ['oar_get_release_metadata', RELEASE],
  ['oar_get_release_metadata', { ...RELEASE, arch: 'amd64' }],
  ['release_cancel', { release_id: ID, reason: 'the test is over' }],
  ['release_status', { release_id: ID }],
  ['release_cancel', { release_id: ID, reason: 'again' }],
  ['release_list', {}],
];

interface Transcript {
  era: string;
  instructions: string;
  listed: unknown;
  listedAfter: unknown;
  prompts: unknown;
  said: unknown;
  answers: unknown[];
  progress: string[];
}

async function play(agent: Agent, world: World): Promise<Transcript> {
  const plain = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value ?? null)
        .replaceAll(world.sandbox.url, 'http://sandbox')
        .replaceAll(world.home, 'HOME'),
    );
  const listed = await agent.tools();
  const answers: unknown[] = [];
  const progress: string[] = [];
  for (const [name, args] of CALLS)
    answers.push(plain({ name, ...(await agent.call(name, args, (told) => progress.push(told))) }));
  const refused = await agent
    .call('release_approve', { release_id: ID })
    .catch((error: unknown) => String(error));
  expect(JSON.stringify(refused)).toContain('release_approve');
  return {
    era: agent.era,
    instructions: agent.instructions(),
    listed,
    listedAfter: await agent.tools(),
    prompts: await agent.prompts(),
    said: [await agent.prompt('z-stream'), await agent.prompt('drive-z-stream', RELEASE)],
    answers,
    progress,
  };
}

describe('promise 40: the same script in both eras, over stdio and HTTP', () => {
  const transcripts = new Map<string, Transcript>();
  const of = (name: string) => {
    const found = transcripts.get(name);
    if (found === undefined) throw new Error(`no transcript of ${name}`);
    return found;
  };
  const names = ['stdio modern', 'stdio legacy', 'http modern', 'http legacy'];

  async function run(name: string): Promise<void> {
    await using world = await startWorld();
    const connect = name.endsWith('modern') ? connectModern : connectLegacy;
    const over = async (place: Place) => {
      await using agent = await connect(place, yesMan);
      transcripts.set(name, await play(agent, world));
    };
    if (name.startsWith('stdio')) return await over({ world, args: ['--persona', 'z-stream'] });
    await using server = await startHttp(world, ['--persona', 'z-stream']);
    await over({ url: server.url });
  }

  beforeAll(async () => {
    for (const name of names) await run(name);
  }, 120_000);
  afterAll(() => transcripts.clear());

  it('speaks the era of the client', () => {
    expect(names.map((name) => of(name).era)).toEqual(['modern', 'legacy', 'modern', 'legacy']);
  });

  it.each(names.slice(1))('%s answers as stdio modern does', (name) => {
    const [first, other] = [of('stdio modern'), of(name)];
    expect(other.answers).toEqual(first.answers);
    expect(other.prompts).toEqual(first.prompts);
    expect(other.said).toEqual(first.said);
    expect(other.instructions).toBe(first.instructions);
    expect(other.listed).toEqual(first.listed);
  });

  it.each(names)('W-S08: %s: the list of tools does not change by calls', (name) => {
    expect(of(name).listedAfter).toEqual(of(name).listed);
  });

  it.each(names)('%s tells a client that asked for it how far a drive is', (name) => {
    expect(of(name).progress.length).toBeGreaterThan(0);
    expect(of(name).progress[0]).toMatch(/^z-stream-4\.20\.27: \S+ \w+; \d+ of \d+ steps settled$/);
  });

  it('answers with data that stands for itself, and repeats it as text for old clients', () => {
    for (const answer of of('stdio legacy').answers) {
      const { name, data, text, isError } = Object(answer);
      if (isError) {
        expect(text, name).toMatch(/^[a-z_]+: .+\nremedy: .+/s);
        expect(data, name).toBeUndefined();
      } else {
        expect(JSON.parse(text), name).toEqual(data);
        expect(data.summary, name).toEqual(expect.any(String));
        expect(JSON.stringify(data).length, name).toBeLessThan(10_240);
      }
    }
  });

  it('gives each refusal its code', () => {
    const codes = of('stdio modern').answers.flatMap((answer) => {
      const { name, text, isError } = Object(answer);
      return isError ? [`${name} ${String(text).split(':')[0]}`] : [];
    });
    expect(codes).toEqual([
      'skill_get not_found',
      'release_plan invalid_input',
      'release_plan not_found',
      'release_drive invalid_input',
      'release_drive invalid_input',
      'release_status invalid_input',
      'release_status not_found',
      'release_recommend invalid_input',
      'tool_call invalid_input',
      'tool_call tool_missing',
      'oar_get_release_metadata invalid_input',
      'release_cancel precondition',
    ]);
  });
});
