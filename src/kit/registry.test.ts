import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { principal, services } from '../../test/support/stand-in.ts';
import { absent, type Effect } from './effect.ts';
import { SluiceError } from './errors.ts';
import { defineModule } from './module.ts';
import { performDirect } from './perform-direct.ts';
import { Redactor } from './redact.ts';
import { argumentsOf, Registry } from './registry.ts';
import { toolsOf } from './tool.ts';

interface Shelf {
  books: Map<string, string>;
  secret: string;
}

const defineTool = toolsOf<Shelf>();

const getBook = defineTool({
  name: 'shelf_get_book',
  title: 'Get a book',
  description: '  The book.  ',
  effect: 'read',
  input: z.object({ id: z.string(), shelf: z.int().default(1) }),
  output: z.object({ title: z.string(), summary: z.string().max(5_000) }),
  run: async ({ id }, { client }) => {
    const title = client.books.get(id);
    if (title === undefined) throw new SluiceError('not_found', { cause: `no book ${id}`, remedy: 'Look.' });
    return { title, summary: `${title} (${client.secret})`, invented: 1 };
  },
});

const badBook = defineTool({
  name: 'shelf_break',
  title: 'Break',
  description: 'Answers what it may not.',
  effect: 'read',
  input: z.object({}),
  output: z.object({ pages: z.string() }),
  run: async () => JSON.parse('{"pages": 7}'),
});

const put = (shelf: Shelf, id: string): Effect => ({
  key: `book:${id}`,
  preview: { system: 'shelf', action: 'put', target: id },
  find: async () => absent,
  send: async () => shelf.books.set(id, 'new').size,
});

const putBook = defineTool({
  name: 'shelf_put_book',
  title: 'Put a book',
  description: 'Puts it.',
  effect: 'create',
  key: 'the id',
  settles: '1s',
  input: z.object({ ids: z.array(z.string()) }),
  output: z.object({ outcomes: z.array(z.string()) }),
  effects: async ({ ids }, { client }) => ids.map((id) => put(client, id)),
  result: async (_input, _context, done) => ({
    outcomes: done.map(({ key, outcome }) => `${key} ${outcome}`),
  }),
});

const shelf = defineModule({
  name: 'shelf',
  title: 'Shelf',
  settings: z.object({ title: z.string() }),
  connect: ({ title }): Shelf => ({ books: new Map([['1', title]]), secret: 'planted-canary-3' }),
  tools: [getBook, badBook, putBook],
});

function registryOf(settings: Record<string, unknown> = { shelf: { title: 'Dune' } }) {
  const redactor = new Redactor();
  redactor.add('planted-canary-3');
  return new Registry([shelf], settings, { ...services, redactor });
}

const options = { principal, now: 0 };

describe('input', () => {
  it.each([
    [{}, 'id: '],
    [{ id: 1 }, 'id: '],
    [{ id: '1', shelf: 'one' }, 'shelf: '],
    [{ id: '1', colour: 'red' }, 'colour'],
    ['text', 'expected object'],
    [[], 'expected object'],
  ])('%j is refused by name, with the arguments that there are', async (input, named) => {
    await expect(registryOf().read('shelf_get_book', input, options)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(new RegExp(`^shelf_get_book: .*${named}`)),
      remedy: 'It takes { id, shelf? }.',
    });
  });

  it('that is missing as a whole is an empty one', async () => {
    await expect(registryOf().read('shelf_break', undefined, options)).rejects.not.toMatchObject({
      code: 'invalid_input',
    });
    expect(argumentsOf(getBook)).toBe('id, shelf?');
  });
});

describe('promise 39: an answer', () => {
  it('is what the output schema says, without fields that nobody promised', async () => {
    const answer = await registryOf().read('shelf_get_book', { id: '1' }, options);
    expect(Object.keys(Object(answer))).toEqual(['title', 'summary']);
  });

  it('that breaks its schema is a defect and no answer', async () => {
    await expect(registryOf().read('shelf_break', {}, options)).rejects.toThrow(
      /^shelf_break answered what its output schema does not allow: pages: /,
    );
  });

  it('promises 43 and 47: is free of secrets and of invisible characters', async () => {
    const registry = registryOf({ shelf: { title: 'Du\u202ene\u200b' } });
    expect(await registry.read('shelf_get_book', { id: '1' }, options)).toEqual({
      title: 'Dune',
      summary: 'Dune ([REDACTED])',
    });
  });
});

