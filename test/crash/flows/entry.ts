/** A process that drives one story to its end, forward or back; it is what the crash tests kill. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createApp } from '../../../src/app.ts';
import { NOTHING_TO_UNDO } from '../../../src/flow/rollback/refusals.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import { modules } from '../../../tools/modules.ts';

const {
  SLUICE_CONFIG = '',
  STORY_FLOW = '',
  STORY_INPUTS = '{}',
  STORY_BACK = '',
  STORY_HASTE = '',
  STORY_PLAN = '',
  STORY_PLANS = '',
} = process.env;
const MOST_TURNS = 40;

const app = createApp({ config: SLUICE_CONFIG, face: 'cli', modules });
const engine = await app.engine();
const by = app.principal;

type Report = Awaited<ReturnType<typeof engine.drive>>;

async function began(): Promise<string | undefined> {
  const rows = await engine.list();
  return rows.find(({ id, flow }) => flow === STORY_FLOW && !id.startsWith('undo-'))?.id;
}

/** What is said to the one who is asked. */
async function keepPlan(release: string): Promise<void> {
  if (STORY_PLANS === '') return;
  const { effects } = await engine.plan({ release_id: release });
  appendFileSync(STORY_PLANS, `${JSON.stringify({ release, effects })}\n`);
}

/** Whatever is asked for: a yes by the one who asked, a signature of somebody else. */
async function answer(report: Report): Promise<void> {
  const open = await engine.confirmation(report.release_id);
  if (open !== undefined) {
    await keepPlan(open.release_id);
    const said = { step: open.step, plan: open.plan_hash, verdict: 'given' as const };
    await engine.confirm(open.release_id, { ...said, by, how: 'cli' });
    return;
  }
  const asked = report.blocked_by.find(({ state }) => state === 'needs_approval');
  if (asked !== undefined && report.plan_hash !== null) {
    await keepPlan(report.release_id);
    const keyFile = join(dirname(SLUICE_CONFIG), 'keys', 'approver');
    const said = { step: asked.step, plan: report.plan_hash, keyFile, verdict: 'approve' as const };
    await engine.approve(report.release_id, said);
    return;
  }
  if (!['waiting', 'running'].includes(report.state))
    throw new Error(`it stands at ${report.state}: ${report.summary}`);
}

async function until(end: string, go: () => Promise<Report>): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const report = await go();
    if (report.state === end) return;
    await answer(report);
  }
  throw new Error('it does not end');
}

const target = { flow: STORY_FLOW, inputs: JSON.parse(STORY_INPUTS) };

async function writePlan(): Promise<void> {
  const plan = await engine.plan(target);
  const dry = await engine.drive(target, { dryRun: true, untilIdle: true });
  writeFileSync(STORY_PLAN, JSON.stringify({ plan: plan.effects, dry: dry.effects }));
}

async function tell(): Promise<void> {
  // What is being taken back is not driven forward again.
  const known = await began();
  const state = known === undefined ? undefined : (await engine.status(known)).rollback;
  const inHaste = STORY_HASTE !== '' && known !== undefined;
  if (state === undefined && !inHaste) {
    await until('done', async () => {
      const id = await began();
      return await engine.drive(id === undefined ? target : { release_id: id }, { untilIdle: true });
    });
  }
  const id = await began();
  if (STORY_BACK !== '' && id !== undefined)
    await until('rolled_back', () =>
      engine.rollback(id, { reason: 'checkout fails', by }, { untilIdle: true }),
    );
  // As a server does it: a message about what has ended may still have to leave.
  for (const row of await engine.list())
    if (row.nextAt !== null) await engine.drive({ release_id: row.id }, { untilIdle: true });
}

try {
  await (STORY_PLAN === '' ? tell() : writePlan());
} catch (thrown) {
  // Killed early and taken back at once, it may have done nothing yet.
  if (!(thrown instanceof SluiceError && STORY_HASTE !== '' && thrown.rule === NOTHING_TO_UNDO)) throw thrown;
} finally {
  await app.close();
}
