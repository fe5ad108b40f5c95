import { setTimeout as delay } from 'node:timers/promises';
import type { App } from '../app.ts';
import type { Engine } from '../flow/engine.ts';
import type { Target } from '../flow/find-run.ts';
import type { RunReport } from '../flow/report.ts';
import type { RunJournal } from '../flow/run-journal.ts';
import { SluiceError } from '../kit/errors.ts';
import type { Caller } from './face-tool.ts';

/** A client waits a minute for an answer. The drive may be inside one slow request when its budget ends. */
const GRACE_MS = 4_000;

/** Drives until nothing is due or the time is up, and answers in time even when the outside does not. */
export async function driveInTime(
  engine: Pick<Engine, 'drive' | 'status'>,
  target: Target,
  waitSeconds: number,
  caller: Omit<Caller, 'asker'>,
  app: Pick<App, 'log'>,
): Promise<RunReport> {
  let seen: string | undefined = 'release_id' in target ? target.release_id : undefined;
  let told = '';
  const onChange = (journal: RunJournal) => {
    seen = journal.id;
    const news = newsOf(journal);
    if (news !== told) caller.progress(news);
    told = news;
  };
  const driving = engine.drive(target, {
    budgetMs: waitSeconds * 1_000,
    signal: caller.signal,
    onChange,
    requester: caller.principal,
  });
  const stop = new AbortController();
  const late = delay(waitSeconds * 1_000 + GRACE_MS, 'late' as const, { signal: stop.signal });
  // Only its being late counts, not that it was called off.
  late.catch(() => undefined);
  const first = await Promise.race([driving, late]).finally(() => stop.abort());
  if (first !== 'late') return first;
  driving.catch((error: unknown) =>
    app.log.warn({ err: error, release: seen }, 'a drive failed after its answer'),
  );
  if (seen !== undefined) return await engine.status(seen);
  throw new SluiceError('timeout', {
    cause: `Nothing has been heard within ${waitSeconds} s; the drive goes on.`,
    remedy: 'Call release_list, or release_drive again: nothing is sent twice.',
  });
}

/** The newest step that moved, and how many are settled. */
function newsOf(journal: RunJournal): string {
  const { steps, opened } = journal.state;
  const settled = [...steps.values()].filter(({ status }) => status !== 'open').length;
  const latest = [...steps].toSorted(([, a], [, b]) => a.since - b.since).at(-1);
  const what =
    latest === undefined
      ? 'begun'
      : `${latest[0]} ${latest[1].status === 'open' ? (latest[1].lookState ?? 'running') : latest[1].status}`;
  return `${journal.id}: ${what}; ${settled} of ${opened.flow.steps.length} steps settled`;
}
