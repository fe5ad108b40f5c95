import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { writesTo } from '../../src/kit/write-places.ts';
import { GitLabClient } from './client.ts';
import { tools } from './tools.ts';

export const gitlab = defineModule({
  name: 'gitlab',
  title: 'GitLab',
  settings: z.object({
    base_url: z
      .url()
      .meta({ description: 'The instance, e.g. https://gitlab.com, without a slash at its end.' }),
    token: SecretRef.meta({ description: 'A personal, group or project access token with scope api.' }),
    allowed_hosts: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Further hosts it may be asked on.' }),
    writable_projects: z
      .array(z.string().regex(/^[\w.-]+(?:\/[\w.-]+)*\/(?:[\w.-]+|\*)$/))
      .default([])
      .meta({
        description:
          'Projects (group/name, or group/* with all below) that may be written to; none when absent.',
      }),
  }),
  connect: (settings, connection) =>
    new GitLabClient(
      connection.http({
        baseUrl: `${settings.base_url.replace(/\/+$/, '')}/api/v4`,
        allowedHosts: settings.allowed_hosts,
        credentials: async () => ({ 'private-token': await connection.secret(settings.token) }),
      }),
      settings.writable_projects,
    ),
  tools,
  probe: async (client) => {
    const { username } = await client.currentUser();
    const places = writesTo(client.api.writable, 'modules.gitlab.writable_projects');
    return { ok: true, detail: `the token is ${username}'s; ${places}` };
  },
});
