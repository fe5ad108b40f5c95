import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { writesTo } from '../../src/kit/write-places.ts';
import { GitHubClient } from './client.ts';
import { downloader } from './download.ts';
import { tools } from './tools.ts';

export const github = defineModule({
  name: 'github',
  title: 'GitHub',
  settings: z.object({
    base_url: z.url().meta({
      description:
        'The root of the API without a slash at its end: https://api.github.com, or of an own server its address with /api/v3.',
    }),
    token: SecretRef.optional().meta({ description: 'Needed to write, and to read what is private.' }),
    allowed_hosts: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Further hosts it may be asked on.' }),
    write_to: z
      .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*\/(\*|[\w.-]+)$/, 'is owner/name or owner/*'))
      .optional()
      .meta({
        description: 'Repositories that its tools may write to, owner/name or owner/*; none when absent.',
      }),
    download_hosts: z
      .array(z.string().regex(/^(\*\.)?[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?$/))
      .optional()
      .meta({
        description:
          'Hosts that job logs may be fetched from, without credentials; *.example.com takes every host below.',
      }),
  }),
  connect: (settings, connection) => {
    const { token, base_url: baseUrl, download_hosts: hosts = [] } = settings;
    const http = connection.http({
      baseUrl,
      allowedHosts: settings.allowed_hosts,
      ...(token === undefined
        ? {}
        : { credentials: async () => ({ authorization: `Bearer ${await connection.secret(token)}` }) }),
    });
    const open = (origin: string) => connection.http({ baseUrl: origin });
    return new GitHubClient(http, {
      writeTo: settings.write_to,
      download: downloader({ baseUrl, hosts, open }),
    });
  },
  tools,
  probe: async (client) => {
    await client.ping();
    return { ok: true, detail: `lets us in; ${writesTo(client.writable, 'modules.github.write_to')}` };
  },
});
