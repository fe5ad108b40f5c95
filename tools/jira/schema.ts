import { z } from 'zod';

export const UserAnswer = z.object({
  accountId: z.string().min(1),
  displayName: z.string().default(''),
  emailAddress: z.string().optional(),
  active: z.boolean().default(true),
});

const Named = z.object({ name: z.string() });

export const FieldsAnswer = z.looseObject({
  summary: z.string().default(''),
  status: Named.optional(),
  issuetype: Named.optional(),
  priority: Named.nullish(),
  labels: z.array(z.string()).default([]),
  assignee: UserAnswer.nullish(),
  reporter: UserAnswer.nullish(),
  updated: z.string().optional(),
  description: z.unknown().optional(),
  subtasks: z
    .array(z.object({ key: z.string(), fields: z.object({ summary: z.string(), status: Named }).partial() }))
    .default([]),
});

const ChangeItem = z.looseObject({ field: z.string() });

export const IssueAnswer = z.object({
  key: z.string().min(1),
  fields: FieldsAnswer,
  changelog: z
    .object({
      histories: z.array(z.object({ created: z.string(), items: z.array(ChangeItem) })).default([]),
    })
    .optional(),
});
export type IssueAnswer = z.output<typeof IssueAnswer>;

export const SearchAnswer = z.object({
  issues: z.array(IssueAnswer).default([]),
  nextPageToken: z.string().nullish(),
  isLast: z.boolean().optional(),
});

export const CommentAnswer = z.object({
  id: z.string().min(1),
  author: UserAnswer.optional(),
  created: z.string(),
  body: z.unknown(),
  properties: z.array(z.object({ key: z.string(), value: z.unknown() })).default([]),
});

export const CommentsAnswer = z.object({
  comments: z.array(CommentAnswer).default([]),
  startAt: z.int().default(0),
  maxResults: z.int().default(0),
  total: z.int().default(0),
});

export const TransitionsAnswer = z.object({
  transitions: z.array(z.object({ id: z.string(), name: z.string(), to: Named })).default([]),
});

export const RemoteLinksAnswer = z.array(
  z.object({ object: z.object({ url: z.string(), title: z.string().default('') }) }),
);

/** What a status change turned into; undefined for a change of anything else. */
export function statusAfter(item: z.output<typeof ChangeItem>): string | undefined {
  // `toString` is also what every object has: only its own one counts.
  const own = new Map<string, unknown>(Object.entries(item));
  const to = own.get('toString');
  return item.field === 'status' && typeof to === 'string' ? to : undefined;
}
