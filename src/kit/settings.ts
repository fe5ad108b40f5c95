import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { DurationText, parseDuration } from './duration.ts';
import { SluiceError } from './errors.ts';
import { FreezeSettings, freezeKeys } from './freeze-settings.ts';
import { Approvals, WAY_MODULES } from './settings-approvals.ts';
import { nearest } from './suggest.ts';
import { pathText } from './zod-error.ts';

const BreakGlass = z.strictObject({
  channel: z.string().min(1).meta({ description: 'Who is told when somebody goes round a rule.' }),
  tool: z.string().default('slack_post_message').meta({
    description: 'A notify tool that takes channel, text and key.',
  }),
});

const EnvironmentRule = z.strictObject({
  rollback: z.enum(['required', 'none']).optional().meta({
    description: 'Whether a rollback plan has to stand before an effect; default required for production.',
  }),
  rehearsal: z.strictObject({ max_age: DurationText }).optional().meta({
    description:
      'How old the last rehearsal of a flow may be (`sluice rehearse`); without it none is asked for.',
  }),
  rollback_approval: z.string().min(1).optional().meta({
    description: 'A role that has to approve a rollback; without it a confirmation is enough.',
  }),
});

const Confirm = z.strictObject({
  direct: z.enum(['notify', 'create', 'update', 'destroy', 'never']).default('update').meta({
    description:
      'The lowest effect from which a call of an agent outside a flow is confirmed by a person: notify < create < update < destroy. `never` is for the sandbox alone.',
  }),
});

const Engine = z.strictObject({
  lease: DurationText.default('60s').meta({
    description: 'How long a driver owns an effect that it has begun.',
  }),
  call_limit: DurationText.default('30s').meta({ description: 'Longest time for one request.' }),
});
/** A request may begin only while its lease outlives it: without room for that nothing would ever be sent. */
const roomForRequests = ({ lease, call_limit }: z.output<typeof Engine>) =>
  (parseDuration(lease) ?? 0) >= (parseDuration(call_limit) ?? 0) + 1_000;

/** Where records are kept. Named at the top because people look for them there; they are the z-stream module's. */
const RecordSource = z
  .record(z.string(), z.unknown())
  .optional()
  .meta({ description: '{ source: directory|git|github, path|url, branch }' });
const RECORDS = ['records', 'statebox', 'tracking', 'test_registry', 'build_data'] as const;
const RECORDS_MODULE = 'oar';
/** The products stand at the top for the same reason; what they may hold is the saas files' module's. */
const PRODUCTS_MODULE = 'appinterface';

export const Settings = z.strictObject({
  sandbox: z
    .boolean()
    .default(false)
    .meta({ description: 'Every base_url is on loopback; journals are stamped.' }),
  clock: z
    .strictObject({ url: z.url() })
    .optional()
    .meta({ description: "The sandbox's clock. Honoured only with `sandbox: true`." }),
  identity: z.string().min(1).optional().meta({ description: 'Who you are, as approvals name you.' }),
  state: z.strictObject({ home: z.string().optional() }).default({}),
  modules: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  records: RecordSource,
  statebox: RecordSource,
  tracking: RecordSource,
  test_registry: RecordSource,
  build_data: RecordSource,
  products: z.record(z.string(), z.record(z.string(), z.unknown())).optional().meta({
    description:
      'What is released, by name: file, targets, code_repository, image, gates … as modules.appinterface.products takes it.',
  }),
  approvals: Approvals.default({ roles: {}, aliases: {}, people: {} }),
  break_glass: BreakGlass.optional(),
  confirm: Confirm.default({ direct: 'update' }),
  engine: Engine.refine(roomForRequests, 'lease must be at least a second longer than call_limit').default({
    lease: '60s',
    call_limit: '30s',
  }),
  environments: z
    .record(z.string(), EnvironmentRule)
    .default({})
    .meta({ description: 'What has to stand before an effect in an environment, by its name.' }),
  freezes: FreezeSettings.default({}).meta({
    description: 'When nothing goes to an environment: rules by name (docs/freezes.md).',
  }),
  policy: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .meta({ description: 'Choices that flows read as `config.policy.NAME`; part of every plan hash.' }),
  skills: z.array(z.string()).default([]).meta({ description: 'Further folders with skills.' }),
  personas: z.array(z.string()).default([]).meta({ description: 'Further folders with personas.' }),
});
export type Settings = z.output<typeof Settings>;

export interface LoadedSettings {
  settings: Settings;
  /** The file they came from; undefined when there was none and the defaults hold. */
  file: string | undefined;
}

export function loadSettings(explicit?: string): LoadedSettings {
  const named = explicit ?? process.env.SLUICE_CONFIG;
  if (named !== undefined) return read(resolve(named));
  for (const candidate of [resolve('sluice.yaml'), join(homedir(), '.config', 'sluice', 'sluice.yaml')]) {
    const found = read(candidate, true);
    if (found.file !== undefined) return found;
  }
  return { settings: Settings.parse({}), file: undefined };
}

function read(file: string, optional = false): LoadedSettings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    if (optional) return { settings: Settings.parse({}), file: undefined };
    throw new SluiceError('invalid_input', {
      cause: `The settings file ${file} cannot be read.`,
      remedy: 'Give the right path with --config or SLUICE_CONFIG, or write one with `sluice init`.',
    });
  }
  return { settings: parseSettings(text, file), file };
}

