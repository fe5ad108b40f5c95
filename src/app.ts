import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callDirect, type DirectCallOptions } from './flow/direct-call.ts';
import type { Engine } from './flow/engine.ts';
import { assertFreezeNames, freezeGuard } from './flow/freeze/guard.ts';
import type { ApprovalSettings } from './flow/services.ts';
import { flowsOf, loadSkills, type Skill } from './flow/skills.ts';
import { type Clock, systemClock } from './kit/clock.ts';
import { durationMs } from './kit/duration.ts';
import { SluiceError } from './kit/errors.ts';
import type { HttpServices } from './kit/http.ts';
import { createLogger, type Logger } from './kit/log.ts';
import type { AnyModule } from './kit/module.ts';
import { localPrincipal, type Principal } from './kit/principal.ts';
import { Redactor } from './kit/redact.ts';
import { Registry } from './kit/registry.ts';
import { resolveSecret } from './kit/secret.ts';
import { type LoadedSettings, loadSettings, type Settings, stateHome } from './kit/settings.ts';
import { nearest } from './kit/suggest.ts';
import { virtualClock } from './kit/virtual-clock.ts';
import { assertPersonas } from './mcp/check-personas.ts';
import { loadPersonas, type Persona } from './mcp/personas.ts';

/** The project's own folder: skills, personas and plugin stand beside src. */
export const HOME = dirname(dirname(fileURLToPath(import.meta.url)));

export interface App {
  loaded: LoadedSettings;
  clock: Clock;
  log: Logger;
  redactor: Redactor;
  registry: Registry;
  skills: ReadonlyMap<string, Skill>;
  personas: ReadonlyMap<string, Persona>;
  principal: Principal;
  version: string;
  /** One tool outside any run, with the same policy for every face. */
  call(tool: string, input: unknown, options: DirectCallOptions): Promise<unknown>;
  /** Opened at first use: a server that is only asked for its tools leaves no trace. */
  engine(): Promise<Engine>;
  close(): Promise<void>;
}

export interface AppOptions {
  config?: string | undefined;
  face: Principal['face'];
  agent?: string;
  modules: readonly AnyModule[];
}

/** Puts settings, modules, skills and engine together, for every face the same. */
export function createApp(options: AppOptions): App {
  const loaded = loadSettings(options.config);
  const { settings } = loaded;
  const redactor = new Redactor();
  const log = createLogger(undefined, redactor);
  const clock =
    settings.sandbox && settings.clock !== undefined ? virtualClock(settings.clock.url) : systemClock;
  const services: HttpServices = {
    clock,
    redactor,
    log,
    callLimitMs: durationMs(settings.engine.call_limit),
  };
  assertKnownModules(Object.keys(settings.modules), options.modules, loaded.file ?? 'the settings');
  const registry = new Registry(options.modules, settings.modules, services);
  const skills = loadSkills([join(HOME, 'skills'), ...settings.skills]);
  const personas = loadPersonas([join(HOME, 'personas'), ...settings.personas]);
  assertPersonas(personas.values(), {
    tools: registry.list().map(({ name }) => name),
    skills: [...skills.keys()],
    flows: [...flowsOf(skills).keys()],
  });
  assertFreezeNames(settings.freezes, [...flowsOf(skills).values()], loaded.file ?? 'the settings');
  const principal = localPrincipal(settings.identity, options.face, options.agent);
  let opened: Promise<Engine> | undefined;
  const version = versionOf();
  return {
    loaded,
    clock,
    log,
    redactor,
    registry,
    skills,
    personas,
    principal,
    version,
    call: async (tool, input, options) => {
      const { callLimitMs } = services;
      const assertInOrder = async (called: string, given: unknown) =>
        (await openOnce()).assertInOrder(called, given);
      const assertOpen = async (called: string, places: readonly string[]) =>
        (await openOnce()).assertOpen(called, places);
      const flows = [...flowsOf(skills).values()];
      const direct = { registry, clock, log, callLimitMs, flows, assertInOrder, assertOpen };
      return await callDirect(direct, tool, input, options);
    },
    engine: openOnce,
    close: async () => {
      const engine = await opened?.catch(() => undefined);
      await engine?.services.store.close();
    },
  };

  function openOnce(): Promise<Engine> {
    opened ??= openEngine();
    return opened;
  }

  async function openEngine(): Promise<Engine> {
    // Much to load, of which a question about tools or flows needs nothing.
    const [{ Engine }, { openSqliteStore }, { rehearsalGuard }, { rollbackPlanGuard }] = await Promise.all([
      import('./flow/engine.ts'),
      import('./store/sqlite.ts'),
      import('./flow/rehearse/guard.ts'),
      import('./flow/rollback/guard.ts'),
    ]);
    const store = await openSqliteStore(stateHome(loaded));
    return await Engine.create({
      registry,
      store,
      assertWritable: () => store.assertWritable(),
      clock,
      redactor,
      log,
      flows: flowsOf(skills),
      guards: [freezeGuard(settings.freezes), rollbackPlanGuard, rehearsalGuard],
      approvals: approvalsOf(settings, redactor),
      ...(settings.break_glass === undefined ? {} : { breakGlass: settings.break_glass }),
      environments: settings.environments,
      policy: settings.policy,
      effects: {
        leaseMs: durationMs(settings.engine.lease),
        callLimitMs: durationMs(settings.engine.call_limit),
      },
      sandbox: settings.sandbox,
      principal,
      version,
    });
  }
}

/** The signing secret is read where it is needed, each time: one that was changed counts at once. */
function approvalsOf({ approvals }: Settings, redactor: Redactor): ApprovalSettings {
  const { allowed_signers, roles, aliases, people, gitlab, slack } = approvals;
  return {
    allowedSigners: allowed_signers,
    roles,
    aliases,
    people,
    gitlab,
    slack: slack && {
      channel: slack.channel,
      signingSecret: () => resolveSecret(slack.signing_secret, 'approvals.slack', redactor),
    },
  };
}

function assertKnownModules(named: readonly string[], modules: readonly AnyModule[], file: string): void {
  const known = modules.map(({ name }) => name);
  const stranger = named.find((name) => !known.includes(name));
  if (stranger === undefined) return;
  const hint = nearest(stranger, known);
  throw new SluiceError('invalid_input', {
    cause: `${file}: unknown key "modules.${stranger}".`,
    remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}Modules: ${known.join(', ')}.`,
  });
}

function versionOf(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(HOME, 'package.json'), 'utf8'));
  return manifest !== null && typeof manifest === 'object' && 'version' in manifest
    ? String(manifest.version)
    : '0';
}
