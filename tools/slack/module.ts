import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { SlackClient } from './client.ts';
import { CHANNEL, messageTools } from './messages.ts';

export const slack = defineModule({
  name: 'slack',
  title: 'Slack',
  settings: z.object({
    base_url: z.url().meta({
      description: 'The root of the Web API, e.g. https://slack.com/api, without a slash at its end.',
    }),
    token: SecretRef.meta({ description: 'A bot token (xoxb-…).' }),
    channels: z.array(z.string().regex(CHANNEL)).meta({
      description: 'The channels that may be written to, by id (C…); messages name them exactly so.',
    }),
    allowed_hosts: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Further hosts it may be asked on.' }),
  }),
  connect: (settings, connection) =>
    new SlackClient(
      connection.http({
        baseUrl: settings.base_url,
        allowedHosts: settings.allowed_hosts,
        credentials: async () => ({ authorization: `Bearer ${await connection.secret(settings.token)}` }),
      }),
      settings.channels,
    ),
  tools: messageTools,
  probe: async (client) => {
    const { user, team } = await client.authTest();
    return { ok: true, detail: `the token is ${user}'s in ${team}` };
  },
});
