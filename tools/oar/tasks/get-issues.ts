import { z } from 'zod';
import { defineTool } from '../define.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import { IssueShape } from '../statebox/issue-shape.ts';
import { issuesOf } from '../statebox/issues.ts';
import { ISSUE_TASKS } from '../statebox/tasks.ts';
import { demandBox } from '../statebox/write.ts';

export const getIssues = defineTool({
  name: 'oar_get_issues',
  title: 'List the issues of a release',
  description: `The issues in a release's StateBox, open and resolved, in the order in which they were filed; all of them, or
those of one task, the open ones, the blockers.`,
  effect: 'read',
  input: z.object({
    release: ReleaseName,
    unresolved_only: z.boolean().default(false),
    blockers_only: z.boolean().default(false),
    task: z
      .enum([...ISSUE_TASKS, 'general'])
      .optional()
      .meta({ description: 'Issues of this task; `general` for those of the release as a whole.' }),
  }),
  output: z.object({
    release: z.string(),
    count: z.int(),
    issues: z.array(IssueShape),
    summary: z.string(),
  }),
  run: async ({ release, ...filter }, { client }) => {
    const box = await demandBox(client, parseRelease(release));
    const issues = issuesOf(box, filter);
    const open = issues.filter(({ resolved }) => !resolved).length;
    return {
      release,
      count: issues.length,
      issues,
      summary: `${release} has ${issues.length} such issues, ${open} of them open.`,
    };
  },
});
