import { z } from 'zod';
import { SluiceError, toSluiceError } from '../../kit/errors.ts';
import { assertMayAnswer, refused } from '../approval.ts';
import type { Step } from '../definition.ts';
import type { Witness } from '../facts.ts';
import type { ApprovalGiven } from '../state.ts';
import { stepState } from '../state.ts';
import type { StepWork } from '../step-work.ts';
import { answerToAsk } from './asked.ts';
import { personOf } from './people.ts';

export const READ_TOOL = 'gitlab_get_plan_approvals';

const Account = z.object({ id: z.int(), username: z.string(), bot: z.boolean() });

const Standing = z.object({
  iid: z.int(),
  url: z.string(),
  state: z.enum(['opened', 'merged', 'closed', 'locked']),
  author: z.object({ id: z.int(), username: z.string() }),
  head: z.string().nullable(),
  holds_plan: z.boolean(),
  version: z.object({ id: z.int(), head: z.string(), at: z.string() }).nullable(),
  approved_by: z.array(Account.extend({ at: z.string().nullable() })),
  closed_by: Account.nullable(),
  closing_note: z.string().nullable(),
});
/** A merge request that asks for an approval, as it stands now. */
export type Standing = z.output<typeof Standing>;

/** What is kept of an approval in the journal. It is read again wherever it counts. */
const Evidence = z.object({
  project: z.string(),
  iid: z.int(),
  url: z.string(),
  head: z.string(),
  version: z.int(),
  account: z.object({ id: z.int(), username: z.string() }),
  approved_at: z.string(),
});
export type GitLabEvidence = z.output<typeof Evidence>;

/** Reads it from GitLab; null when there is none. Throws `blocked` when nobody can tell. */
export async function readStanding(work: StepWork, approval: Step): Promise<Standing | null> {
  const { journal, services, signal } = work;
  const { asked } = stepState(journal.state, approval.id);
  const project = services.approvals.gitlab?.project;
  if (project === undefined || asked === null) return null;
  const input = { project, release_id: journal.id, step: approval.id, plan_hash: asked.planHash };
  const now = await services.clock.now();
  const call = { principal: journal.state.opened.requester, now, signal, engine: true as const };
  try {
    const answer = await services.registry.read(READ_TOOL, input, call);
    return z.object({ request: Standing.nullable() }).parse(answer).request;
  } catch (thrown) {
    const error = toSluiceError(thrown);
    services.log.warn({ step: approval.id, code: error.code, cause: error.message }, 'no answer from GitLab');
    throw new SluiceError('blocked', {
      cause: `What was approved in GitLab cannot be read now (${error.code}: ${error.message})`,
      remedy: 'Nothing is sent on an approval that cannot be read again; the next look finds out by itself.',
      rule: 'approval-unreachable',
    });
  }
}

/** Why nothing that was approved there counts; undefined when it may. */
export function voidBecause(
  work: StepWork,
  approval: Step,
  standing: Standing | null,
): SluiceError | undefined {
  const ask = 'Ask anew: the step does so by itself, or approve another way.';
  if (standing === null)
    return refused('There is no merge request of this plan (any more).', ask, 'approval-gitlab');
  const name = `!${standing.iid}`;
  if (standing.state === 'closed')
    return refused(
      `${name} was closed.`,
      `Reopen ${standing.url}, or approve another way.`,
      'approval-gitlab-closed',
    );
  const { commit } = answerToAsk(stepState(work.journal.state, approval.id), 'gitlab');
  const { head, version } = standing;
  if (head === null || version === null || commit === undefined || head !== commit || version.head !== commit)
    return refused(
      `Another commit than the plan's was pushed to ${name}.`,
      `Close ${standing.url} and delete its branch, or approve another way.`,
      'approval-gitlab-pushed',
    );
  if (!standing.holds_plan)
    return refused(`The file of ${name} is not the plan that is asked for.`, ask, 'approval-gitlab-plan');
  return undefined;
}

/** The evidence that this account approved what is asked, and whose it is. Throws `forbidden`. */
export function judgeApproval(
  work: StepWork,
  approval: Step,
  standing: Standing,
  one: Standing['approved_by'][number],
): { by: string; evidence: GitLabEvidence } {
  const { journal, services } = work;
  const settings = services.approvals;
  const by = assertIsPerson(one, standing, settings);
  const { id, username, at } = one;
  const { version } = standing;
  if (at === null || version === null)
    throw refused(
      `GitLab does not tell when ${username} approved !${standing.iid}.`,
      'Approve it again.',
      'approval-gitlab-time',
    );
  // Earlier versions were something else, and may have been approved as such.
  if (!(Date.parse(at) >= Date.parse(version.at)))
    throw refused(
      `${username} approved !${standing.iid} before its last commit was pushed.`,
      'Approve it again.',
      'approval-gitlab-time',
    );
  return {
    by: assertMayAnswer(by, approval, journal.state, settings),
    evidence: {
      project: settings.gitlab?.project ?? '',
      iid: standing.iid,
      url: standing.url,
      head: standing.head ?? '',
      version: version.id,
      account: { id, username },
      approved_at: at,
    },
  };
}

/** Neither a bot, nor the account that asks. */
export function assertIsPerson(
  account: z.output<typeof Account>,
  { author, iid }: Standing,
  settings: StepWork['services']['approvals'],
): string {
  if (account.bot)
    throw refused(
      `GitLab account ${account.username} is a bot's.`,
      'A person has to approve.',
      'approval-agent',
    );
  if (account.id === author.id)
    throw refused(
      `${account.username} opened !${iid}.`,
      'Somebody else has to approve it; the account of modules.gitlab is no approver.',
      'approval-agent',
    );
  return personOf('gitlab', account, settings);
}

/** Whether an approval in the journal still stands in GitLab. Throws `forbidden` with what became of it. */
export function assertStands(
  work: StepWork,
  approval: Step,
  standing: Standing | null,
  given: Extract<ApprovalGiven, Witness>,
): string {
  const fault = voidBecause(work, approval, standing);
  if (fault !== undefined || standing === null) throw fault ?? new Error('nothing stands there');
  const evidence = Evidence.safeParse(given.evidence);
  const id = evidence.success ? evidence.data.account.id : undefined;
  const one = standing.approved_by.find((account) => account.id === id);
  if (one === undefined)
    throw refused(
      `${given.by} has withdrawn the approval of !${standing.iid}.`,
      'Approve it again.',
      'approval-gitlab-withdrawn',
    );
  return judgeApproval(work, approval, standing, one).by;
}
