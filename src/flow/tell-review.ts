import { oneLine } from '../kit/text.ts';
import type { RunJournal } from './run-journal.ts';
import { afterFailure, sendNotice } from './send-notice.ts';
import type { EngineServices } from './services.ts';

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
  try {
    await sendNotice({ name: id, step, tool: tell.tool, input }, journal, services);
    await told(true, '', 0);
  } catch (thrown) {
    const { cause, at } = afterFailure(thrown, await services.clock.now());
    await told(false, cause, at ?? 0);
  }
}
