import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { App } from '../../app.ts';
import type { Flow } from '../../flow/definition.ts';
import { appendLedger, type Rehearsal } from '../../flow/ledger.ts';
import { flowHash } from '../../flow/load.ts';
import { NOTHING_TO_UNDO } from '../../flow/rollback/refusals.ts';
import { changedSince, declaredIn, differences } from './compare.ts';
import { chooseFaults, chooseKills, chooser, type FaultLevel } from './faults.ts';
import { type Played, play, Refused } from './play.ts';
import { type RehearsalWorld, type SeenEffect, type SeenRequest, startWorld } from './world.ts';

export interface RehearseOptions {
  flow: string;
  inputs: Readonly<Record<string, string>>;
  faults: FaultLevel;
  seed: number;
  scenario: string | undefined;
  say: (line: string) => void;
}

/** The world that comes with Sluice and has what a flow wants. */
const SCENARIOS: Readonly<Record<string, string>> = { 'z-stream': 'z-stream-4.20.27' };
const USUAL_SCENARIO = 'ship-demo';

/** Short, so that an answer that never comes costs seconds. */
const LIMITS = { lease: '9s', call_limit: '3s' };

/** A flow forward and back in a sandbox, without and with faults. Writes down how it went, here. */
export async function rehearse(app: App, options: RehearseOptions): Promise<Rehearsal> {
  const engine = await app.engine();
  const flow = engine.flow(options.flow);
  const findings: string[] = [];
  const wrong: string[] = [];
  let undoneBy: string | undefined;
  const tell = (line: string) => {
    findings.push(line);
    options.say(line);
  };
  const fail = (line: string) => {
    wrong.push(line);
    tell(`WRONG: ${line}`);
  };
  try {
    const quiet = await perform(app, flow, options, [], [], { tell, fail });
    undoneBy = quiet.undoneBy;
    if (wrong.length === 0 && options.faults !== 'none') {
      const choose = chooser(options.seed);
      const faults = chooseFaults(quiet.requests, options.faults, choose);
      const kills = [quiet.changesForward, quiet.changes - quiet.changesForward].map((changes) =>
        chooseKills(changes, options.faults, choose),
      );
      tell(
        `with ${faults.length} faults (seed ${options.seed}): ${faults.map(({ fault }) => String(fault)).join(', ')}`,
      );
      const faulty = await perform(app, flow, options, faults, kills, { tell, fail });
      const { more, fewer } = differences(quiet.effects, faulty.effects);
      for (const line of more) fail(`with faults, ${line}`);
      for (const line of fewer) tell(`with faults, ${line}`);
    }
  } catch (thrown) {
    fail(thrown instanceof Error ? thrown.message.slice(0, 500) : String(thrown));
  }
  const result = wrong.length === 0 ? ('passed' as const) : ('failed' as const);
  const common = { result, by: app.principal, engine: app.version };
  const rehearsal = { flow: flow.flow, flow_hash: flowHash(flow), findings, ...common };
  await appendLedger({ kind: 'rehearsal.recorded', data: rehearsal }, engine.services);
  const back = undoneBy === undefined ? undefined : engine.services.flows.get(undoneBy);
  if (back !== undefined) {
    const asBack = {
      flow: back.flow,
      flow_hash: flowHash(back),
      findings: [`as the way back of ${flow.flow}`],
    };
    await appendLedger({ kind: 'rehearsal.recorded', data: { ...asBack, ...common } }, engine.services);
  }
  return rehearsal;
}

interface Told {
  tell(line: string): void;
  fail(line: string): void;
}

interface Performance {
  requests: SeenRequest[];
  effects: SeenEffect[];
  /** Requests that changed the world, on the way forward and in all. */
  changesForward: number;
  changes: number;
  /** The flow that took it back, if it was one of its own. */
  undoneBy: string | undefined;
}

