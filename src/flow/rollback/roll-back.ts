import { isTransient, SluiceError, toSluiceError } from '../../kit/errors.ts';
import type { Principal } from '../../kit/principal.ts';
import { destinationOf, type Flow } from '../definition.ts';
import { ruleOf } from '../environments.ts';
import type { RunOpened } from '../facts.ts';
import { grantOf } from '../graph.ts';
import { flowHash } from '../load.ts';
import { demandReason } from '../reason.ts';
import { closedRow, RunJournal, Superseded } from '../run-journal.ts';
import type { EngineServices } from '../services.ts';
import { type RunState, stepState } from '../state.ts';
import { childrenOf, type KeyOf, madeEarlier, statesOf } from './children.ts';
import { collectUndo, type UndoWork } from './collect.ts';
import { madeBy, unclearOf } from './done.ts';
import { assertNewest, assertSomethingToUndo } from './refusals.ts';
import { undoFlow } from './undo-flow.ts';

/** What the rollback needs of the engine around it. */
export interface RollbackHost {
  services: EngineServices;
  keyOf: KeyOf;
  opening(flow: string, inputs: Record<string, unknown>, parent: string, by: Principal): Promise<RunOpened>;
  /** Drives a run until nothing is due. */
  drive(journal: RunJournal): Promise<void>;
  /** Writes anew what a list shows of a run. */
  note(journal: RunJournal): Promise<void>;
}

export interface RollbackRequest {
  reason: string;
  by: Principal;
  /** Only these steps; the whole release when there are none. */
  steps?: readonly string[];
}

const AGAIN_MS = 60_000;

/** Stops a release for good and names the run that will undo it. Twice is once. */
export async function beginRollback(
  journal: RunJournal,
  request: RollbackRequest,
  { services, keyOf }: RollbackHost,
): Promise<void> {
  const { state } = journal;
  if (state.closed?.state === 'rolled_back') return;
  if (state.rollback !== null) {
    const undo = await services.store.find(state.rollback.releaseId);
    if (undo?.closed !== true) return;
  }
  const reason = demandReason(request.reason);
  if (state.opened.undoes !== undefined) {
    throw new SluiceError('precondition', {
      cause: `${journal.id} is itself the way back of ${state.opened.undoes}.`,
      remedy: 'To go forward again, release anew.',
    });
  }
  assertSomethingToUndo(journal);
  await assertNewest(journal, services);
  for (const child of (await childrenOf(journal, services, keyOf)).values())
    await assertNewest(child, services);
  const before = state.rollback?.releaseId;
  const data = { reason, by: request.by, release_id: await freeName(journal.id, services) };
  const steps = request.steps ?? [];
  await journal
    .append(
      { kind: 'rollback.begun', data: steps.length === 0 ? data : { ...data, steps: [...steps] } },
      {
        guard: (now) => now.closed?.state !== 'rolled_back' && now.rollback?.releaseId === before,
        change: { nextAt: await services.clock.now() },
      },
    )
    .catch(ignoreSuperseded);
}

/**
 * Goes on with a rollback as far as it goes now: stops the runs below, waits until nothing is in doubt,
 * begins the run that undoes, drives it. Answers when to look again; null when that run knows.
 */
export async function advanceRollback(journal: RunJournal, host: RollbackHost): Promise<number | null> {
  const { services } = host;
  const { rollback, closed } = journal.state;
  if (rollback === null || closed?.state === 'rolled_back') return null;
  const children = await childrenOf(journal, services, host.keyOf);
  for (const child of children.values()) await stop(child, journal, host);
  const again = (await services.clock.now()) + AGAIN_MS;
  if ([journal, ...children.values()].some(({ state }) => isInDoubt(state))) return again;
  const known = await services.store.find(rollback.releaseId);
  if (known !== undefined) {
    const undo = await RunJournal.load(known.id, services);
    if (!known.closed) await host.drive(undo);
    await settleUndo(undo, host);
    await journal.refresh();
    return null;
  }
  const work = await collectUndo(
    journal.state,
    {
      reason: rollback.reason,
      steps: rollback.steps,
      earlier: await madeEarlier(journal.state, services),
      children: await statesOf(children, services),
    },
    services,
  ).catch((thrown: unknown) => {
    if (!isTransient(toSluiceError(thrown))) throw thrown;
    services.log.warn({ release: journal.id, err: thrown }, 'what has to be undone is not known yet');
    return undefined;
  });
  if (work === undefined) return again;
  if (work.tasks.length === 0) {
    const stays = work.left.length === 0 ? 'it had changed nothing' : 'nothing of it can be undone';
    await close(journal, [...children.values()], `${ending(journal.state)} (${stays})`, host);
    return null;
  }
  const undo = await RunJournal.begin(await openingOf(journal, work, host), services);
  if (undo === undefined) throw await isHeld(journal, work, host);
  await host.drive(undo);
  await journal.refresh();
  return null;
}

