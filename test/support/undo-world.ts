import { z } from 'zod';
import { absent, type Effect, type EffectPreview, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { createLogger } from '../../src/kit/log.ts';
import { defineModule } from '../../src/kit/module.ts';
import { Redactor } from '../../src/kit/redact.ts';
import { Registry } from '../../src/kit/registry.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import { TestClock } from './test-clock.ts';

/** A shelf of things that can be made, set, and taken away again. */
export class Shelf {
  things = new Map<string, string>();
  /** Requests that reached it, in order. */
  sent: string[] = [];
  /** Tools that answer nothing but errors. */
  down = new Set<string>();
  /** Requests whose answers are lost: the effect happens. */
  lost = new Set<string>();

  assertUp(tool: string): void {
    if (!this.down.has(tool)) return;
    throw new SluiceError('upstream', { cause: `${tool} is down`, remedy: 'wait', reached: 'no' });
  }
}

function change(
  shelf: Shelf,
  tool: string,
  key: string,
  preview: Omit<EffectPreview, 'system'>,
  there: () => boolean,
  act: () => void,
): Effect {
  return {
    key,
    preview: { system: 'shelf', ...preview },
    find: async () => {
      shelf.assertUp(tool);
      return there() ? present({ name: preview.target }) : absent;
    },
    send: async (permit) => {
      permit.check();
      shelf.assertUp(tool);
      shelf.sent.push(key);
      act();
      if (shelf.lost.delete(key))
        throw new SluiceError('timeout', { cause: 'no answer', remedy: 'wait', reached: 'maybe' });
      return { name: preview.target };
    },
  };
}

const defineTool = toolsOf<Shelf>();
const Names = z.object({ names: z.array(z.string()) });
const Done = z.object({ names: z.array(z.string()), summary: z.string() });
const settles = '30s';

const make = defineTool({
  name: 'shelf_make',
  title: 'Make things',
  description: 'Makes things that are not there.',
  effect: 'create',
  key: 'the name',
  settles,
  input: Names,
  output: Done,
  effects: async ({ names }, { client }) =>
    names.map((name) =>
      change(
        client,
        'shelf_make',
        `made ${name}`,
        { action: 'make', target: name, after: 'made' },
        () => client.things.has(name),
        () => client.things.set(name, 'made'),
      ),
    ),
  // Of a half that was made it has no answer.
  result: async ({ names }, _context, done) => {
    if (done.length !== names.length) throw new Error('half of it');
    return { names, summary: `${names.length} made` };
  },
});

const remove = defineTool({
  name: 'shelf_remove',
  title: 'Remove things',
  description: 'Removes things.',
  effect: 'destroy',
  key: 'the name',
  settles,
  input: Names,
  output: Done,
  effects: async ({ names }, { client }) =>
    names.map((name) =>
      change(
        client,
        'shelf_remove',
        `removed ${name}`,
        { action: 'remove', target: name, before: client.things.get(name) ?? null, after: 'gone' },
        () => !client.things.has(name),
        () => client.things.delete(name),
      ),
    ),
  result: async ({ names }) => ({ names, summary: `${names.length} removed` }),
});

function setting(name: 'shelf_set' | 'shelf_poke', tellsBefore: boolean) {
  return defineTool({
    name,
    title: 'Set a thing',
    description: 'Sets a thing to a value.',
    effect: 'update',
    key: 'name and value',
    settles,
    input: z.object({ name: z.string(), value: z.string() }),
    output: z.object({ summary: z.string() }),
    effects: async ({ name: thing, value }, { client }) => [
      change(
        client,
        name,
        `${thing}=${value}`,
        {
          action: 'set',
          target: thing,
          after: value,
          ...(tellsBefore ? { before: client.things.get(thing) ?? null } : {}),
        },
        () => client.things.get(thing) === value,
        () => client.things.set(thing, value),
      ),
    ],
    result: async ({ name: thing, value }) => ({ summary: `${thing} is ${value}` }),
  });
}

const look = defineTool({
  name: 'shelf_look',
  title: 'Look',
  description: 'What is there.',
  effect: 'read',
  input: z.object({ name: z.string() }),
  output: z.object({ value: z.string(), summary: z.string() }),
  run: async ({ name }, { client }) => {
    const value = client.things.get(name) ?? 'nothing';
    return { value, summary: `${name} is ${value}` };
  },
});

const tell = defineTool({
  name: 'shelf_tell',
  title: 'Tell',
  description: 'Tells people.',
  effect: 'notify',
  key: 'the key',
  settles,
  input: z.object({ key: z.string(), text: z.string() }),
  output: z.object({ summary: z.string() }),
  effects: async ({ key, text }, { client }) => [
    change(
      client,
      'shelf_tell',
      `told ${key}`,
      { action: 'tell', target: text },
      () => client.sent.includes(`told ${key}`),
      () => undefined,
    ),
  ],
  result: async () => ({ summary: 'told' }),
});

export function shelfModule(shelf: Shelf) {
  return defineModule({
    name: 'shelf',
    title: 'Shelf',
    settings: z.object({}),
    connect: () => shelf,
    tools: [make, remove, setting('shelf_set', true), setting('shelf_poke', false), look, tell],
  });
}

export function shelfRegistry(shelf: Shelf): Registry {
  const services = {
    clock: new TestClock(),
    redactor: new Redactor(),
    log: createLogger('silent'),
    callLimitMs: 1_000,
  };
  return new Registry([shelfModule(shelf)], { shelf: {} }, services);
}
