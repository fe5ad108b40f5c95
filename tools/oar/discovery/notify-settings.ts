import { z } from 'zod';

const Field = z.string().regex(/^[a-z][A-Za-z0-9_]*$/, 'the id of a Jira field, e.g. customfield_10470');

/** What only an organisation knows about its bugs that wait for verification. */
export const OnQaSettings = z.strictObject({
  jql: z
    .string()
    .min(1)
    .max(4000)
    .refine((jql) => !/\border\s+by\b/i.test(jql), 'conditions alone, without ORDER BY')
    .meta({ description: 'Finds the bugs that are ON_QA, e.g. project = X AND status = ON_QA.' }),
  status: z.string().min(1).default('ON_QA').meta({ description: 'The status that is waited in.' }),
  title: z.string().min(1).max(200).default('ON_QA notification').meta({
    description: 'What each comment begins with; notices of an older automation that begin so count.',
  }),
  label: z
    .string()
    .regex(/^\S+$/)
    .default('pending-onqa-over-96hrs')
    .meta({ description: 'Set where every notice was in vain.' }),
  fields: z
    .strictObject({
      qa_contact: Field.optional(),
      release_blocker: Field.optional(),
      sfdc_counter: Field.optional(),
      sfdc_links: Field.optional(),
      need_info: Field.optional(),
    })
    .default({}),
  managers: z.record(z.string(), z.string()).default({}).meta({
    description: 'Account id of a person → account id of the manager.',
  }),
  pull_requests: z
    .strictObject({
      owner: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/)
        .meta({ description: 'Whose pull requests count.' }),
      verified: z.string().default('verified'),
      later: z.string().default('verified-later'),
    })
    .optional()
    .meta({
      description: 'Bugs whose linked pull requests are all verified before the merge are left alone.',
    }),
});
export type OnQaSettings = z.output<typeof OnQaSettings>;