async function perform(
  app: App,
  flow: Flow,
  options: RehearseOptions,
  faults: readonly Record<string, unknown>[],
  kills: readonly (readonly number[])[],
  told: Told,
): Promise<Performance> {
  const scenario = options.scenario ?? SCENARIOS[flow.flow] ?? USUAL_SCENARIO;
  const dir = mkdtempSync(join(tmpdir(), 'sluice-rehearsal-'));
  let world: RehearsalWorld | undefined;
  try {
    world = await startWorld(scenario, dir, (folder) => settingsOf(app, folder));
    const { repositories } = world;
    const before = await declaredIn(world, repositories);
    for (const fault of faults) await world.fault(fault);
    const { flows } = (await app.engine()).services;
    const words = Object.entries(options.inputs).map(([name, value]) => `${name}=${value}`);
    const forward = await play(world, ['drive', flow.flow, ...words], flows, 'done', kills[0] ?? []);
    const { release_id: id, state, summary } = forward.report;
    if (state === 'done') told.tell(`forward: done${wordsOf(forward)}`);
    else told.fail(`forward it ends ${state}: ${summary}`);
    const changesForward = await changesIn(world);
    const later = (kills[1] ?? []).map((count) => changesForward + count);
    const undoneBy = await back(world, id, flows, later, told);
    // What is left of the faults is not for our own look.
    await world.heal();
    if (before.size === 0) told.tell('this world declares nothing in repositories that could be compared');
    else {
      const changed = await changedSince(world, before, repositories);
      if (changed.length === 0) told.tell('what is declared is byte by byte what it was before');
      else told.fail(`declared is something else than before: ${changed.join(', ')}`);
    }
    return {
      requests: await world.requests(),
      effects: await world.effects(),
      changesForward,
      changes: await changesIn(world),
      undoneBy,
    };
  } finally {
    await world?.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Takes it back. Answers the flow that did, where the release names one. */
async function back(
  world: RehearsalWorld,
  id: string,
  flows: ReadonlyMap<string, Flow>,
  kills: readonly number[],
  { tell, fail }: Told,
): Promise<string | undefined> {
  try {
    const command = ['rollback', id, '--reason', 'a rehearsal'];
    const undone = await play(world, command, flows, 'rolled_back', kills);
    const { state, summary, rollback } = undone.report;
    if (state !== 'rolled_back') fail(`the way back ends ${state}: ${summary}`);
    else tell(`back: rolled back${wordsOf(undone)}`);
    for (const { step, target, why } of rollback?.stays ?? []) tell(`stays: ${step}, ${target}: ${why}`);
    const status = await world.run(['status', rollback?.release_id ?? id]);
    return flowIn(status.out);
  } catch (thrown) {
    if (!(thrown instanceof Refused) || thrown.rule !== NOTHING_TO_UNDO) throw thrown;
    tell(`back: ${thrown.message}`);
    return undefined;
  }
}

function flowIn(out: string): string | undefined {
  const report: unknown = JSON.parse(out);
  return report !== null && typeof report === 'object' && 'flow' in report ? String(report.flow) : undefined;
}

/** The rules of this installation, in the sandbox: its skills, its policy, its environments. */
function settingsOf(app: App, dir: string): Record<string, unknown> {
  const { skills, policy, environments } = app.loaded.settings;
  const roles = [...app.skills.values()].flatMap(({ flow }) => rolesOf(flow));
  const people = ['rl@example.com', 'approver@example.com', 'second-approver@example.com'];
  return {
    skills: skills.map((folder) => resolve(folder)),
    policy,
    // What is being rehearsed waits for no rehearsal.
    environments: Object.fromEntries(
      Object.entries(environments).map(([name, { rehearsal: _none, ...rule }]) => [name, rule]),
    ),
    engine: LIMITS,
    approvals: {
      allowed_signers: join(dir, 'keys', 'allowed_signers'),
      roles: Object.fromEntries([...new Set(roles)].map((role) => [role, people])),
    },
  };
}

function rolesOf(flow: Flow | undefined): string[] {
  return (flow?.steps ?? []).flatMap(({ approve, decide }) =>
    [approve?.role, decide?.role].filter((role) => role !== undefined),
  );
}

async function changesIn(world: RehearsalWorld): Promise<number> {
  return (await world.requests()).filter(({ mutating }) => mutating).length;
}

function wordsOf({ killed, answered }: Played): string {
  const kills = killed === 0 ? '' : `, the driver killed ${killed} times and begun again`;
  const said = answered.length === 0 ? '' : ` (${answered.join('; ')})`;
  return `${kills}${said}`;
}