/** What the end of a run that undoes means for the release. Nothing when it has not ended. */
export async function settleUndo(undo: RunJournal, host: RollbackHost): Promise<void> {
  const { undoes } = undo.state.opened;
  if (undoes === undefined || undo.state.closed === null) return;
  const { services } = host;
  const journal = await RunJournal.load(undoes, services);
  if (journal.state.rollback?.releaseId !== undo.id || journal.state.closed?.state === 'rolled_back') return;
  const children = [...(await childrenOf(journal, services, host.keyOf)).values()];
  if (undo.state.closed.state === 'done') {
    await close(journal, children, ending(journal.state), host);
    return;
  }
  const touched = undo.state.opened.flow.steps.some(
    (step) => stepState(undo.state, step.id).ref !== null || madeBy(undo.state, step, new Set()).length > 0,
  );
  if (touched) return;
  const fact = {
    kind: 'rollback.called_off' as const,
    data: { cause: `${undo.id} was ${undo.state.closed.cause}` },
  };
  for (const run of [...children, journal]) {
    await run
      .append(fact, {
        guard: (state) => state.rollback?.releaseId === undo.id && state.closed?.state !== 'rolled_back',
      })
      .catch(ignoreSuperseded);
    await host.note(run);
  }
}

function ending({ rollback }: RunState): string {
  return `rolled back by ${rollback?.by.id}: ${rollback?.reason}`;
}

async function close(
  journal: RunJournal,
  children: readonly RunJournal[],
  cause: string,
  host: RollbackHost,
): Promise<void> {
  // The release last: until it is closed, whoever drives it closes the others.
  for (const run of [...children, journal]) {
    await run
      .append(
        { kind: 'run.closed', data: { state: 'rolled_back', cause } },
        {
          guard: (state) => state.rollback !== null && state.closed?.state !== 'rolled_back',
          change: await closedRow('rolled_back', host.services.clock),
        },
      )
      .catch(ignoreSuperseded);
    await host.note(run);
  }
}

/** A run below stops with the release that began it. */
async function stop(child: RunJournal, journal: RunJournal, host: RollbackHost): Promise<void> {
  const { rollback } = journal.state;
  if (rollback === null || child.state.closed?.state === 'rolled_back') return;
  const data = { reason: rollback.reason, by: rollback.by, release_id: rollback.releaseId };
  if (child.state.rollback?.releaseId !== rollback.releaseId) {
    await child
      .append({ kind: 'rollback.begun', data }, { guard: (state) => state.closed?.state !== 'rolled_back' })
      .catch(ignoreSuperseded);
  }
  if (isInDoubt(child.state)) await host.drive(child);
}

function isInDoubt(state: RunState): boolean {
  if (state.closed !== null) return false;
  return state.opened.flow.steps.some(
    (step) => stepState(state, step.id).status === 'open' && unclearOf(state, step).length > 0,
  );
}

async function openingOf(journal: RunJournal, work: UndoWork, host: RollbackHost): Promise<RunOpened> {
  const { services } = host;
  const { state } = journal;
  const { rollback } = state;
  if (rollback === null) throw new Error(`${journal.id} is not being rolled back`);
  const approvalRole = approvalRoleOf(work, state, services);
  const named = { release_id: rollback.releaseId, undoes: journal.id };
  const [only, ...more] = work.tasks;
  if (only?.do === 'run' && more.length === 0 && approvalRole === undefined)
    return { ...(await host.opening(only.flow, only.inputs, journal.id, rollback.by)), ...named };
  const asksBelow = work.tasks.every((task) => task.do === 'run' && asks(services.flows.get(task.flow)));
  const flow = undoFlow(state, work, { reason: rollback.reason, approvalRole, asksBelow });
  const tools = grantOf(flow);
  return {
    ...named,
    flow,
    flow_hash: flowHash(flow),
    contracts: Object.fromEntries(tools.map((tool) => [tool, services.registry.contractOf(tool)])),
    inputs: {},
    key: journal.id,
    requester: rollback.by,
    policy: {},
    sandbox: services.sandbox,
    engine: services.version,
    parent: journal.id,
  };
}

function asks(flow: Flow | undefined): boolean {
  return (
    flow?.steps.some(({ kind }) => kind === 'confirm' || kind === 'decide' || kind === 'approve') ?? false
  );
}

/** The role of the first environment on the way back that demands one. */
function approvalRoleOf(
  work: UndoWork,
  state: RunState,
  { environments }: EngineServices,
): string | undefined {
  const { flow } = state.opened;
  const reached = work.tasks.flatMap((task) => {
    if (task.do === 'call') return [task.toward ?? task.environment];
    if (task.do === 'by-hand') return [];
    return flow.steps
      .filter((step) => madeBy(state, step, new Set()).length > 0)
      .map((step) => destinationOf(flow, step));
  });
  return reached
    .map((name) => ruleOf(environments, name).rollback_approval)
    .find((role) => role !== undefined);
}

async function isHeld(journal: RunJournal, work: UndoWork, host: RollbackHost): Promise<SluiceError> {
  const { flow, key } = await openingOf(journal, work, host);
  const open = (await host.services.store.findByKey(flow.flow, key)).find(({ closed }) => !closed);
  return new SluiceError('conflict', {
    cause: `${open?.id ?? flow.flow} is under way, and holds the key ${key}: the rollback of ${journal.id} cannot begin. The release itself is stopped.`,
    remedy: `End it (sluice drive ${open?.id ?? key}) or cancel it, then: sluice rollback ${journal.id} --reason "…"`,
  });
}

async function freeName(id: string, { store }: EngineServices): Promise<string> {
  const name = `undo-${id}`;
  if ((await store.find(name)) === undefined) return name;
  for (let number = 2; ; number += 1)
    if ((await store.find(`${name}.${number}`)) === undefined) return `${name}.${number}`;
}

function ignoreSuperseded(thrown: unknown): void {
  if (!(thrown instanceof Superseded)) throw thrown;
}
