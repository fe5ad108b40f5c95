import { z } from 'zod';
import type { Project } from './api.ts';
import type { GitLabClient } from './client.ts';
import { counted, defineTool } from './define.ts';
import { holdsPlan, PLAN, placeOfPlan, requestsOfPlan } from './plan-approval.ts';
import { NotesAnswer } from './schema.ts';
import {
  AccountAnswer,
  PlanApprovalsAnswer,
  PlanRequestAnswer,
  VersionsAnswer,
} from './schema-plan-approval.ts';

const Account = z.object({
  id: z.int(),
  username: z.string(),
  bot: z.boolean().meta({ description: 'No person: the account of a token, or of a service.' }),
});

const Standing = z.object({
  iid: z.int(),
  url: z.string(),
  state: z.enum(['opened', 'merged', 'closed', 'locked']),
  author: z.object({ id: z.int(), username: z.string() }),
  head: z.string().nullable(),
  holds_plan: z.boolean().meta({ description: 'The file at its head is the plan, byte for byte.' }),
  version: z
    .object({ id: z.int(), head: z.string(), at: z.string() })
    .nullable()
    .meta({ description: 'The newest one: what was pushed last, and when.' }),
  approved_by: z.array(Account.extend({ at: z.string().nullable() })),
  closed_by: Account.nullable(),
  closing_note: z.string().nullable(),
});
type Standing = z.output<typeof Standing>;

export const getPlanApprovals = defineTool({
  name: 'gitlab_get_plan_approvals',
  title: 'Read the approvals of a plan',
  description: `
How the merge request of a plan stands now: who approved it and when, what was pushed last, whether its file is the plan that was
asked for. The engine reads it before everything that rests on such an approval; nobody else can call it.`,
  effect: 'read',
  engineOnly: true,
  input: z.object(PLAN),
  output: z.object({ branch: z.string(), request: Standing.nullable(), summary: z.string() }),
  run: async (asked, { client }) => {
    const { branch } = placeOfPlan(asked);
    const project = await client.api.project(asked.project);
    const all = await requestsOfPlan(client, project, asked);
    const row = all.find(({ state }) => state !== 'closed') ?? all[0];
    if (row === undefined) {
      return { branch, request: null, summary: `${asked.project} has no merge request from ${branch}.` };
    }
    const { iid } = row;
    // What was pushed is read last: an approval of something that was pushed in between is seen as such.
    const { approved_by } = await client.api.read('the approvals', PlanApprovalsAnswer, (library) =>
      library.MergeRequestApprovals.showConfiguration(project.id, { mergerequestIId: iid }),
    );
    const versions = await client.api.pages('its versions', VersionsAnswer, ({ MergeRequests }, wish) =>
      MergeRequests.allDiffVersions(project.id, iid, wish),
    );
    const request = await client.api.read(`!${iid}`, PlanRequestAnswer, ({ MergeRequests }) =>
      MergeRequests.show(project.id, iid),
    );
    const head = request.sha ?? null;
    const newest = versions.toSorted((a, b) => b.id - a.id)[0];
    const needed = request.state === 'closed' || approved_by.some((one) => !one.approved_at);
    const notes = needed ? await notesOf(client, project, iid) : [];
    const approvals: Standing['approved_by'] = [];
    for (const { user, approved_at } of approved_by) {
      const at = approved_at ?? saidAt(notes, user.username);
      approvals.push({ ...(await account(client, user)), at });
    }
    const closer = request.state === 'closed' ? request.closed_by : null;
    const standing: Standing = {
      iid,
      url: request.web_url,
      state: request.state,
      author: request.author,
      head,
      holds_plan: head !== null && (await holdsPlan(client, project, asked, head)),
      version:
        newest === undefined ? null : { id: newest.id, head: newest.head_commit_sha, at: newest.created_at },
      approved_by: approvals,
      closed_by: closer ? await account(client, closer) : null,
      closing_note: closer ? noteOf(notes, closer.username, newest?.created_at ?? '') : null,
    };
    const names = approvals.map(({ username }) => username).join(', ');
    return {
      branch,
      request: standing,
      summary: `!${iid} of ${asked.project} is ${request.state}, with ${counted(approvals.length, 'approval')}${names === '' ? '' : ` (${names})`}.`,
    };
  },
});

/** Whether there is a person behind an account, the list of approvals does not say. */
async function account({ api }: GitLabClient, user: { id: number; username: string }) {
  const { bot } = await api.read('an account', AccountAnswer, ({ Users }) => Users.show(user.id));
  return { id: user.id, username: user.username, bot: bot ?? false };
}

type Notes = z.output<typeof NotesAnswer>;

async function notesOf({ api }: GitLabClient, { id }: Project, iid: number): Promise<Notes> {
  return await api.pages(`the notes of !${iid}`, NotesAnswer, ({ MergeRequestNotes }, wish) =>
    MergeRequestNotes.all(id, iid, { sort: 'asc', orderBy: 'created_at', ...wish }),
  );
}

/** From before GitLab told the time of an approval: when its own note says that this account approved. */
function saidAt(notes: Notes, username: string): string | null {
  const own = notes.filter(({ system, author }) => system === true && author.username === username);
  const last = own.findLast(({ body }) => /^(un)?approved this merge request/i.test(body));
  return last === undefined || /^un/i.test(last.body) ? null : last.created_at;
}

/** What the one who closed it wrote last about what was pushed last. */
function noteOf(notes: Notes, username: string, since: string): string | null {
  const own = notes.filter(({ system, author }) => system !== true && author.username === username);
  const last = own.findLast(({ created_at }) => Date.parse(created_at) >= Date.parse(since));
  return last?.body ?? null;
}
