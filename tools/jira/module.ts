import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { JiraClient } from './client.ts';
import { issueTools } from './issues.ts';

export const jira = defineModule({
  name: 'jira',
  title: 'Jira Cloud',
  settings: z.object({
    base_url: z
      .url()
      .meta({ description: 'The site, e.g. https://example.atlassian.net, without a slash at its end.' }),
    user: z.string().min(1).meta({ description: 'The account (e-mail address) that the token belongs to.' }),
    token: SecretRef.meta({ description: 'An API token of that account.' }),
    allowed_hosts: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Further hosts it may be asked on.' }),
  }),
  connect: (settings, connection) =>
    new JiraClient(
      connection.http({
        baseUrl: settings.base_url,
        allowedHosts: settings.allowed_hosts,
        credentials: async () => {
          const token = await connection.secret(settings.token);
          const basic = Buffer.from(`${settings.user}:${token}`).toString('base64');
          // The redactor knows the token, but not what it looks like behind a user name.
          connection.services.redactor.add(basic);
          return { authorization: `Basic ${basic}` };
        },
      }),
    ),
  tools: issueTools,
  probe: async (client) => {
    const { name } = await client.myself();
    return { ok: true, detail: `lets us in as ${name || 'the account of the token'}` };
  },
});
