import { digestOf } from '../../kit/canonical.ts';
import { NotYet, toSluiceError } from '../../kit/errors.ts';
import { oneLine } from '../../kit/text.ts';
import type { WitnessWay } from '../facts.ts';
import { InDoubt } from '../perform-effects.ts';
import { boundPlan, type Plan, readPlan } from '../plan.ts';
import { Superseded } from '../run-journal.ts';
import { sendNotice } from '../send-notice.ts';
import { stepState } from '../state.ts';
import { append, type StepWork } from '../step-work.ts';
import { askName } from './asked.ts';

const TOOLS: Record<WitnessWay, string> = {
  gitlab: 'gitlab_request_plan_approval',
  slack: 'slack_ask_approval',
};

const AGAIN_MS = [60_000, 120_000, 300_000, 900_000];
const MOST_LINES = 12;

/** Asks for an approval where people are. It never blocks the step: what did not leave is tried again. */
export async function askElsewhere(work: StepWork, way: WitnessWay): Promise<void> {
  const { step, journal, services } = work;
  const own = stepState(journal.state, step.id);
  if (own.asked === null) return;
  const notice = askName(own, way);
  try {
    const input = inputFor(work, way, notice);
    await sendNotice(
      { name: notice, step: step.id, tool: TOOLS[way], input, engine: true },
      journal,
      services,
    );
    await append(work, { kind: 'notice.settled', step: step.id, data: { notice, sent: true, cause: '' } });
  } catch (thrown) {
    if (thrown instanceof Superseded) return;
    await later(work, notice, thrown);
  }
}

function inputFor({ step, journal, services }: StepWork, way: WitnessWay, notice: string): unknown {
  const { asked } = stepState(journal.state, step.id);
  const { flow, key } = journal.state.opened;
  const plan_hash = asked?.planHash ?? '';
  const plan = readPlan(asked?.plan, plan_hash);
  if (plan === undefined) throw new NotYet('the plan in the journal is not the one that is asked for');
  const common = { release_id: journal.id, step: step.id, plan_hash };
  const title = oneLine(`${flow.title} ${key}`, 120);
  if (way === 'gitlab')
    return { project: services.approvals.gitlab?.project, ...common, title, plan: boundPlan(plan) };
  const channel = services.approvals.slack?.channel;
  return {
    channel,
    ...common,
    text: words(plan, plan_hash, title),
    key: `approval:${digestOf([journal.id, notice])}`,
  };
}

function words(plan: Plan, hash: string, title: string): string {
  const { release_id } = plan.frame;
  const effects = plan.effects.flatMap((effect) => {
    if (effect.state === 'deferred') return [];
    const { step, environment, action, target } = effect;
    return [`• ${step} (${environment}): ${oneLine(`${action} on ${target}`, 150)}`];
  });
  const more = effects.length - MOST_LINES;
  const asks = `${title}: release ${release_id} asks for an approval of plan ${hash.slice(0, 12)}.`;
  const rest = `The whole plan: sluice explain ${release_id}`;
  return [asks, ...effects.slice(0, MOST_LINES), ...(more > 0 ? [`• and ${more} more`] : []), rest].join(
    '\n',
  );
}

async function later(work: StepWork, notice: string, thrown: unknown): Promise<void> {
  const { step, journal, services } = work;
  const now = await services.clock.now();
  const tries = stepState(journal.state, step.id).notices.get(notice)?.tries ?? 0;
  const pause = AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)] ?? 900_000;
  const { at, cause } = whyAndWhen(thrown, now);
  services.log.warn(
    { release: journal.id, step: step.id, notice, cause },
    'an approval could not be asked for',
  );
  await append(work, {
    kind: 'notice.delayed',
    step: step.id,
    data: { notice, cause, next_at: Math.max(at, now + pause) },
  });
}

function whyAndWhen(thrown: unknown, now: number): { at: number; cause: string } {
  if (thrown instanceof InDoubt) return { at: thrown.lookAgainAt, cause: thrown.message };
  const error = toSluiceError(thrown);
  return { at: now + (error.retryAfterSeconds ?? 0) * 1_000, cause: `${error.code}: ${error.message}` };
}
