import { isTransient, NotYet, toSluiceError } from '../kit/errors.ts';
import { oneLine } from '../kit/text.ts';
import { noticeKey } from './decide.ts';
import { InDoubt, performEffects } from './perform-effects.ts';
import type { RunJournal } from './run-journal.ts';
import type { EngineServices } from './services.ts';

const AGAIN_MS = 300_000;

/** Tells the people of the settings that somebody went round a rule. It never blocks the release. */
export async function tellReview(
  id: string,
  step: string,
  journal: RunJournal,
  services: EngineServices,
): Promise<void> {
  const review = journal.state.reviews.find((known) => known.review === id);
  const tell = services.breakGlass;
  if (review === undefined) return;
  const now = await services.clock.now();
  const told = async (sent: boolean, cause: string, next_at: number) =>
    await journal.append(
      { kind: 'review.told', data: { review: id, sent, cause, next_at } },
      {
        guard: (state) => state.reviews.some((known) => known.review === id && known.told?.status !== 'sent'),
      },
    );
  if (tell === undefined) return await told(false, 'the settings name nobody to tell (break_glass)', 0);
  const text = `${review.by.id} went round ${review.what} of ${journal.id}: ${oneLine(review.reason, 500)}. A review is open: sluice review ${journal.id} --review ${id} --finding "…"`;
  const input = { channel: tell.channel, text, key: `${journal.id}/${id}` };
  const settles = services.registry.demand(tell.tool).settles ?? '30s';
  const job = { step, tool: tell.tool, notice: true, settles };
  try {
    const call = { principal: journal.state.opened.requester, now };
    await services.registry.write(tell.tool, input, call, async (effects) => {
      const named = effects.map((effect) => ({ ...effect, key: noticeKey(`${id} ${effect.key}`) }));
      return await performEffects(named, job, journal, services.clock, services.effects);
    });
    await told(true, '', 0);
  } catch (thrown) {
    if (thrown instanceof InDoubt)
      return await told(false, thrown.message, Math.max(thrown.lookAgainAt, now + 1));
    const error = toSluiceError(thrown);
    const passes = isTransient(error) || thrown instanceof NotYet;
    await told(false, `${error.code}: ${error.message}`, passes ? now + AGAIN_MS : 0);
  }
}
