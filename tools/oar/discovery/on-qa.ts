import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { GitHubClient } from '../../github/client.ts';
import type { Comment, Issue, JiraClient, Person } from '../../jira/client.ts';
import type { OarServices } from '../services.ts';
import { bounded } from './bounded.ts';
import { dueRung, type Notice, RUNGS, type Rung, recipients } from './ladder.ts';
import type { OnQaSettings } from './notify-settings.ts';
import { type Severity, severityOf } from './severity.ts';

export interface Pending {
  key: string;
  title: string;
  severity: Severity;
  since: string;
  rung: Rung;
  recipients: Person[];
  /** Those of them whom the field of people to ask does not hold yet. */
  needInfo: Person[];
}

export interface OnQa {
  due: Pending[];
  /** Bugs that need nobody yet. */
  waiting: number;
  /** Bugs whose linked pull requests were verified before the merge. */
  verified: string[];
  unreadable: { what: string; cause: string }[];
}

const AT_ONCE = 4;
const LIMIT = 500;

export function needOnQa(services: OarServices): OnQaSettings {
  if (services.onQa !== undefined) return services.onQa;
  throw new SluiceError('precondition', {
    cause: 'modules.oar.on_qa is not set.',
    remedy: 'Set modules.oar.on_qa.jql to the query that finds the bugs in ON_QA.',
  });
}

/** `fromDate` (YYYY-MM-DD) leaves out what became ON_QA on or before it. */
export async function onQaBugs(
  services: OarServices,
  fromDate: string | undefined,
  now: number,
): Promise<OnQa> {
  const settings = needOnQa(services);
  const jira = services.jira();
  const after = fromDate === undefined ? '' : ` AND status changed to ${settings.status} after "${fromDate}"`;
  const fields = Object.values(settings.fields).filter((field) => field !== undefined);
  const { issues, more } = await jira.search(`(${settings.jql})${after}`, {
    limit: LIMIT,
    fields,
    changelog: true,
  });
  const found: OnQa = { due: [], waiting: 0, verified: [], unreadable: [] };
  if (more) found.unreadable.push({ what: 'the search', cause: `It found more than ${LIMIT} bugs.` });
  const looked = await bounded(AT_ONCE, issues, async (issue) => {
    const since = issue.statusChanges.findLast(({ to }) => to === settings.status)?.at;
    if (since === undefined) {
      const cause = `Its history does not say when it became ${settings.status}.`;
      found.unreadable.push({ what: issue.key, cause });
      return undefined;
    }
    const asked = peopleIn(issue.fields, settings.fields.need_info);
    if (asked === undefined) {
      found.unreadable.push({
        what: issue.key,
        cause: `${settings.fields.need_info} is not a list of people.`,
      });
      return undefined;
    }
    const comments = await jira.listComments(issue.key);
    const pending = pendingOf(issue, since, comments, asked, settings, now);
    // Only what is due is worth the further questions.
    if (pending !== undefined && (await isVerified(services.github, jira, issue.key, settings))) {
      found.verified.push(issue.key);
      return undefined;
    }
    if (pending === undefined) found.waiting += 1;
    return pending;
  });
  found.due = looked.filter((one) => one !== undefined);
  return found;
}

export function markerOf({ key, rung, since }: Pick<Pending, 'key' | 'rung' | 'since'>): string {
  return `on-qa/${key}/${new Date(since).toISOString()}/${rung}`;
}

