import { z } from 'zod';
import { prose } from '../../src/kit/hygiene.ts';
import { defineTool, MERGE_REQUEST, mergeRequestOf } from './define.ts';
import { botLabels, mustApprove, STATES, stateOfMergeRequest } from './merge-request-state.ts';

export const getMergeRequest = defineTool({
  name: 'gitlab_get_merge_request',
  title: 'Get a merge request',
  description: `
A merge request by its address, or by project and number: state and status (needs_rebase, pipeline_failed, draft, on_hold,
changes_requested, approved, awaiting_review, merged, closed), labels, branches, head pipeline, who approved it and who
still has to. Only project and number of the address count; the request always goes to the configured GitLab.`,
  effect: 'read',
  input: z.object(MERGE_REQUEST),
  output: z.object({
    project: z.string(),
    iid: z.int(),
    title: prose('GitLab'),
    state: z.enum(['opened', 'closed', 'merged', 'locked']),
    status: z.enum(STATES).meta({ description: 'What stands between it and its merge.' }),
    draft: z.boolean(),
    author: z.string().nullable(),
    labels: z.array(z.string()),
    bot_labels: z.array(z.string()),
    source_branch: z.string(),
    source_project_id: z.int().meta({ description: 'A fork, or the project itself.' }),
    target_branch: z.string(),
    head_commit: z.string().nullable(),
    pipeline: z.object({ id: z.int(), project: z.string(), status: z.string() }).nullable(),
    merged_at: z.string().nullable(),
    merged_by: z.string().nullable(),
    approved_by: z.array(z.string()),
    must_approve: z.object({
      approvals_left: z.int().nullable(),
      rules_left: z.array(z.string()),
      suggested: z.array(z.string()),
      note: z.string().nullable(),
    }),
    url: z.string(),
    summary: z.string(),
  }),
  run: async (input, { client }) => {
    const { project, iid } = mergeRequestOf(input);
    const [found, approvals] = await Promise.all([
      client.mergeRequest(project, iid),
      client.approvalStatus(project, iid),
    ]);
    const approvedBy = approvals.approved_by.map(({ user }) => user.username);
    const status = stateOfMergeRequest(found, approvals);
    const pipeline = found.head_pipeline ?? null;
    const stands = status === found.state ? found.state : `${found.state} (${status})`;
    return {
      project,
      iid: found.iid,
      title: found.title,
      state: found.state,
      status,
      draft: found.draft === true,
      author: found.author?.username ?? null,
      labels: found.labels,
      bot_labels: botLabels(found.labels),
      source_branch: found.source_branch,
      source_project_id: found.source_project_id,
      target_branch: found.target_branch,
      head_commit: found.sha ?? null,
      pipeline: pipeline && {
        id: pipeline.id,
        project: String(pipeline.project_id ?? project),
        status: pipeline.status ?? 'unknown',
      },
      merged_at: found.merged_at ?? null,
      merged_by: found.merge_user?.username ?? null,
      approved_by: approvedBy,
      must_approve: mustApprove(found.labels, approvals),
      url: found.web_url,
      summary: `!${found.iid} in ${project} is ${stands}, approved by ${approvedBy.join(', ') || 'nobody'}.`,
    };
  },
});