describe('a tool', () => {
  it('that is not there is named, with the one that was probably meant', async () => {
    await expect(registryOf().read('shelf_get_bok', {}, options)).rejects.toMatchObject({
      code: 'tool_missing',
      message: 'There is no tool "shelf_get_bok".',
      remedy: 'Did you mean shelf_get_book? See `sluice tools`.',
    });
    await expect(registryOf().read('x', {}, options)).rejects.toMatchObject({
      remedy: 'See `sluice tools`.',
    });
  });

  it('of a module without settings says which settings are missing', async () => {
    await expect(registryOf({}).read('shelf_get_book', { id: '1' }, options)).rejects.toMatchObject({
      code: 'tool_missing',
      message: 'Module shelf has no settings.',
      remedy: expect.stringContaining('modules.shelf'),
    });
    expect(registryOf({}).isConfigured('shelf')).toBe(false);
  });

  it('of a module with wrong settings says which field is wrong', async () => {
    for (const [settings, field] of [
      [{ title: 1 }, 'title'],
      [{ title: 'x', colour: 1 }, 'colour'],
    ] as const) {
      await expect(
        registryOf({ shelf: settings }).read('shelf_get_book', { id: '1' }, options),
      ).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringMatching(new RegExp(`^Settings, modules\\.shelf: .*${field}`)),
      });
    }
  });

  it('cannot be read when it writes, nor written when it reads', async () => {
    const registry = registryOf();
    await expect(registry.read('shelf_put_book', { ids: [] }, options)).rejects.toThrow('not a read tool');
    await expect(registry.effects('shelf_get_book', { id: '1' }, options)).rejects.toThrow(
      'not a write tool',
    );
  });

  it('is listed by name, and its name is given once', () => {
    expect(
      registryOf()
        .list()
        .map(({ name }) => name),
    ).toEqual(['shelf_break', 'shelf_get_book', 'shelf_put_book']);
    const twin = defineModule({
      name: 'twin',
      title: 'Twin',
      settings: z.object({}),
      connect: () => ({}),
      tools: [getBook],
    });
    expect(() => new Registry([shelf, twin], {}, services)).toThrow('two tools are named shelf_get_book');
  });
});

describe('a write', () => {
  it('has its effects carried out and answers from their outcomes', async () => {
    const registry = registryOf();
    const answer = await registry.write('shelf_put_book', { ids: ['2'] }, options, (effects) =>
      performDirect(effects, services),
    );
    expect(answer).toEqual({ outcomes: ['book:2 sent'] });
    expect(await registry.read('shelf_get_book', { id: '2' }, options)).toMatchObject({ title: 'new' });
  });

  it('that names one effect twice is refused before anything is sent', async () => {
    let performed = 0;
    const write = registryOf().write('shelf_put_book', { ids: ['2', '2'] }, options, async () => {
      performed += 1;
      return [];
    });
    await expect(write).rejects.toThrow('shelf_put_book names the effect book:2 twice');
    expect(performed).toBe(0);
  });
});

it('tells a change of a contract: effect, input or output, but not the words around it', () => {
  const contract = (change: Partial<Parameters<typeof defineTool>[0]>) => {
    const base = {
      name: 'a_get_b',
      title: 'T',
      description: 'D',
      effect: 'read' as const,
      input: z.object({ a: z.string() }),
      output: z.object({ b: z.string() }),
    };
    const tool = toolsOf<unknown>()({ ...base, run: async () => ({ b: '' }), ...change } as Parameters<
      typeof defineTool
    >[0]);
    const module = defineModule({
      name: 'a',
      title: 'A',
      settings: z.object({}),
      connect: () => ({}),
      tools: [tool],
    });
    return new Registry([module], {}, services).contractOf('a_get_b');
  };
  const before = contract({});
  expect(contract({ title: 'Other', description: 'Other' })).toBe(before);
  expect(contract({ input: z.object({ a: z.int() }) })).not.toBe(before);
  expect(contract({ input: z.object({ a: z.string(), c: z.string().optional() }) })).not.toBe(before);
  expect(contract({ output: z.object({ b: z.int() }) })).not.toBe(before);
});
