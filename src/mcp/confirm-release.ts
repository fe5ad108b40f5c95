import type { App } from '../app.ts';
import type { OpenConfirmation } from '../flow/confirm.ts';
import type { Engine } from '../flow/engine.ts';
import type { Target } from '../flow/find-run.ts';
import type { RunReport } from '../flow/report.ts';
import { SluiceError } from '../kit/errors.ts';
import { type Matter, messageOf } from './asking.ts';
import { driveInTime } from './drive.ts';
import type { Caller } from './face-tool.ts';

type Driver = Pick<Engine, 'drive' | 'status' | 'confirm' | 'confirmation'>;

/** No flow asks so often in one drive: a guard against one that never rests. */
const MOST_QUESTIONS = 10;

/** Drives, asks the person in front of the client what the flow wants confirmed, and drives on. */
export async function driveAndAsk(
  engine: Driver,
  target: Target,
  waitSeconds: number,
  caller: Caller,
  app: Pick<App, 'log' | 'clock'>,
): Promise<RunReport> {
  const { asker, principal } = caller;
  const { earlier } = asker;
  if (earlier !== undefined && earlier.said !== 'nothing')
    await record(engine, earlier, earlier.said, caller, app);
  let left = waitSeconds;
  const drive = async (one: Target) => {
    const began = app.clock.wall();
    const report = await driveInTime(engine, one, Math.max(1, left), caller, app);
    left -= (app.clock.wall() - began) / 1_000;
    return report;
  };
  let report = await drive(target);
  for (let asked = 0; asked < MOST_QUESTIONS && asker.possible; asked += 1) {
    const open = await engine.confirmation(report.release_id, principal);
    if (open === undefined) break;
    const matter = matterOf(open);
    const said = await asker.ask(matter);
    if (said === 'nothing') return unanswered(report, open);
    await record(engine, matter, said, caller, app);
    // Of a flow that this one drives as a step: it would be looked at later by itself.
    if (open.release_id !== report.release_id) await drive({ release_id: open.release_id });
    report = await drive({ release_id: report.release_id });
  }
  return report;
}

async function record(
  engine: Driver,
  { release, step, plan }: Omit<Matter, 'message'>,
  said: 'yes' | 'no',
  { principal }: Caller,
  app: Pick<App, 'log'>,
): Promise<void> {
  if (release === null || step === null) return;
  const verdict = said === 'yes' ? ('given' as const) : ('declined' as const);
  const reason = said === 'yes' ? {} : { reason: 'no, when asked through the client' };
  try {
    await engine.confirm(release, { step, plan, verdict, by: principal, how: 'elicitation', ...reason });
    app.log.info({ release, step, plan, verdict, by: principal }, 'a person was asked');
  } catch (error) {
    // Answered elsewhere meanwhile, or what was shown has changed: it is asked anew.
    if (!(error instanceof SluiceError) || !['stale', 'precondition'].includes(error.code)) throw error;
    app.log.info({ release, step, plan, cause: error.message }, 'an answer came too late');
  }
}

function matterOf(open: OpenConfirmation): Matter {
  const { release_id, step, plan_hash } = open;
  const foot = `Release ${release_id}, step ${step}, plan ${plan_hash.slice(0, 16)}…. A no is final for exactly this.`;
  return { release: release_id, step, plan: plan_hash, message: messageOf({ ...open, foot }) };
}

function unanswered(report: RunReport, { release_id, step, plan_hash }: OpenConfirmation): RunReport {
  const byHand = `sluice confirm ${release_id} --step ${step} --plan ${plan_hash}`;
  return {
    ...report,
    next: `Nobody has answered, and nothing was recorded. Drive again to ask again, or a person answers: ${byHand}`,
  };
}
