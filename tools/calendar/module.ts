import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { CalendarClient, type CalendarSource } from './client.ts';
import { readCalendar } from './lines.ts';
import { tools } from './list-events.ts';
import { isZone } from './times.ts';

const Calendar = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({ description: 'Address of an .ics document.' }),
    file: z.string().min(1).optional().meta({ description: 'Or the path of one.' }),
    token: SecretRef.optional().meta({ description: 'Sent as a bearer token to url.' }),
    zone: z.string().refine(isZone, 'a time zone such as Europe/Berlin').optional().meta({
      description: 'Of whole days and of times that name no zone; else what the calendar says, else UTC.',
    }),
  })
  .refine(({ url, file }) => (url === undefined) !== (file === undefined), 'it needs either url or file');

export const calendar = defineModule({
  name: 'calendar',
  title: 'Calendars',
  settings: z.object({
    calendars: z
      .record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/), Calendar)
      .meta({ description: 'Name → an iCalendar document; no other is read.' }),
    allowed_hosts: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Further hosts that a calendar may be asked on.' }),
  }),
  connect: ({ calendars, allowed_hosts: allowedHosts }, connection) => {
    const sources = Object.entries(calendars).map(
      ([name, { url, file, token, zone }]): [string, CalendarSource] => {
        const http =
          url === undefined
            ? undefined
            : connection.http({
                baseUrl: new URL(url).origin,
                allowedHosts,
                ...(token === undefined
                  ? {}
                  : {
                      credentials: async () => ({
                        authorization: `Bearer ${await connection.secret(token)}`,
                      }),
                    }),
              });
        return [name, { http, url, file, zone }];
      },
    );
    return new CalendarClient(new Map(sources));
  },
  tools,
  probe: async (client) => {
    for (const name of client.names()) readCalendar(await client.text(name), name);
    return { ok: true, detail: `${client.names().length} calendars can be read` };
  },
});
