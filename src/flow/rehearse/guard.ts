import { isoTime } from '../../kit/clock.ts';
import { durationMs, formatDuration } from '../../kit/duration.ts';
import { destinationOf } from '../definition.ts';
import { PRODUCTION, ruleOf } from '../environments.ts';
import type { EffectGuard, GuardVerdict } from '../guards.ts';
import { assertRole } from '../roles.ts';
import { waiverFor } from '../waivers.ts';
import { lastRehearsals } from './last.ts';

const NAME = 'rehearsal';

/** The last rehearsal of this very flow has passed, and not too long ago. */
export const rehearsalGuard: EffectGuard = {
  name: NAME,
  check: async ({ journal, services }, _effect, environment) => {
    const maxAge = ruleOf(services.environments, environment).rehearsal?.max_age;
    if (maxAge === undefined) return undefined;
    const { opened } = journal.state;
    if (opened.undoes !== undefined)
      return {
        verdict: 'pass',
        cause: `a way back waits for no rehearsal (of ${opened.undoes})`,
        remedy: '',
      };
    const now = await services.clock.now();
    const waiver = waiverFor(journal.state, NAME, environment, now);
    if (waiver !== undefined)
      return { verdict: 'pass', cause: `waived by ${waiver.by.id}: ${waiver.reason}`, remedy: '' };
    const { flow } = opened.flow;
    const refuse = (verdict: 'fail' | 'unknown', cause: string): GuardVerdict => ({
      verdict,
      cause,
      remedy: `Rehearse it: sluice rehearse ${flow} key=value… Or, as a risk that somebody takes: sluice waive ${opened.release_id} --gate ${NAME} --reason "…" --until TIME`,
    });
    const known = (await lastRehearsals(services.store)).filter((one) => one.flow === flow);
    const last = known.findLast(({ flow_hash }) => flow_hash === opened.flow_hash);
    if (last === undefined) {
      const why = known.length === 0 ? 'was never rehearsed' : 'has changed since it was rehearsed';
      return refuse('unknown', `${flow} ${why}.`);
    }
    const when = isoTime(last.at);
    if (last.result !== 'passed') return refuse('fail', `The last rehearsal of ${flow}, at ${when}, failed.`);
    const age = now - last.at;
    if (age > durationMs(maxAge))
      return refuse(
        'fail',
        `The last rehearsal of ${flow}, at ${when}, is ${formatDuration(age)} old, and ${maxAge} is the most.`,
      );
    return { verdict: 'pass', cause: `rehearsed at ${when}`, remedy: '', evidence: last };
  },
  grant: async (_gate, request, asked, state, services) => {
    if (request.breakGlass !== true) assertRole('waiver', request.by, false, services.approvals);
    const { flow } = state.opened;
    const wanted = flow.steps
      .map((step) => destinationOf(flow, step))
      .find((environment) => ruleOf(services.environments, environment).rehearsal !== undefined);
    return { ...asked, environment: wanted ?? PRODUCTION };
  },
};
