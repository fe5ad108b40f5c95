import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import type { App } from '../app.ts';
import { loadExpressions } from '../flow/expression.ts';
import { lintFlow } from '../flow/lint.ts';
import { flowsOf } from '../flow/skills.ts';
import { readAllowedSigners } from '../kit/allowed-signers.ts';
import { toSluiceError } from '../kit/errors.ts';
import type { AnyModule } from '../kit/module.ts';
import { issuesText } from '../kit/zod-error.ts';

export interface Check {
  name: string;
  state: 'ok' | 'bad' | 'absent';
  detail: string;
  remedy?: string;
}

/** Looks at everything that a release would stand on. Reads only. */
export async function doctor(app: App): Promise<Check[]> {
  const { loaded } = app;
  const checks: Check[] = [
    { name: 'node', state: 'ok', detail: `${process.version} (${process.execPath})` },
    loaded.file === undefined
      ? {
          name: 'settings',
          state: 'absent',
          detail: 'no sluice.yaml was found',
          remedy: 'Write one with `sluice init`.',
        }
      : {
          name: 'settings',
          state: 'ok',
          detail: `${loaded.file}${loaded.settings.sandbox ? ' (SANDBOX)' : ''}`,
        },
    await attempt('state folder', async () => (await app.engine()).services.store.location),
    await attempt('clock', async () => new Date(await app.clock.now()).toISOString()),
    await signers(app),
    ...(await flows(app)),
  ];
  checks.push(...(await Promise.all(app.registry.modules().map((module) => moduleCheck(app, module)))));
  return [...checks, ...outsideNeeds(checks, app.loaded.settings.modules)];
}

async function attempt(name: string, work: () => Promise<string>): Promise<Check> {
  try {
    return { name, state: 'ok', detail: await work() };
  } catch (thrown) {
    const error = toSluiceError(thrown);
    return { name, state: 'bad', detail: `${error.code}: ${error.message}`, remedy: error.remedy };
  }
}

async function signers(app: App): Promise<Check> {
  const { allowed_signers: file, roles } = app.loaded.settings.approvals;
  if (file === undefined) {
    return {
      name: 'approvals',
      state: 'absent',
      detail: 'no allowed signers',
      remedy: 'Set approvals.allowed_signers: without it nothing can be approved.',
    };
  }
  return await attempt('approvals', async () => {
    const known = new Set((await readAllowedSigners(file)).flatMap((signer) => signer.principals));
    const members = Object.entries(roles).map(
      ([role, people]) =>
        `${role}: ${people.filter((person) => known.has(person)).length} of ${people.length} have a key`,
    );
    return `${known.size} people in ${file}; ${members.join(', ') || 'no roles'}`;
  });
}

async function flows(app: App): Promise<Check[]> {
  const expressions = await loadExpressions();
  const all = flowsOf(app.skills);
  return [...all.values()].map((flow) => {
    const [first] = lintFlow(flow, app.registry, expressions, all);
    if (first === undefined)
      return { name: `flow ${flow.flow}`, state: 'ok', detail: `${flow.steps.length} steps` };
    return {
      name: `flow ${flow.flow}`,
      state: 'bad',
      detail: `${first.at}: ${first.what}`,
      remedy: first.remedy,
    };
  });
}

async function moduleCheck(app: App, module: AnyModule): Promise<Check> {
  const name = `module ${module.name}`;
  const settings = app.loaded.settings.modules[module.name];
  if (settings === undefined)
    return {
      name,
      state: 'absent',
      detail: `${module.title}: no settings`,
      remedy: `Add modules.${module.name} when you need it.`,
    };
  const parsed = z.strictObject(module.settings.shape).safeParse(settings);
  if (!parsed.success)
    return { name, state: 'bad', detail: issuesText(parsed.error), remedy: 'Correct it in sluice.yaml.' };
  const check = await attempt(name, async () => {
    const result = await app.registry.probe(module);
    return result === undefined ? 'configured' : result.detail;
  });
  return check;
}

/** What tasks of the z-stream flow need that Sluice has not got itself. Programs are looked for, never run. */
export function outsideNeeds(
  checks: readonly Check[],
  modules: Readonly<Record<string, unknown>>,
  path = process.env.PATH ?? '',
): Check[] {
  const errata = checks.find(({ name }) => name === 'module errata');
  const oar = Oar.safeParse(modules.oar).data ?? {};
  const needs: Need[] = [
    {
      name: 'Kerberos ticket',
      program: 'kinit',
      runs: false,
      for: 'an Errata Tool that takes Kerberos alone: take-ownership, check-cve-tracker-bug, check-rhcos-security-alerts, push-to-cdn-staging, cve-trackers, change-advisory-status, release-shipped',
      instead: errata?.state === 'ok' ? 'the Errata Tool takes the token' : undefined,
      remedy: 'Point modules.errata.base_url at a gateway that turns the token into one.',
    },
    {
      name: 'elliott',
      program: 'elliott',
      runs: false,
      for: 'the list of CVE tracker bugs: check-cve-tracker-bug, cve-trackers',
      instead: oar.trackers_url === undefined ? undefined : `trackers come from ${oar.trackers_url}`,
      remedy:
        'Set modules.oar.trackers_url to a service that lists the trackers, such as one that runs elliott find-bugs.',
    },
    {
      name: 'oc',
      program: 'oc',
      runs: true,
      for: 'labelling ReleasePayloads with qe_state=Accepted after jobs_aggregate_results accepted a build, which stays undone without it; checks of images do without it',
      remedy:
        'Leave the label to the job controller, or set it where oc is: oc label releasepayloads/BUILD release.openshift.io/qe_state=Accepted -n ocp (ocp-ARCH for another architecture than amd64).',
    },
  ];
  const git = Object.entries(oar).filter(([, value]) => Git.safeParse(value).success);
  if (git.length > 0) {
    needs.push({
      name: 'git',
      program: 'git',
      runs: true,
      for: `the sources ${git.map(([name]) => name).join(', ')}`,
      remedy: 'Install git, or let these sources be of the kind github or directory.',
    });
  }
  return needs.map((need) => needCheck(need, path));
}

const Oar = z.looseObject({ trackers_url: z.string().optional() });
const Git = z.looseObject({ source: z.literal('git') });

interface Need {
  name: string;
  program: string;
  /** Whether the program is enough: Sluice, or a person at this machine, runs it. */
  runs: boolean;
  for: string;
  /** What does the work already. */
  instead?: string | undefined;
  remedy: string;
}

function needCheck({ name, program, runs, for: use, instead, remedy }: Need, path: string): Check {
  const outside = `outside ${name}`;
  if (instead !== undefined) return { name: outside, state: 'ok', detail: `not needed: ${instead}` };
  const found = programOn(path, program);
  if (found !== undefined && runs) return { name: outside, state: 'ok', detail: `${found}, for ${use}` };
  const where = found === undefined ? `no ${program} on PATH` : `${found} is there, Sluice does not run it`;
  return { name: outside, state: 'absent', detail: `${where}; for ${use}`, remedy };
}

function programOn(path: string, program: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
