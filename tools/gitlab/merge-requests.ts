import { z } from 'zod';
import { toolsOf } from '../../src/kit/tool.ts';
import type { GitLabClient } from './client.ts';
import { MERGE_REQUEST_URL } from './merge-request-url.ts';

const getMergeRequest = toolsOf<GitLabClient>()({
  name: 'gitlab_get_merge_request',
  title: 'Get a merge request',
  description: `
A merge request by its address: title, state (opened, merged, closed, locked), labels, branches and who approved it.
Only the project and number of the address count; the request always goes to the configured GitLab.`,
  effect: 'read',
  input: z.object({ url: z.string().max(500).regex(MERGE_REQUEST_URL) }),
  output: z.object({
    project: z.string(),
    iid: z.int(),
    title: z.string(),
    state: z.enum(['opened', 'closed', 'merged', 'locked']),
    labels: z.array(z.string()),
    source_branch: z.string(),
    target_branch: z.string(),
    merged_at: z.string().nullable(),
    approved_by: z.array(z.string()),
    url: z.string(),
    summary: z.string(),
  }),
  run: async ({ url }, { client }) => {
    const { project, iid } = client.parseMergeRequestUrl(url);
    const [found, { approvedBy }] = await Promise.all([
      client.getMergeRequest(project, iid),
      client.approvals(project, iid),
    ]);
    return {
      project,
      iid: found.iid,
      title: found.title,
      state: found.state,
      labels: found.labels,
      source_branch: found.sourceBranch,
      target_branch: found.targetBranch,
      merged_at: found.mergedAt ?? null,
      approved_by: approvedBy,
      url: found.webUrl,
      summary: `!${found.iid} in ${project} is ${found.state}, approved by ${approvedBy.join(', ') || 'nobody'}.`,
    };
  },
});

export const mergeRequestTools = [getMergeRequest];
