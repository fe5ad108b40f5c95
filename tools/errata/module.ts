import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { advisoryTools } from './advisories.ts';
import { ErrataClient } from './client.ts';

export const errata = defineModule({
  name: 'errata',
  title: 'Errata Tool',
  settings: z.object({
    base_url: z
      .url()
      .meta({ description: 'E.g. https://errata.devel.redhat.com, without a slash at its end.' }),
    token: SecretRef.meta({ description: 'Sent as a bearer token.' }),
    allowed_hosts: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Further hosts it may be asked on.' }),
  }),
  connect: (settings, connection) =>
    new ErrataClient(
      connection.http({
        baseUrl: settings.base_url,
        allowedHosts: settings.allowed_hosts,
        credentials: async () => ({ authorization: `Bearer ${await connection.secret(settings.token)}` }),
      }),
    ),
  tools: advisoryTools,
  probe: async (client) => {
    await client.ping();
    return { ok: true, detail: 'lets us in' };
  },
});
