import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { ProwClient } from './client.ts';
import { jobTools } from './jobs.ts';
import { runJob } from './run-job.ts';

export const prow = defineModule({
  name: 'prow',
  title: 'Prow and Gangway',
  settings: z.object({
    base_url: z
      .url()
      .meta({ description: 'Deck, e.g. https://prow.ci.openshift.org, without a slash at its end.' }),
    gangway_url: z.url().meta({ description: 'Gangway, which starts jobs.' }),
    token: SecretRef.meta({ description: 'For Gangway alone; Deck is read without it.' }),
    allowed_hosts: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Further hosts it may be asked on.' }),
  }),
  connect: (settings, connection) =>
    new ProwClient(
      connection.http({ baseUrl: settings.base_url, allowedHosts: settings.allowed_hosts }),
      connection.http({
        system: 'gangway',
        baseUrl: settings.gangway_url,
        allowedHosts: settings.allowed_hosts,
        credentials: async () => ({ authorization: `Bearer ${await connection.secret(settings.token)}` }),
      }),
    ),
  tools: [...jobTools, runJob],
  probe: async (client) => {
    await client.ping();
    return { ok: true, detail: 'Deck answers and Gangway takes the token' };
  },
});
