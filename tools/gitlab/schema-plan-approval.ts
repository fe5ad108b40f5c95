import { z } from 'zod';

const Account = z.object({ id: z.int(), username: z.string().min(1) });

export const PlanRequestAnswer = z.object({
  iid: z.int(),
  state: z.enum(['opened', 'closed', 'merged', 'locked']),
  sha: z.string().nullish(),
  web_url: z.string(),
  author: Account,
  closed_by: Account.nullish(),
});

export const PlanApprovalsAnswer = z.object({
  /** The time is younger than the list. */
  approved_by: z.array(z.object({ user: Account, approved_at: z.string().nullish() })),
});

/** One for each push. */
export const VersionsAnswer = z.array(
  z.object({ id: z.int(), head_commit_sha: z.string(), created_at: z.string() }),
);

/** Only an account asked for by its number says whether it is a bot's. */
export const AccountAnswer = Account.extend({ bot: z.boolean().nullish() });
