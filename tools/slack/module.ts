import { z } from 'zod';
import { DurationText, durationMs } from '../../src/kit/duration.ts';
import { defineModule } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { approvalTools } from './approvals.ts';
import { CHANNEL } from './arguments.ts';
import { SlackClient } from './client.ts';
import { findTools } from './find.ts';
import { messageTools } from './messages.ts';
import { threadTools } from './threads.ts';
import { updateTools } from './update.ts';

export const slack = defineModule({
  name: 'slack',
  title: 'Slack',
  settings: z.object({
    base_url: z.url().meta({
      description: 'The root of the Web API, e.g. https://slack.com/api, without a slash at its end.',
    }),
    token: SecretRef.meta({ description: 'A bot token (xoxb-…).' }),
    channels: z.array(z.string().regex(CHANNEL)).meta({
      description: 'The channels that may be read and written to, by id (C…) or exact name.',
    }),
    limits: z
      .strictObject({
        per_author: z.int().min(1).meta({ description: 'Messages of one person to one channel or thread.' }),
        window: DurationText.meta({ description: 'Within this time, e.g. 300s.' }),
      })
      .optional()
      .meta({ description: 'How often one person may have messages posted; no limit when left out.' }),
    redirect_to: z.string().regex(CHANNEL).optional().meta({
      description: 'For rehearsals: every message goes to this channel instead, and mentions nobody.',
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
      {
        redirectTo: settings.redirect_to,
        limits:
          settings.limits === undefined
            ? undefined
            : { perAuthor: settings.limits.per_author, windowMs: durationMs(settings.limits.window) },
        clock: connection.services.clock,
      },
    ),
  tools: [...messageTools, ...updateTools, ...threadTools, ...findTools, ...approvalTools],
  probe: async (client) => {
    const { user, team } = await client.authTest();
    return { ok: true, detail: `the token is ${user}'s in ${team}` };
  },
});