export function parseSettings(text: string, file: string): Settings {
  const document = parseDocument(text);
  const syntax = document.errors[0];
  if (syntax !== undefined) {
    throw new SluiceError('invalid_input', {
      cause: `${file} is not YAML: ${syntax.message.split('\n')[0]}`,
      remedy: 'Correct it at the named line.',
    });
  }
  const parsed = Settings.safeParse(document.toJS() ?? {});
  if (!parsed.success) throw explain(parsed.error, file);
  const settings = { ...parsed.data, modules: withProducts(parsed.data, withRecords(parsed.data)) };
  checkSandbox(settings, file);
  checkWays(settings, file);
  return settings;
}

/** A module's own setting wins over the one at the top. */
function withRecords(settings: Settings): Settings['modules'] {
  const named = RECORDS.flatMap((name) =>
    settings[name] === undefined ? [] : [[name, settings[name]] as const],
  );
  if (named.length === 0) return settings.modules;
  return {
    ...settings.modules,
    [RECORDS_MODULE]: { ...Object.fromEntries(named), ...settings.modules[RECORDS_MODULE] },
  };
}

/** A product that the module names itself wins over the one of that name at the top. */
function withProducts({ products }: Settings, modules: Settings['modules']): Settings['modules'] {
  if (products === undefined) return modules;
  const { products: own = {}, ...rest } = modules[PRODUCTS_MODULE] ?? {};
  const both = isRecord(own) ? { ...products, ...own } : own;
  return { ...modules, [PRODUCTS_MODULE]: { ...rest, products: both } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function explain(error: z.ZodError, file: string): SluiceError {
  const issue = error.issues[0];
  const where = pathText(issue?.path ?? []);
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const known = knownKeys(issue.path);
    const hint = nearest(key, known);
    return new SluiceError('invalid_input', {
      cause: `${file}: unknown key ${JSON.stringify(where === '' ? key : `${where}.${key}`)}.`,
      remedy:
        hint === undefined
          ? `Known here: ${known.join(', ')}.`
          : `Did you mean ${hint}? Known here: ${known.join(', ')}.`,
    });
  }
  return new SluiceError('invalid_input', {
    cause: `${file}: ${where}: ${issue?.message ?? 'not valid'}.`,
    remedy: 'Correct it; docs/schemas/sluice.schema.json says what it may hold.',
  });
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  const sections: Record<string, z.ZodObject> = {
    approvals: Approvals,
    break_glass: BreakGlass,
    confirm: Confirm,
    engine: Engine,
  };
  if (path[0] === 'freezes' && path.length === 2) return [...freezeKeys];
  const section = path.length === 0 ? Settings : sections[String(path[0])];
  return Object.keys(section?.shape ?? {});
}

const LOOPBACK = /^(127(\.\d+){3}|localhost|\[::1\])$/;

function checkSandbox(settings: Settings, file: string): void {
  const urls: [string, string][] = [];
  if (settings.clock !== undefined) urls.push(['clock.url', settings.clock.url]);
  urls.push(...addressesIn(settings.modules, 'modules'));
  if (settings.clock !== undefined && !settings.sandbox) {
    throw new SluiceError('invalid_input', {
      cause: `${file}: clock is set without sandbox: true.`,
      remedy: 'A virtual clock is for the sandbox alone: remove clock, or set sandbox: true.',
    });
  }
  if (settings.confirm.direct === 'never' && !settings.sandbox) {
    throw new SluiceError('invalid_input', {
      cause: `${file}: confirm.direct is never without sandbox: true.`,
      remedy:
        'Name the lowest effect that a person confirms: notify, create, update or destroy. What runs by itself runs as a flow.',
    });
  }
  if (!settings.sandbox) return;
  for (const [key, value] of urls) {
    if (!URL.canParse(value) || !LOOPBACK.test(new URL(value).hostname)) {
      throw new SluiceError('invalid_input', {
        cause: `${file}: sandbox: true, but ${key} is ${value}.`,
        remedy:
          'In a sandbox every base URL is on loopback, and clusters are named by base_url: correct it, or remove sandbox: true.',
      });
    }
  }
}

/** A way of approving that nobody could ask by, or read again. */
function checkWays({ approvals, modules }: Settings, file: string): void {
  const missing = WAY_MODULES.find((way) => approvals[way] !== undefined && modules[way] === undefined);
  if (missing === undefined) return;
  throw new SluiceError('invalid_input', {
    cause: `${file}: approvals.${missing} is set without modules.${missing}.`,
    remedy: `Add modules.${missing}, or remove approvals.${missing}.`,
  });
}

/** Every address in the settings of modules, at any depth; a kubeconfig names one that is not seen here. */
function addressesIn(value: unknown, where: string): [string, string][] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]): [string, string][] => {
    const place = `${where}.${key}`;
    if (typeof inner !== 'string') return addressesIn(inner, place);
    // A record source names a repository of its system under `url`, which is no address.
    const address = key.endsWith('_url') || (key === 'url' && inner.includes('://'));
    return address || key === 'kubeconfig' ? [[place, inner]] : [];
  });
}

/** The state folder: SLUICE_HOME, else the settings, else the user's state folder. */
export function stateHome(loaded: LoadedSettings): string {
  const home = process.env.SLUICE_HOME ?? loaded.settings.state.home;
  if (home !== undefined) return isAbsolute(home) ? home : resolve(home);
  const base = process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state');
  return join(base, 'sluice');
}