function pendingOf(
  issue: Issue,
  since: string,
  comments: readonly Comment[],
  asked: readonly Person[],
  settings: OnQaSettings,
  now: number,
): Pending | undefined {
  const ladder = {
    since: Date.parse(since),
    notices: noticesIn(comments, settings.title),
    labelled: issue.labels.includes(settings.label),
  };
  const rung = dueRung(ladder, now);
  if (rung === undefined) return undefined;
  const managers = new Map(Object.entries(settings.managers));
  const people = {
    qaContact: personIn(issue.fields, settings.fields.qa_contact),
    assignee: issue.assignee,
    reporter: issue.reporter,
    managerOf: ({ id }: Person) => {
      const manager = managers.get(id);
      return manager === undefined ? null : { id: manager, name: 'manager' };
    },
  };
  const whom = rung === 'label' ? [] : each(recipients(rung, people));
  const needInfo = settings.fields.need_info === undefined ? [] : whom.filter(isNotIn(asked));
  const facts = {
    status: issue.status,
    summary: issue.summary,
    priority: issue.priority,
    labels: issue.labels,
    releaseBlocker: optionIn(issue.fields, settings.fields.release_blocker),
    customerCase: [settings.fields.sfdc_counter, settings.fields.sfdc_links].some(
      (field) => fieldOf(issue.fields, field) != null,
    ),
  };
  const { key, summary: title } = issue;
  return { key, title, severity: severityOf(facts), since, rung, recipients: whom, needInfo };
}

/** Notices by their mark; those of an older automation by their first words, one a rung. */
function noticesIn(comments: readonly Comment[], title: string): Notice[] {
  let older = 0;
  return comments.flatMap(({ marker, text, created }) => {
    const at = Date.parse(created);
    const mine = /^on-qa\/[^/]+\/[^/]+\/([a-z-]+)$/.exec(marker ?? '')?.[1];
    const rung = RUNGS.find((one) => one === mine);
    if (rung !== undefined) return [{ at, rung }];
    if (!text.startsWith(`${title} - `)) return [];
    return [{ at, rung: RUNGS[Math.min(older++, 2)] ?? 'manager' }];
  });
}

const User = z.object({ accountId: z.string(), displayName: z.string().default('') });
const Option = z.object({ value: z.string() });

function fieldOf(fields: Issue['fields'], field: string | undefined): unknown {
  return field === undefined || !Object.hasOwn(fields, field) ? undefined : fields[field];
}

function personIn(fields: Issue['fields'], field: string | undefined): Person | null {
  const parsed = User.safeParse(fieldOf(fields, field));
  return parsed.success ? { id: parsed.data.accountId, name: parsed.data.displayName } : null;
}

/** Nobody where the field is empty or not configured; undefined when it holds something else. */
export function peopleIn(fields: Issue['fields'], field: string | undefined): Person[] | undefined {
  const parsed = z.array(User).safeParse(fieldOf(fields, field) ?? []);
  return parsed.success
    ? parsed.data.map(({ accountId, displayName }) => ({ id: accountId, name: displayName }))
    : undefined;
}

/** Each person once. */
function each(people: readonly Person[]): Person[] {
  return [...new Map(people.map((person) => [person.id, person])).values()];
}

function isNotIn(people: readonly Person[]) {
  return ({ id }: Person) => !people.some((one) => one.id === id);
}

function optionIn(fields: Issue['fields'], field: string | undefined): string | null {
  const parsed = Option.safeParse(fieldOf(fields, field));
  return parsed.success ? parsed.data.value : null;
}

/** Every linked pull request carries the label of a verification before the merge; none linked is none. */
async function isVerified(
  github: () => GitHubClient,
  jira: JiraClient,
  key: string,
  { pull_requests: wanted }: OnQaSettings,
): Promise<boolean> {
  if (wanted === undefined) return false;
  const pulls = (await jira.remoteLinks(key)).flatMap((url) => {
    const [, owner = '', name = '', number = ''] =
      /^https:\/\/github\.com\/([^/]+)\/([^/]+)\/pull\/(\d+)/.exec(url) ?? [];
    return owner === wanted.owner ? [{ repo: `${owner}/${name}`, number: Number(number) }] : [];
  });
  if (pulls.length === 0) return false;
  const labels = await Promise.all(pulls.map(({ repo, number }) => github().issueLabels(repo, number)));
  return labels.every((names) => names.includes(wanted.verified) && !names.includes(wanted.later));
}
