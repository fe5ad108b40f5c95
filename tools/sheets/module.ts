import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { SheetsClient } from './client.ts';
import { rangeTools } from './ranges.ts';
import { reportTools } from './reports.ts';
import { taskTools } from './tasks.ts';

export const sheets = defineModule({
  name: 'sheets',
  title: 'Google Sheets',
  settings: z.object({
    base_url: z.url().default('https://sheets.googleapis.com').meta({
      description: 'The root of the API, without a slash at its end.',
    }),
    token: SecretRef.meta({ description: 'An OAuth access token with the scope spreadsheets.' }),
    documents: z.record(z.string().regex(/^\d+\.\d{1,2}$/), z.string().regex(/^[\w-]{10,100}$/)).meta({
      description: 'The id of the spreadsheet of each y-stream; no other document is touched.',
    }),
    allowed_hosts: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Further hosts it may be asked on.' }),
  }),
  connect: ({ base_url: baseUrl, token, documents, allowed_hosts: allowedHosts }, connection) =>
    new SheetsClient(
      connection.http({
        baseUrl,
        allowedHosts,
        credentials: async () => ({ authorization: `Bearer ${await connection.secret(token)}` }),
      }),
      { documents },
    ),
  tools: [...reportTools, ...rangeTools, ...taskTools],
  probe: async (client) => {
    const [first] = client.streams();
    if (first === undefined) return { ok: true, detail: 'no document is named in the settings' };
    const { title, tabs } = await client.document(client.documentOf(first));
    return { ok: true, detail: `reads ${JSON.stringify(title.slice(0, 60))}, ${tabs.length} tabs` };
  },
});
