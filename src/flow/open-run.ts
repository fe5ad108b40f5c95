import { SluiceError } from '../kit/errors.ts';
import type { Principal } from '../kit/principal.ts';
import type { Flow } from './definition.ts';
import type { Recorded, RunOpened } from './facts.ts';
import { existingRun, flowNamed, keyOfRun, type Target } from './find-run.ts';
import { callsOf, grantOf } from './graph.ts';
import { checkInputs } from './inputs.ts';
import { assertSound } from './lint.ts';
import { flowHash } from './load.ts';
import { RunJournal } from './run-journal.ts';
import type { EngineServices } from './services.ts';
import { fold, type RunState } from './state.ts';

interface Origin {
  /** The run whose step begins it. */
  parent: string | null;
  /** Absent: the person of the settings. */
  requester?: Principal | undefined;
  /** The release that it takes back. */
  undoes?: string | undefined;
}

/** Begins a run; where somebody else was faster, theirs is the run. */
export async function openRun(
  target: Target,
  { parent, requester, undoes }: Origin,
  services: EngineServices,
): Promise<RunJournal> {
  if ('release_id' in target) throw new Error('an id names a run that is there');
  const opening = await openingOf(target, parent, requester ?? services.principal, services);
  const opened = undoes === undefined ? opening : { ...opening, undoes };
  const journal = await RunJournal.begin(opened, services);
  if (journal !== undefined) return journal;
  const existing = await existingRun(target, services);
  if (existing === undefined) throw new Error(`run ${opened.release_id} is neither there nor not there`);
  return existing;
}

/** What the first entry of such a run would say. */
export async function openingOf(
  target: Exclude<Target, { release_id: string }>,
  parent: string | null,
  requester: Principal,
  services: EngineServices,
): Promise<RunOpened> {
  const flow = flowNamed(target.flow, services);
  assertSound(flow, services.registry, services.expressions, services.flows);
  assertConfigured(flow, services);
  const inputs = checkInputs(flow, target.inputs);
  const key = await keyOfRun(flow, inputs, services);
  const earlier = (await services.store.findByKey(flow.flow, key)).length;
  const name = `${flow.flow}-${key.replace(/[^A-Za-z0-9._-]+/g, '-')}`;
  return {
    flow,
    flow_hash: flowHash(flow),
    contracts: Object.fromEntries(grantOf(flow).map((tool) => [tool, services.registry.contractOf(tool)])),
    release_id: earlier === 0 ? name : `${name}.${earlier + 1}`,
    inputs,
    key,
    requester,
    policy: policyOf(flow, services),
    sandbox: services.sandbox,
    engine: services.version,
    parent,
  };
}

/** A run as it would begin; nothing is written. */
export async function imaginedRun(target: Target, services: EngineServices): Promise<RunState> {
  if ('release_id' in target) throw new Error('an id names a run that is there');
  const opened = await openingOf(target, null, services.principal, services);
  const first: Recorded = {
    kind: 'run.opened',
    data: opened,
    seq: 1,
    at: await services.clock.now(),
    wall: 0,
  };
  return fold([first]);
}

/** A run is not begun on systems that nobody has set up; who is told of it may come later. */
function assertConfigured(flow: Flow, services: EngineServices): void {
  const { registry } = services;
  const missing = new Set<string>();
  for (const call of flow.steps.flatMap(callsOf)) {
    const module = registry.moduleOf(call.tool) ?? '';
    if (call.where !== 'notify' && call.where !== 'mirror' && !registry.isConfigured(module))
      missing.add(module);
  }
  for (const { name } of registry.modules()) registry.checkSettings(name);
  if (missing.size === 0) return;
  const names = [...missing].map((name) => `modules.${name}`).join(', ');
  throw new SluiceError('tool_missing', {
    cause: `${flow.flow} needs modules that the settings do not have: ${names}.`,
    remedy:
      'Add them to sluice.yaml (each has a README), then run `sluice doctor`. To try it without: `npm run demo`.',
  });
}

function policyOf(flow: Flow, services: EngineServices): Record<string, unknown> {
  const policy: Record<string, unknown> = {};
  for (const [name, choice] of Object.entries(flow.policy)) {
    const value = services.policy[name] ?? choice.default;
    if (choice.one_of !== undefined && !choice.one_of.includes(value)) {
      throw new SluiceError('invalid_input', {
        cause: `policy.${name} is ${JSON.stringify(value)}.`,
        remedy: `Set it to one of ${choice.one_of.map((option) => JSON.stringify(option)).join(', ')} in the settings.`,
      });
    }
    policy[name] = value;
  }
  return policy;
}
