import { z } from 'zod';
import { SecretRef } from './secret.ts';

const Accounts = z.strictObject({
  gitlab: z
    .union([z.string().regex(/^[\w.-]+$/), z.int().min(1)])
    .optional()
    .meta({ description: 'A username, or the number of the account, which survives a renaming.' }),
  slack: z
    .string()
    .regex(/^[UW][A-Z0-9]+$/, 'a member id: U… or W…')
    .optional()
    .meta({ description: 'A member id (U…), as Slack shows it in the profile.' }),
});

const GitLabWay = z.strictObject({
  project: z
    .string()
    .regex(/^[\w.-]+(?:\/[\w.-]+)+$/, 'a project is group/name')
    .meta({ description: 'Where merge requests ask for approvals: a project that holds nothing else.' }),
});

const SlackWay = z.strictObject({
  channel: z.string().min(1).meta({ description: 'Where a message asks; one of modules.slack.channels.' }),
  signing_secret: SecretRef.meta({ description: 'Of the app: proves that a click came from Slack.' }),
});

export const Approvals = z
  .strictObject({
    allowed_signers: z
      .string()
      .optional()
      .meta({ description: 'An OpenSSH allowed_signers file: who may sign approvals, with which keys.' }),
    roles: z
      .record(z.string(), z.array(z.string()).min(1))
      .default({})
      .meta({ description: 'Role of an approve or decide step → the people who hold it.' }),
    aliases: z
      .record(z.string(), z.array(z.string()))
      .default({})
      .meta({ description: 'Further names of one person; they never count as somebody else.' }),
    people: z
      .record(z.string(), Accounts)
      .default({})
      .meta({ description: 'Person → their accounts. An account that nobody has here counts for nobody.' }),
    gitlab: GitLabWay.optional().meta({ description: 'Approvals by merge requests.' }),
    slack: SlackWay.optional().meta({ description: 'Approvals by buttons of a message.' }),
  })
  .superRefine(({ people }, context) => {
    const owners = new Map<string, string>();
    for (const [person, accounts] of Object.entries(people)) {
      for (const [system, account] of Object.entries(accounts)) {
        const name = `${system} ${String(account).toLowerCase()}`;
        const owner = owners.get(name);
        owners.set(name, person);
        if (owner === undefined) continue;
        context.addIssue({
          code: 'custom',
          path: ['people', person, system],
          message: `${String(account)} is ${owner}'s account already; an account is one person's`,
        });
      }
    }
  });

/** The module that each way of approving needs. */
export const WAY_MODULES = ['gitlab', 'slack'] as const;
