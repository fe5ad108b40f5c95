import { join } from 'node:path';
import { z } from 'zod';
import type { Flow } from '../../flow/definition.ts';
import type { RehearsalWorld } from './world.ts';

const Report = z.looseObject({
  release_id: z.string(),
  flow: z.string(),
  state: z.string(),
  summary: z.string(),
  plan_hash: z.string().nullable(),
  blocked_by: z.array(
    z.looseObject({ step: z.string(), state: z.string(), cause: z.string(), remedy: z.string() }),
  ),
  rollback: z
    .looseObject({
      release_id: z.string(),
      stays: z.array(z.object({ step: z.string(), target: z.string(), why: z.string() })),
    })
    .optional(),
});
export type PlayReport = z.output<typeof Report>;

const Refusal = z.object({
  error: z.object({ code: z.string(), cause: z.string(), rule: z.string().optional() }),
});

/** The command line refused. */
export class Refused extends Error {
  readonly rule: string | undefined;
  constructor(code: string, cause: string, rule: string | undefined) {
    super(`${code}: ${cause}`);
    this.rule = rule;
  }
}

/** The throw-away keys of the sandbox. */
const APPROVERS = ['approver', 'second-approver'];
const MOST_TURNS = 60;
/** Blocked by a fault, it looks again by itself; a real one stays. */
const MOST_BLOCKED = 8;

export interface Played {
  report: PlayReport;
  killed: number;
  /** Questions and approvals that were answered on the way. */
  answered: string[];
}

/**
 * Drives as people would until it ends: approvals by keys of the sandbox, yes to each question, the
 * way on for each decision. Killed drivers are simply begun again.
 */
export async function play(
  world: RehearsalWorld,
  command: readonly string[],
  flows: ReadonlyMap<string, Flow>,
  ends: string,
  kills: readonly number[],
): Promise<Played> {
  const left = [...kills];
  const answered: string[] = [];
  let killed = 0;
  let blocked = 0;
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const ran = await world.run([...command, '--until-idle'], left[0]);
    if (ran.code === null) {
      left.shift();
      killed += 1;
      continue;
    }
    const report = reportIn(ran.out, ran.err);
    if (report.state === ends || ['failed', 'cancelled'].includes(report.state))
      return { report, killed, answered };
    const asked = report.blocked_by.find(({ state }) => state === report.state);
    if (report.state === 'needs_approval' && asked !== undefined) {
      await approve(world, asked.remedy);
      answered.push(`${asked.step} approved`);
    } else if (report.state === 'needs_decision' && asked !== undefined) {
      answered.push(`${asked.step}: ${await answer(world, asked, flows)}`);
    } else if (report.state === 'blocked') {
      blocked += 1;
      if (blocked > MOST_BLOCKED) return { report, killed, answered };
      await world.pass('16m');
    }
  }
  throw new Error(`it does not end: ${command.join(' ')}`);
}

function reportIn(out: string, err: string): PlayReport {
  const text: unknown = JSON.parse(
    out === '' ? JSON.stringify({ error: { code: 'internal', cause: err } }) : out,
  );
  const refusal = Refusal.safeParse(text);
  if (refusal.success) {
    const { code, cause, rule } = refusal.data.error;
    throw new Refused(code, cause, rule);
  }
  return Report.parse(text);
}

/** The command of a remedy, as words. */
function commandIn(remedy: string, verb: string): string[] {
  const found = new RegExp(`sluice (${verb} \\S+ --step \\S+(?: --plan \\S+)?)`).exec(remedy)?.[1];
  if (found === undefined) throw new Error(`nothing says how to ${verb}: ${remedy}`);
  return found.split(' ');
}

async function approve(world: RehearsalWorld, remedy: string): Promise<void> {
  const command = commandIn(remedy, 'approve');
  for (const key of APPROVERS) {
    const { out, err } = await world.run([...command, '--key', join(world.dir, 'keys', key)]);
    if (reportIn(out, err).state !== 'needs_approval') return;
  }
}

async function answer(
  world: RehearsalWorld,
  asked: PlayReport['blocked_by'][number],
  flows: ReadonlyMap<string, Flow>,
): Promise<string> {
  if (asked.remedy.includes('sluice confirm')) {
    const { out, err } = await world.run(commandIn(asked.remedy, 'confirm'));
    reportIn(out, err);
    return 'yes';
  }
  const command = commandIn(asked.remedy, 'decide');
  const options = [...flows.values()].flatMap(({ steps }) =>
    steps.flatMap(({ id, decide }) => (id === asked.step && decide !== undefined ? [decide.options] : [])),
  );
  const [option = 'done'] = options.flatMap((known) =>
    Object.entries(known).flatMap(([name, { effect }]) => (effect === 'pass' ? [name] : [])),
  );
  const { out, err } = await world.run([...command, '--option', option, '--reason', 'a rehearsal']);
  reportIn(out, err);
  return option;
}
