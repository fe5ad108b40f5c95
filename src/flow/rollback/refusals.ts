import { SluiceError } from '../../kit/errors.ts';
import { destinationOf } from '../definition.ts';
import { RunJournal } from '../run-journal.ts';
import type { EngineServices } from '../services.ts';
import { leftOf } from './collect.ts';
import { madeBy, unclearOf } from './done.ts';

/** The rule of that refusal: who rehearses a flow tells it from a fault. */
export const NOTHING_TO_UNDO = 'nothing-to-undo';

/** Where nothing can be taken back, stopping is all there is to do. */
export function assertSomethingToUndo({ id, state }: RunJournal): void {
  const { steps } = state.opened.flow;
  if (state.opened.flow.rollback !== undefined || steps.some(({ kind }) => kind === 'flow')) return;
  const touched = steps.filter(
    (step) => madeBy(state, step, new Set()).length + unclearOf(state, step).length > 0,
  );
  if (touched.length === 0 || touched.some(({ undo }) => undo !== undefined && 'uses' in undo)) return;
  const reasons = leftOf(state, new Set()).map(({ step, why }) => `${step}: ${why.replace(/\.$/, '')}`);
  const stays = [...new Set(reasons)].slice(0, 5);
  throw new SluiceError('precondition', {
    cause: `Nothing that ${id} has done can be undone (${stays.join('; ')}).`,
    remedy:
      state.closed === null
        ? `To stop it: sluice cancel ${id} --reason "…". What is out is mended by another release.`
        : 'What is out is mended by another release.',
    rule: NOTHING_TO_UNDO,
  });
}

/** Last things first: what was built on this one is taken back before it. */
export async function assertNewest(journal: RunJournal, services: EngineServices): Promise<void> {
  const { flow, key } = journal.state.opened;
  for (const row of await services.store.findByKey(flow.flow, key)) {
    if (row.id === journal.id || row.state === 'rolled_back') continue;
    const other = await RunJournal.load(row.id, services);
    const reached = other.state.opened.flow.steps.some(
      (step) =>
        destinationOf(other.state.opened.flow, step) !== 'none' &&
        madeBy(other.state, step, new Set()).length + unclearOf(other.state, step).length > 0,
    );
    if (!reached || other.state.openedAt <= journal.state.openedAt) continue;
    throw new SluiceError('precondition', {
      cause: `${other.id} came after ${journal.id} and has changed the same things.`,
      remedy: `Last things first: sluice rollback ${other.id} --reason "…"`,
    });
  }
}
