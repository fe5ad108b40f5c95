import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { modules } from '../../tools/modules.ts';
import { capturing, type Sent } from './capture.ts';
import { allTools, startMachines } from './machine.ts';
import { recordPrograms } from './recorder.ts';
import { inputWith, nameOf, type Step, schemaOf, texts } from './samples.ts';

/** Each holds a mark of its own, by which it is found again wherever it goes. */
const HOSTILE: Record<string, (mark: string) => string> = {
  'a parent folder': () => '..',
  'a path upwards': (mark) => `../../${mark}`,
  'a path back': (mark) => `${mark}/../b`,
  'an encoded path upwards': (mark) => `%2e%2e%2f${mark}`,
  'a query': (mark) => `${mark}?evil=c`,
  'a parameter': (mark) => `${mark}&evil=c`,
  'a fragment': (mark) => `${mark}#b`,
  'a second line': (mark) => `${mark}\nb`,
  'a header': (mark) => `${mark}\r\nX-Evil: 1`,
  'an option of ssh': (mark) => `-oProxyCommand=${mark}`,
  'an option of git': (mark) => `--upload-pack=${mark}`,
  'a second command': (mark) => `${mark};id`,
  'a command inside': (mark) => `$(${mark})`,
  'a NUL': (mark) => `${mark}\0`,
  'another reading order': (mark) => `\u202e${mark}`,
  'another host': (mark) => `https://thief.example.com/${mark}`,
  'a very long text': (mark) => mark + 'a'.repeat(100_000),
};
/** Where a call starts git several times, and the schema lets the text pass. */
const STARTS_GIT: Record<string, readonly string[]> = {
  git: ['a path upwards', 'a second line', 'an option of git', 'a command inside', 'another host'],
  appinterface: ['a path upwards', 'an option of git'],
};

/** Numbers and hashes are of the world, and some names are made out of a text by its letters and digits. */
const plain = (segment: string) => segment.replace(/[0-9a-f]{8,}|\d+/g, 'N');
const MADE = /^sluice-[a-z0-9-]+$/;

function routeOf({ method, path }: Sent, mark: string): string {
  const segments = (path.split('?')[0] ?? '').split('/');
  const named = (segment: string) =>
    MADE.test(segment)
      ? 'sluice-N'
      : mark !== '' && segment.toLowerCase().includes(mark)
        ? '{}'
        : plain(segment);
  return `${method} ${segments.map(named).join('/')}`;
}

const parametersOf = ({ path }: Sent) => [...new URLSearchParams(path.split('?')[1] ?? '').keys()];

interface Known {
  origins: Set<string>;
  routes: Set<string>;
  parameters: Set<string>;
}

