import type { ApprovalsAnswer, MergeRequestAnswer } from './schema.ts';

export const STATES = [
  'merged',
  'closed',
  'locked',
  'needs_rebase',
  'pipeline_failed',
  'draft',
  'on_hold',
  'changes_requested',
  'approved',
  'awaiting_review',
] as const;
export type MergeRequestState = (typeof STATES)[number];

type Facts = Pick<
  MergeRequestAnswer,
  'state' | 'labels' | 'draft' | 'has_conflicts' | 'detailed_merge_status' | 'head_pipeline'
>;

const CONFLICTS = new Set(['conflict', 'need_rebase']);
const FAILED = new Set(['failed', 'canceled', 'canceling']);
const REBASE = new Set(['needs-rebase', 'rebase-error']);
const HOLD = /^(?:bot\/hold|do-not-merge\/.+|blocked\/.+)$/;
const APPROVED = /^(?:bot\/approved(?::.*)?|lgtm)$/;
const BOT =
  /^(?:bot\/.+|blocked\/.+|do-not-merge\/.+|change-owner\/.+|omm-.+|awaiting-approval|changes-requested|lgtm|merge-error|pipeline-error|rebase-error|needs-rebase|saas-file-update|(?:not-)?self-serviceable|restricted|onboarding|stale)$/;

/** What stands between a merge request and its merge, the first thing first. Of what GitLab says, never of a text. */
export function stateOfMergeRequest(facts: Facts, approvals: ApprovalsAnswer): MergeRequestState {
  if (facts.state !== 'opened') return facts.state;
  const has = (wanted: RegExp) => facts.labels.some((label) => wanted.test(label));
  const status = facts.detailed_merge_status ?? '';
  if (facts.has_conflicts === true || CONFLICTS.has(status) || facts.labels.some((one) => REBASE.has(one))) {
    return 'needs_rebase';
  }
  if (FAILED.has(facts.head_pipeline?.status ?? '') || has(/^pipeline-error$/)) return 'pipeline_failed';
  if (facts.draft === true || status === 'draft_status') return 'draft';
  if (has(HOLD)) return 'on_hold';
  if (status === 'requested_changes' || has(/^changes-requested$/)) return 'changes_requested';
  return isApproved(approvals) || has(APPROVED) ? 'approved' : 'awaiting_review';
}

/** `approved` is also true where nobody need approve: somebody has to have done it. */
export function isApproved({ approved_by, approvals_left }: ApprovalsAnswer): boolean {
  return approved_by.length > 0 && (approvals_left ?? 0) === 0;
}

/** Labels that bots set, and read, on the way to a merge. */
export function botLabels(labels: readonly string[]): string[] {
  return labels.filter((label) => BOT.test(label));
}

export interface MustApprove {
  approvals_left: number | null;
  rules_left: string[];
  suggested: string[];
  note: string | null;
}

/** Whose approval is still wanted, as far as GitLab and the labels tell. */
export function mustApprove(labels: readonly string[], answer: ApprovalsAnswer): MustApprove {
  const rules = (answer.approval_rules_left ?? []).flatMap(({ name }) => (name ? [name] : []));
  return {
    approvals_left: answer.approvals_left ?? null,
    rules_left: rules.slice(0, 20),
    suggested: (answer.suggested_approvers ?? []).slice(0, 10).map(({ username }) => username),
    note: noteOf(labels),
  };
}

function noteOf(labels: readonly string[]): string | null {
  if (labels.includes('not-self-serviceable')) {
    return 'It changes more than its owners may approve themselves: the team of the repository reviews it.';
  }
  if (!labels.includes('self-serviceable')) return null;
  return 'Its change owners approve it by a comment /lgtm; the author may hold it by /hold.';
}
