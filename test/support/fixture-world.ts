import { z } from 'zod';
import { absent, type Effect, present, unknown } from '../../src/kit/effect.ts';
import { NotYet, SluiceError } from '../../src/kit/errors.ts';
import { defineModule } from '../../src/kit/module.ts';
import { toolsOf } from '../../src/kit/tool.ts';

/** What goes wrong with the next request for a key. */
export type Fault = 'lost before' | 'lost after' | 'refused' | 'defect after';

/** A small world in memory: facts to read, things to make, jobs to start, posts to send. */
export class World {
  facts = new Map<string, { state: 'ready' | 'waiting' | 'broken'; value: number }>();
  jobs = new Map<string, 'running' | 'success' | 'failure'>();
  /** What is there, by its natural key. */
  things = new Map<string, unknown>();
  /** Requests that reached the world, in order, also those whose answers were lost. */
  sent: string[] = [];
  looks: string[] = [];
  faults = new Map<string, Fault[]>();
  /** Keys that `find` does not see although they are there, or cannot tell of. */
  hidden = new Set<string>();
  unreadable = new Set<string>();
  unready = new Set<string>();
  /** Told of each request before it has its effect. */
  onSend: (key: string) => void | Promise<void> = () => undefined;
  onFind: (key: string) => void | Promise<void> = () => undefined;

  fail(key: string, ...faults: Fault[]): void {
    this.faults.set(key, faults);
  }

  count(key: string): number {
    return this.sent.filter((sent) => sent === key).length;
  }

  effect(key: string, action: string, value: unknown): Effect {
    return {
      key,
      preview: { system: 'world', action, target: key, before: this.things.get(key) ?? null, after: value },
      ready: async () => {
        if (this.unready.has(key)) throw new NotYet(`${key} is not ready`);
      },
      find: async () => {
        await this.onFind(key);
        this.looks.push(`find ${key}`);
        if (this.unreadable.has(key)) return unknown(`the list of ${key} is cut`);
        return this.things.has(key) && !this.hidden.has(key)
          ? present({ value: this.things.get(key) })
          : absent;
      },
      send: async (permit) => {
        permit.check();
        await this.onSend(key);
        const fault = this.faults.get(key)?.shift();
        if (fault === 'refused')
          throw new SluiceError('conflict', { cause: `${key} was refused`, remedy: 'ask' });
        if (fault === 'lost before') throw lost(key);
        this.sent.push(key);
        this.things.set(key, value);
        if (fault === 'lost after') throw lost(key);
        if (fault === 'defect after') throw new TypeError('a defect');
        return { value };
      },
    };
  }
}

function lost(key: string): SluiceError {
  return new SluiceError('timeout', { cause: `no answer for ${key}`, remedy: 'wait', reached: 'maybe' });
}

const defineTool = toolsOf<World>();
const State = z.enum(['ready', 'waiting', 'broken']);

const getFact = defineTool({
  name: 'world_get_fact',
  title: 'Get a fact',
  description: 'A fact of the world.',
  effect: 'read',
  input: z.object({ name: z.string() }),
  output: z.object({ state: State, value: z.int(), summary: z.string() }),
  run: async ({ name }, { client }) => {
    client.looks.push(name);
    const fact = client.facts.get(name);
    if (fact === undefined)
      throw new SluiceError('upstream', { cause: `nobody tells of ${name}`, remedy: 'wait' });
    return { ...fact, summary: `${name} is ${fact.state}` };
  },
});

const setThing = defineTool({
  name: 'world_set_thing',
  title: 'Set a thing',
  description: 'Makes a thing.',
  effect: 'create',
  key: 'the name of the thing',
  settles: '30s',
  input: z.object({ name: z.string(), value: z.union([z.string(), z.int()]).default('set') }),
  output: z.object({ made: z.array(z.string()), summary: z.string() }),
  effects: async ({ name, value }, { client }) =>
    name.split('+').map((one) => client.effect(`thing:${one}`, 'set', value)),
  result: async ({ name }, _context, done) => ({
    made: done.map(({ key, outcome }) => `${key} ${outcome}`),
    summary: `${name} is set`,
  }),
});

const startJob = defineTool({
  name: 'world_start_job',
  title: 'Start a job',
  description: 'Starts a job.',
  effect: 'create',
  key: 'name and attempt',
  settles: '30s',
  input: z.object({ name: z.string(), attempt: z.int().default(1) }),
  output: z.object({ ref: z.object({ system: z.string(), id: z.string() }), summary: z.string() }),
  effects: async ({ name, attempt }, { client }) => [client.effect(`job:${name}:${attempt}`, 'start', name)],
  result: async ({ name, attempt }) => ({
    ref: { system: 'jobs', id: `${name}:${attempt}` },
    summary: `${name} runs`,
  }),
});

const getJob = defineTool({
  name: 'world_get_job',
  title: 'Get a job',
  description: 'How a job stands.',
  effect: 'read',
  input: z.object({ id: z.string() }),
  output: z.object({ state: z.enum(['running', 'success', 'failure']), summary: z.string() }),
  run: async ({ id }, { client }) => {
    client.looks.push(`job ${id}`);
    const state = client.jobs.get(id) ?? 'running';
    return { state, summary: `job ${id}: ${state}` };
  },
});

const post = defineTool({
  name: 'world_post',
  title: 'Post',
  description: 'Tells people.',
  effect: 'notify',
  key: 'the key of the post',
  settles: '30s',
  input: z.object({ key: z.string(), text: z.string() }),
  output: z.object({ summary: z.string() }),
  effects: async ({ key, text }, { client }) => [client.effect(`post:${key}`, 'post', text)],
  result: async () => ({ summary: 'posted' }),
});

const tell = defineTool({
  name: 'world_tell',
  title: 'Tell a channel',
  description: 'Tells the people of a channel.',
  effect: 'notify',
  key: 'channel and key',
  settles: '30s',
  input: z.object({ channel: z.string(), text: z.string(), key: z.string() }),
  output: z.object({ summary: z.string() }),
  effects: async ({ channel, key, text }, { client }) => [
    client.effect(`tell:${channel}:${key}`, 'tell', text),
  ],
  result: async () => ({ summary: 'told' }),
});

export function worldModule(world: World) {
  return defineModule({
    name: 'world',
    title: 'World',
    settings: z.object({}),
    connect: () => world,
    tools: [getFact, setThing, startJob, getJob, post, tell],
  });
}
