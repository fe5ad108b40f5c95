import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { buildTools } from './builds.ts';
import { JenkinsClient } from './client.ts';

export const jenkins = defineModule({
  name: 'jenkins',
  title: 'Jenkins',
  settings: z.object({
    base_url: z.url().meta({ description: 'Where its front page is, without a slash at its end.' }),
    user: z.string().min(1).meta({ description: 'The account that the token belongs to.' }),
    token: SecretRef.meta({ description: 'An API token of that account.' }),
    allowed_hosts: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Further hosts it may be asked on.' }),
  }),
  connect: (settings, connection) =>
    new JenkinsClient(
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
  tools: buildTools,
  probe: async (client) => {
    const { length } = await client.queue();
    return { ok: true, detail: `lets us in; ${length} in its queue` };
  },
});
