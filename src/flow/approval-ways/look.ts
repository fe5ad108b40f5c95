import { SluiceError } from '../../kit/errors.ts';
import { oneLine } from '../../kit/text.ts';
import { assertMayAnswer } from '../approval.ts';
import type { Fact } from '../facts.ts';
import { stepState } from '../state.ts';
import { looked, type StepWork } from '../step-work.ts';
import { nextLookAt } from './decide-approval.ts';
import {
  assertIsPerson,
  type GitLabEvidence,
  judgeApproval,
  readStanding,
  type Standing,
  voidBecause,
} from './gitlab.ts';

interface Ignored {
  account: string;
  rule: string;
  cause: string;
}

/** One look at the merge request that asks: who has approved it, who does not any more, who said no. */
export async function lookApproval(work: StepWork): Promise<void> {
  const { step, journal, services } = work;
  const { asked } = stepState(journal.state, step.id);
  if (asked === null) return;
  const next = async () => nextLookAt(asked, await services.clock.now());
  let standing: Standing | null;
  try {
    standing = await readStanding(work, step);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    // A signature may still come: this way alone is not to be had now.
    await looked(work, 'waiting', error.message, await next());
    return;
  }
  const no = declined(work, standing);
  if (no !== undefined) {
    await note(work, asked.planHash, no);
    return;
  }
  const { counted, ignored } = judgeAll(work, standing);
  for (const given of stepState(journal.state, step.id).approvals) {
    if (given.way !== 'gitlab' || counted.has(given.by)) continue;
    const why = ignored[0]?.cause ?? 'it is not there any more';
    const data = { way: given.way, by: given.by, plan_hash: given.planHash, why };
    await note(work, asked.planHash, { kind: 'approval.withdrawn', step: step.id, data });
  }
  for (const [by, evidence] of counted) {
    const known = stepState(journal.state, step.id).approvals;
    if (known.some((given) => given.way === 'gitlab' && given.by === by)) continue;
    const data = { way: 'gitlab' as const, by, plan_hash: asked.planHash, evidence };
    await note(work, asked.planHash, { kind: 'approval.witnessed', step: step.id, data });
  }
  const summary = `${counted.size} of ${standing?.approved_by.length ?? 0} approvals in GitLab count`;
  logNew(work, ignored);
  await looked(work, 'waiting', summary, await next(), { result: { summary, ignored } });
}

function judgeAll(
  work: StepWork,
  standing: Standing | null,
): { counted: Map<string, GitLabEvidence>; ignored: Ignored[] } {
  const counted = new Map<string, GitLabEvidence>();
  const ignored: Ignored[] = [];
  const fault = voidBecause(work, work.step, standing);
  if (fault !== undefined) ignored.push({ account: '', ...reasonOf(fault) });
  for (const one of fault === undefined ? (standing?.approved_by ?? []) : []) {
    try {
      if (standing === null) continue;
      const { by, evidence } = judgeApproval(work, work.step, standing, one);
      counted.set(by, evidence);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      ignored.push({ account: one.username, ...reasonOf(error) });
    }
  }
  return { counted, ignored };
}

/** Closed, with a reason, by somebody whose no counts. Whoever else closes it has only closed this way. */
function declined(work: StepWork, standing: Standing | null): Fact | undefined {
  const { step, journal, services } = work;
  const { asked } = stepState(journal.state, step.id);
  if (standing?.state !== 'closed' || standing.closed_by === null || standing.closing_note === null || !asked)
    return undefined;
  try {
    const person = assertIsPerson(standing.closed_by, standing, services.approvals);
    const by = assertMayAnswer(person, step, journal.state, services.approvals);
    const { iid, url, closed_by } = standing;
    const evidence = {
      project: services.approvals.gitlab?.project ?? '',
      iid,
      url,
      account: { id: closed_by.id, username: closed_by.username },
    };
    const reason = oneLine(standing.closing_note, 500);
    const data = { way: 'gitlab' as const, evidence, by, plan_hash: asked.planHash, reason };
    return { kind: 'approval.declined', step: step.id, data };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    logNew(work, [{ account: standing.closed_by.username, ...reasonOf(error) }]);
    return undefined;
  }
}

function reasonOf(error: SluiceError): { rule: string; cause: string } {
  return { rule: error.rule ?? error.code, cause: error.message };
}

/** Said once, and not at every look. */
function logNew(work: StepWork, ignored: readonly Ignored[]): void {
  const before = JSON.stringify(stepState(work.journal.state, work.step.id).result ?? null);
  for (const one of ignored) {
    if (before.includes(JSON.stringify(one))) continue;
    work.services.log.warn(
      { release: work.journal.id, step: work.step.id, ...one },
      'an approval does not count',
    );
  }
}

/** Only while the same plan is asked for. */
async function note({ step, journal }: StepWork, planHash: string, fact: Fact): Promise<void> {
  await journal.append(fact, {
    guard: (state) => {
      const own = stepState(state, step.id);
      return own.status === 'open' && own.asked?.planHash === planHash && state.closed === null;
    },
  });
}
