import { waysOf } from './approval-ways/asked.ts';
import { type Action, type Decision, decide } from './decide.ts';
import { stepOf } from './graph.ts';
import { isGone, self } from './owner.ts';
import { type ChildDriver, perform } from './perform.ts';
import { writeCallOf } from './plan.ts';
import type { RunJournal } from './run-journal.ts';
import type { EngineServices } from './services.ts';
import { stepState, unresolvedOwners } from './state.ts';

export interface DriveOptions {
  /** Wall time, ms, after which no further action is begun. */
  until?: number;
  signal?: AbortSignal | undefined;
  /** Told after every action, with the state as it is then. */
  onChange?: (journal: RunJournal) => void;
}

/** More rounds than any flow can need at one moment: a guard against a flow that never rests. */
const MOST_ROUNDS = 5_000;

export async function decideNow(journal: RunJournal, services: EngineServices): Promise<Decision> {
  const gone = new Set(
    unresolvedOwners(journal.state)
      .filter(isGone)
      .map((owner) => owner.id),
  );
  const moments = {
    now: await services.clock.now(),
    wall: services.clock.wall(),
    gone,
    ways: waysOf(services.approvals),
  };
  return decide(journal.state, moments, services.expressions);
}

/** Reads, decides, performs, again, until nothing is due or the time is used up. */
export async function drive(
  journal: RunJournal,
  services: EngineServices,
  driveChild: ChildDriver,
  options: DriveOptions = {},
): Promise<Decision> {
  await services.assertWritable();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await journal.refresh();
    const decision = await decideNow(journal, services);
    const spent = options.until !== undefined && services.clock.wall() >= options.until;
    if (decision.actions.length === 0 || spent || options.signal?.aborted === true) return decision;
    await performAll(decision.actions, journal, services, driveChild, options);
  }
  throw new Error(`run ${journal.id} does not come to rest; driver ${self.id}`);
}

/** Looks at the same time, everything else one after the other in flow order. */
async function performAll(
  actions: readonly Action[],
  journal: RunJournal,
  services: EngineServices,
  driveChild: ChildDriver,
  options: DriveOptions,
): Promise<void> {
  const act = async (action: Action) => {
    if (isOver(action, journal)) return;
    await perform(action, journal, services, driveChild, options.signal);
    options.onChange?.(journal);
  };
  const looks = actions.filter((action) => isLook(action, journal, services));
  await Promise.all(looks.map(act));
  for (const action of actions) {
    if (looks.includes(action)) continue;
    if (options.until !== undefined && services.clock.wall() >= options.until) return;
    await act(action);
  }
}

function isLook(action: Action, journal: RunJournal, services: EngineServices): boolean {
  if (action.do !== 'call') return false;
  const step = stepOf(journal.state.opened.flow, action.step);
  if (step === undefined || step.kind === 'flow') return false;
  if (step.poll !== undefined) return stepState(journal.state, step.id).startedAt !== null;
  return (
    step.uses === undefined ||
    services.registry.get(step.uses)?.effect === 'read' ||
    writeCallOf(step, services) === undefined
  );
}

/** Another driver may have settled it since it was decided. */
function isOver(action: Action, journal: RunJournal): boolean {
  if (action.do === 'notify' || action.do === 'tell-review' || action.do === 'record') return false;
  if (journal.state.closed !== null) return true;
  return action.do !== 'resolve' && stepState(journal.state, action.step).status !== 'open';
}
