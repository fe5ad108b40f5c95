import { WITNESS_WAYS } from '../facts.ts';
import type { StepState } from '../state.ts';
import { answerToAsk, askName } from './asked.ts';
import { WAY_NAMES } from './people.ts';

/** Where else people may answer what is asked now, as far as it was asked there. */
export function otherWays(step: StepState): string {
  const ways = WITNESS_WAYS.flatMap((way) => {
    const notice = step.notices.get(askName(step, way));
    if (notice === undefined) return [];
    if (notice.status !== 'sent') return [`${WAY_NAMES[way]} could not be asked yet (${notice.cause})`];
    const { url, channel } = answerToAsk(step, way);
    if (way === 'gitlab') return [`or approve ${url ?? 'its merge request'}`];
    return [`or press Approve in Slack${channel === undefined ? '' : `, channel ${channel}`}`];
  });
  return ways.map((text) => `; ${text}`).join('');
}
