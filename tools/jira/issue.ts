import { type IssueAnswer, statusAfter, type UserAnswer } from './schema.ts';
import { plain } from './text/plain.ts';

export interface Person {
  id: string;
  name: string;
}

export interface Issue {
  key: string;
  summary: string;
  type: string;
  status: string;
  priority: string | null;
  labels: string[];
  assignee: Person | null;
  reporter: Person | null;
  updated: string | null;
  description: string;
  subtasks: { key: string; summary: string; status: string }[];
  /** Changes of the status, oldest first; empty when they were not asked for. */
  statusChanges: { at: string; to: string }[];
  /** Every field as it came, for those that only an organisation knows. */
  fields: Readonly<Record<string, unknown>>;
}

export function issueOf(answer: IssueAnswer): Issue {
  const { fields } = answer;
  return {
    key: answer.key,
    summary: fields.summary,
    type: fields.issuetype?.name ?? '',
    status: fields.status?.name ?? '',
    priority: fields.priority?.name ?? null,
    labels: fields.labels,
    assignee: personOf(fields.assignee),
    reporter: personOf(fields.reporter),
    updated: fields.updated ?? null,
    description: plain(fields.description),
    subtasks: fields.subtasks.map((task) => ({
      key: task.key,
      summary: task.fields.summary ?? '',
      status: task.fields.status?.name ?? '',
    })),
    statusChanges: (answer.changelog?.histories ?? [])
      .flatMap(({ created, items }) =>
        items.flatMap((item) => {
          const to = statusAfter(item);
          return to === undefined ? [] : [{ at: created, to }];
        }),
      )
      .sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    fields,
  };
}

export function personOf(user: UserAnswer | null | undefined): Person | null {
  return user == null ? null : { id: user.id, name: user.displayName };
}
