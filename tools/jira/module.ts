import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { defineModule } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { writesTo } from '../../src/kit/write-places.ts';
import { JiraClient } from './client.ts';
import { commentTools } from './comments.ts';
import { createTools } from './create.ts';
import { issueTools } from './issues.ts';
import { linkTools } from './links.ts';
import { lookupTools } from './lookups.ts';
import { FLAVORS } from './text/render.ts';
import { transitionTools } from './transitions.ts';
import { updateTools } from './update.ts';
import { versionTools } from './versions.ts';

export const jira = defineModule({
  name: 'jira',
  title: 'Jira',
  settings: z.object({
    base_url: z
      .url()
      .meta({ description: 'The site, e.g. https://example.atlassian.net, without a slash at its end.' }),
    flavor: z
      .enum(FLAVORS)
      .default('cloud')
      .meta({ description: 'Which Jira it is: cloud (REST v3) or datacenter (REST v2, wiki markup).' }),
    user: z.string().min(1).optional().meta({
      description:
        'The account (e-mail address) that the token belongs to; Cloud needs it. Without it the token goes as Bearer.',
    }),
    token: SecretRef.meta({
      description: 'An API token of that account; for Data Center a personal access token.',
    }),
    projects: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: 'Projects that may be written to, e.g. DEMO; none when absent.' }),
    fields: z.record(z.string(), z.string().min(1)).default({}).meta({
      description: 'Words for fields → their ids, e.g. points: customfield_10028. Others are found by name.',
    }),
    allowed_hosts: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Further hosts it may be asked on.' }),
  }),
  connect: (settings, connection) => {
    const { user, flavor } = settings;
    if (user === undefined && flavor === 'cloud') {
      throw new SluiceError('invalid_input', {
        cause: 'Settings, modules.jira: flavor cloud needs user.',
        remedy: 'Set modules.jira.user to the account that the token belongs to.',
      });
    }
    const http = connection.http({
      baseUrl: settings.base_url,
      allowedHosts: settings.allowed_hosts,
      credentials: async () => {
        const token = await connection.secret(settings.token);
        if (user === undefined) return { authorization: `Bearer ${token}` };
        const basic = Buffer.from(`${user}:${token}`).toString('base64');
        // The redactor knows the token, but not what it looks like behind a user name.
        connection.services.redactor.add(basic);
        return { authorization: `Basic ${basic}` };
      },
    });
    const { base_url: site, fields, projects } = settings;
    return new JiraClient(http, { flavor, site, fields, projects });
  },
  tools: [
    ...issueTools,
    ...createTools,
    ...updateTools,
    ...transitionTools,
    ...commentTools,
    ...linkTools,
    ...versionTools,
    ...lookupTools,
  ],
  probe: async (client) => {
    const { name } = await client.myself();
    const places = writesTo(client.writable, 'modules.jira.projects');
    return { ok: true, detail: `lets us in as ${name || 'the account of the token'}; ${places}` };
  },
});
