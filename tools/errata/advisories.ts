import { z } from 'zod';
import { toolsOf } from '../../src/kit/tool.ts';
import type { ErrataClient } from './client.ts';

const getAdvisory = toolsOf<ErrataClient>()({
  name: 'errata_get_advisory',
  title: 'Get an advisory',
  description: `
An advisory in Errata Tool by its number: name, type, state (NEW_FILES, QE, REL_PREP, …, DROPPED_NO_SHIP), QA owner,
its Jira issues, and the advisories that block it.`,
  effect: 'read',
  input: z.object({ id: z.int().positive().max(99_999_999) }),
  output: z.object({
    id: z.int(),
    name: z.string(),
    type: z.enum(['RHBA', 'RHSA', 'RHEA']),
    status: z.string(),
    qa_owner: z.string().nullable(),
    jira_issues: z.array(z.string()),
    blocking_advisories: z.array(z.int()),
    summary: z.string(),
  }),
  run: async ({ id }, { client }) => {
    const advisory = await client.getAdvisory(id);
    const issues = advisory.jiraIssues.length;
    return {
      id: advisory.id,
      name: advisory.name,
      type: advisory.type,
      status: advisory.status,
      qa_owner: advisory.qaOwner,
      jira_issues: advisory.jiraIssues,
      blocking_advisories: advisory.blockingAdvisories,
      summary:
        `${advisory.name} (${advisory.id}) is in ${advisory.status}, ` +
        `QA owner ${advisory.qaOwner ?? 'nobody'}, ${issues} Jira ${issues === 1 ? 'issue' : 'issues'}.`,
    };
  },
});

export const advisoryTools = [getAdvisory];
