import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';
import { ReleaseControllerClient } from './client.ts';
import { listTools } from './lists.ts';
import { releaseTools } from './releases.ts';

export const releaseController = defineModule({
  name: 'release_controller',
  title: 'OpenShift release controller',
  settings: z.object({
    base_url: z
      .url()
      .meta({ description: 'E.g. https://amd64.ocp.releases.ci.openshift.org, without a slash at its end.' }),
    allowed_hosts: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Further hosts it may be asked on.' }),
  }),
  connect: (settings, connection) =>
    new ReleaseControllerClient(
      connection.http({ baseUrl: settings.base_url, allowedHosts: settings.allowed_hosts }),
    ),
  tools: [...releaseTools, ...listTools],
  probe: async (client) => {
    const { name } = await client.latest('4-stable');
    return { ok: true, detail: `newest release in 4-stable is ${name}` };
  },
});