/** What a hostile text has changed about a request; nothing, if all is well. */
function faultOf(sent: Sent, value: string, mark: string, known: Known): string | undefined {
  const { origin, path, headers } = sent;
  if (!known.origins.has(origin)) return `another host: ${origin}`;
  const carried = headers.join('\n').toLowerCase();
  if (carried.includes(mark) || carried.includes('evil')) return `a header: ${carried}`;
  if (!/^[\x21-\x7e]+$/.test(path) || /[\\#]/.test(path)) return `a raw character: ${path}`;
  const route = routeOf(sent, mark);
  if (!known.routes.has(route)) return `another route: ${route}`;
  const foreign = parametersOf(sent).find((name) => !known.parameters.has(name));
  if (foreign !== undefined) return `another parameter: ${foreign}`;
  const segment = (path.split('?')[0] ?? '').split('/').find((one) => one.includes(mark));
  if (segment === undefined || MADE.test(segment)) return undefined;
  return decodeURIComponent(segment).includes(value) ? undefined : `a part of it: ${segment}`;
}

/** What stands where a program looks for options. */
function optionIn(argv: readonly string[], values: ReadonlyMap<string, string>): string | undefined {
  const end = argv.findIndex((arg) => arg === '--' || arg === '--end-of-options');
  const open = end < 0 ? argv : argv.slice(0, end);
  return open.find((arg) => {
    const value = [...values.entries()].find(([mark]) => arg.includes(mark))?.[1];
    return value?.startsWith('-') === true && arg.startsWith('-') && arg.startsWith(value.slice(0, 4));
  });
}

const values = new Map<string, string>();
const total = { triples: 0, refused: 0, sent: 0, inPath: 0 };
let programs: ReturnType<typeof recordPrograms>;
let world: Awaited<ReturnType<typeof startMachines>>;
let capture: ReturnType<typeof capturing>;

beforeAll(async () => {
  programs = recordPrograms();
  world = await startMachines({ bonfire: programs.bonfire });
  capture = capturing();
}, 60_000);
afterAll(async () => {
  capture[Symbol.dispose]();
  await world[Symbol.asyncDispose]();
  programs[Symbol.dispose]();
});

const markOf = () => `q7x${values.size.toString(36)}z`;
const run = (tool: string, input: unknown) => capture.during(() => world.call(tool, input));

/** The requests that harmless texts make: what hostile ones may look like, too. */
async function harmless(module: string, { tool, fields }: { tool: Tool; fields: Step[][] }): Promise<Known> {
  const known: Known = { origins: new Set(), routes: new Set(), parameters: new Set() };
  for (const steps of [undefined, ...fields]) {
    const mark = steps === undefined ? '' : markOf();
    if (mark !== '') values.set(mark, mark);
    const { sent } = await run(tool.name, inputWith(module, tool, steps, mark));
    for (const one of sent) {
      known.origins.add(one.origin);
      known.routes.add(routeOf(one, mark));
      for (const name of parametersOf(one)) known.parameters.add(name);
    }
  }
  return known;
}
type Tool = (typeof allTools)[number]['tool'];

async function attack(module: string, tool: Tool): Promise<string[]> {
  const fields = texts(schemaOf(tool));
  const known = await harmless(module, { tool, fields });
  const faults: string[] = [];
  const strict = z.strictObject(tool.input.shape);
  for (const steps of fields) {
    for (const [name, make] of Object.entries(HOSTILE)) {
      const mark = markOf();
      const value = make(mark);
      const input = inputWith(module, tool, steps, value);
      const telling = strict.safeParse(input).success ? STARTS_GIT[module] : undefined;
      if (telling?.includes(name) === false) continue;
      values.set(mark, value);
      const { error, sent } = await run(tool.name, input);
      total.triples += 1;
      if (error instanceof SluiceError && error.code === 'invalid_input') total.refused += 1;
      if (sent.length > 0) total.sent += 1;
      if (sent.some(({ path }) => (path.split('?')[0] ?? '').includes(mark))) total.inPath += 1;
      const found = sent.map((one) => faultOf(one, value, mark, known)).find((fault) => fault !== undefined);
      const defect =
        error === undefined || (error instanceof SluiceError && error.code !== 'internal')
          ? undefined
          : `no refusal but ${String(error)}`;
      for (const fault of [found, defect])
        if (fault !== undefined)
          faults.push(`${tool.name} ${nameOf(steps)}, ${name}: ${fault.slice(0, 200)}`);
    }
  }
  return faults;
}

describe('promise 45: a hostile text in any field changes no request', () => {
  it.each(modules.map(({ name }) => name))(
    'of the tools of %s',
    async (module) => {
      const faults: string[] = [];
      for (const { tool } of allTools.filter((one) => one.module === module))
        faults.push(...(await attack(module, tool)));
      expect(faults).toEqual([]);
    },
    300_000,
  );

  it('in thousands of calls, of which many reached the outside', () => {
    expect(total.triples).toBeGreaterThan(8_000);
    expect(total.sent).toBeGreaterThan(1_000);
    expect(total.inPath).toBeGreaterThan(50);
  });

  it('and is never an option of a program that is started', () => {
    const started = programs.started();
    const touched = started.filter((argv) => argv.some((arg) => /q7x[0-9a-z]+z/.test(arg)));
    expect(touched.length).toBeGreaterThan(20);
    expect(touched.map((argv) => optionIn(argv, values)).filter((arg) => arg !== undefined)).toEqual([]);
    expect(started.filter((argv) => argv.some((arg) => arg.startsWith('-oProxyCommand')))).toEqual([]);
  });
});

describe('promise 45: the test itself', () => {
  const known: Known = {
    origins: new Set(['http://a']),
    routes: new Set(['GET /a/{}']),
    parameters: new Set(['page']),
  };
  const request = (change: Partial<Sent>): Sent => ({
    method: 'GET',
    origin: 'http://a',
    path: '/a/q7xz',
    headers: [],
    ...change,
  });

  it.each([
    ['another host', { origin: 'http://b' }],
    ['a header', { headers: ['x-evil', '1'] }],
    ['another route', { path: '/a/q7xz/b' }],
    ['another route', { path: '/q7xz' }],
    ['a raw character', { path: '/a/q7xz#b' }],
    ['another parameter', { path: '/a/q7xz?evil=c' }],
  ])('notices %s in %j', (fault, change) => {
    expect(faultOf(request(change), 'q7xz', 'q7xz', known)).toContain(fault);
    expect(faultOf(request({ path: '/a/q7xz?page=1' }), 'q7xz', 'q7xz', known)).toBeUndefined();
  });

  it('notices that only a part of a text arrived', () => {
    expect(faultOf(request({ path: '/a/q7xz%3Fb' }), 'q7xz?bc', 'q7xz', known)).toContain('a part of it');
  });

  it('notices an option before the end of options', () => {
    const planted = new Map([['q7xz', '--upload-pack=q7xz']]);
    expect(optionIn(['fetch', '--upload-pack=q7xz', '--', 'x'], planted)).toBe('--upload-pack=q7xz');
    expect(optionIn(['fetch', '--', '--upload-pack=q7xz'], planted)).toBeUndefined();
    expect(optionIn(['log', '--author=--upload-pack=q7xz'], planted)).toBeUndefined();
  });
});
