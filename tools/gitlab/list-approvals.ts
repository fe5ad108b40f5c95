import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import type { GitLabClient } from './client.ts';
import { counted, defineTool, MERGE_REQUEST, mergeRequestOf } from './define.ts';
import { isApproved } from './merge-request-state.ts';
import { ApprovalStateAnswer } from './schema.ts';

const MOST_NAMES = 20;

export const listApprovals = defineTool({
  name: 'gitlab_list_approvals',
  title: 'List the approvals of a merge request',
  description: `
Who approved a merge request and which rules still want somebody: of each rule how many, who may, who did. rules is null where
the edition of GitLab, or the right of the token, does not show them; that is not "no rules".`,
  effect: 'read',
  input: z.object(MERGE_REQUEST),
  output: z.object({
    project: z.string(),
    iid: z.int(),
    approved: z.boolean().meta({ description: 'By somebody, with nothing left to approve.' }),
    approved_by: z.array(z.string()),
    approvals_required: z.int().nullable(),
    approvals_left: z.int().nullable(),
    we_may_approve: z.boolean().nullable(),
    rules: z
      .array(
        z.object({
          name: z.string(),
          type: z.string().nullable(),
          required: z.int(),
          satisfied: z.boolean(),
          approved_by: z.array(z.string()),
          eligible: z.array(z.string()),
          more_eligible: z.int(),
        }),
      )
      .nullable(),
    summary: z.string(),
  }),
  run: async (input, { client }) => {
    const { project, iid } = mergeRequestOf(input);
    const [answer, state] = await Promise.all([
      client.approvalStatus(project, iid),
      rulesOf(client, project, iid),
    ]);
    const approvedBy = answer.approved_by.map(({ user }) => user.username);
    const left = answer.approvals_left ?? null;
    const open = state?.rules.filter((rule) => !satisfied(rule)) ?? [];
    return {
      project,
      iid,
      approved: isApproved(answer),
      approved_by: approvedBy,
      approvals_required: answer.approvals_required ?? null,
      approvals_left: left,
      we_may_approve: answer.user_can_approve ?? null,
      rules:
        state?.rules.slice(0, 20).map((rule) => {
          const eligible = (rule.eligible_approvers ?? []).map(({ username }) => username);
          return {
            name: rule.name,
            type: rule.rule_type ?? null,
            required: rule.approvals_required,
            satisfied: satisfied(rule),
            approved_by: (rule.approved_by ?? []).map(({ username }) => username),
            eligible: eligible.slice(0, MOST_NAMES),
            more_eligible: Math.max(0, eligible.length - MOST_NAMES),
          };
        }) ?? null,
      summary:
        `!${iid} of ${project} is approved by ${approvedBy.join(', ') || 'nobody'}` +
        `${left === null ? '' : `; ${counted(left, 'approval')} left`}` +
        `${open.length === 0 ? '' : `, for ${open.map(({ name }) => name).join(', ')}`}.`,
    };
  },
});

type Rule = z.output<typeof ApprovalStateAnswer>['rules'][number];

function satisfied({ approved, approvals_required, approved_by }: Rule): boolean {
  return approved ?? (approved_by ?? []).length >= approvals_required;
}

async function rulesOf({ api }: GitLabClient, project: string, iid: number) {
  try {
    return await api.readIfThere('the approval rules', ApprovalStateAnswer, ({ MergeRequestApprovals }) =>
      MergeRequestApprovals.showApprovalState(project, iid),
    );
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'forbidden') return undefined;
    throw error;
  }
}
