import { z } from 'zod';

/** Cloud names people by `accountId`, Data Center by `name`. */
export const UserAnswer = z
  .object({
    accountId: z.string().min(1).optional(),
    name: z.string().min(1).optional(),
    displayName: z.string().default(''),
    emailAddress: z.string().optional(),
    active: z.boolean().default(true),
    accountType: z.string().optional(),
  })
  .transform(({ accountId, name, ...rest }, context) => {
    const id = accountId ?? name;
    if (id === undefined) context.addIssue({ code: 'custom', message: 'neither accountId nor name' });
    return { id: id ?? '', ...(name === undefined ? {} : { username: name }), ...rest };
  });
export type UserAnswer = z.output<typeof UserAnswer>;

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
  /** Data Center counts instead of handing out a token. */
  total: z.int().optional(),
});

export const CreatedAnswer = z.object({ id: z.string().min(1), key: z.string().min(1) });

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

/** What a field holds, as Jira describes it. */
const FieldSchema = z.object({
  type: z.string(),
  items: z.string().optional(),
  custom: z.string().optional(),
  system: z.string().optional(),
});
export type FieldSchema = z.output<typeof FieldSchema>;

const TransitionField = z.object({
  name: z.string().default(''),
  required: z.boolean().default(false),
  hasDefaultValue: z.boolean().default(false),
  schema: FieldSchema.optional(),
});

export const TransitionsAnswer = z.object({
  transitions: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        to: Named,
        fields: z.record(z.string(), TransitionField).default({}),
      }),
    )
    .default([]),
});

export const RemoteLinksAnswer = z.array(
  z.object({ object: z.object({ url: z.string(), title: z.string().default('') }) }),
);

const LinkEnd = z.object({
  key: z.string(),
  fields: z.object({ summary: z.string(), status: Named }).partial().default({}),
});

export const LinkType = z.object({ name: z.string(), inward: z.string(), outward: z.string() });
export type LinkType = z.output<typeof LinkType>;

export const LinkTypesAnswer = z.object({ issueLinkTypes: z.array(LinkType).default([]) });

export const IssueLinks = z
  .array(
    z.object({
      id: z.string(),
      type: LinkType,
      inwardIssue: LinkEnd.optional(),
      outwardIssue: LinkEnd.optional(),
    }),
  )
  .default([]);

export const WatchersAnswer = z.object({ watchers: z.array(UserAnswer).default([]) });

export const VersionAnswer = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().default(''),
  released: z.boolean().default(false),
  archived: z.boolean().default(false),
  releaseDate: z.string().optional(),
});
export type VersionAnswer = z.output<typeof VersionAnswer>;
export const VersionsAnswer = z.array(VersionAnswer);

export const ProjectAnswer = z.object({ id: z.string(), key: z.string(), name: z.string().default('') });
export const ProjectsAnswer = z.array(ProjectAnswer);
export const ProjectPage = z.object({
  values: z.array(ProjectAnswer).default([]),
  isLast: z.boolean().optional(),
});

const IssueTypeAnswer = z.object({ id: z.string(), name: z.string(), subtask: z.boolean().default(false) });
/** Cloud lists them under `issueTypes`, Data Center under `values`. */
export const IssueTypesAnswer = z
  .object({ issueTypes: z.array(IssueTypeAnswer).optional(), values: z.array(IssueTypeAnswer).optional() })
  .transform(({ issueTypes, values }) => issueTypes ?? values ?? []);

export const UsersAnswer = z.array(UserAnswer);

export const FieldDetails = z.object({
  id: z.string(),
  name: z.string(),
  custom: z.boolean().default(false),
  schema: FieldSchema.optional(),
});
export type FieldDetails = z.output<typeof FieldDetails>;
export const FieldsCatalogue = z.array(FieldDetails);

const History = z.object({
  created: z.string(),
  author: UserAnswer.optional(),
  items: z.array(ChangeItem).default([]),
});
export const ChangelogPage = z.object({
  values: z.array(History).default([]),
  isLast: z.boolean().optional(),
  total: z.int().optional(),
});
export const ChangelogInside = z.object({
  changelog: z.object({ histories: z.array(History).default([]) }).default({ histories: [] }),
});

/** What a status change turned into; undefined for a change of anything else. */
export function statusAfter(item: z.output<typeof ChangeItem>): string | undefined {
  return item.field === 'status' ? (wordsIn(item, 'toString') ?? undefined) : undefined;
}

/** `toString` is also what every object has: only its own one counts. */
export function wordsIn(item: object, side: 'fromString' | 'toString'): string | null {
  const words = new Map<string, unknown>(Object.entries(item)).get(side);
  return typeof words === 'string' ? words : null;
}
