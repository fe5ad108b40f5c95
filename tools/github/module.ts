import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { GitHubClient } from './client.ts';

export const github = defineModule({
  name: 'github',
  title: 'GitHub',
  settings: z.object({
    base_url: z
      .url()
      .meta({ description: 'The root of the API, e.g. https://api.github.com, without a slash at its end.' }),
    token: SecretRef.optional().meta({ description: 'Needed to write, and to read what is private.' }),
    allowed_hosts: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Further hosts it may be asked on.' }),
  }),
  connect: (settings, connection) => {
    const { token } = settings;
    return new GitHubClient(
      connection.http({
        baseUrl: settings.base_url,
        allowedHosts: settings.allowed_hosts,
        ...(token === undefined
          ? {}
          : { credentials: async () => ({ authorization: `Bearer ${await connection.secret(token)}` }) }),
      }),
    );
  },
  tools: [],
  probe: async (client) => {
    await client.ping();
    return { ok: true, detail: 'lets us in' };
  },
});
