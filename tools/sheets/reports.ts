import { z } from 'zod';
import { toolsOf } from '../../src/kit/tool.ts';
import type { CellWrite } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { cellEffects, colourEffect, tabEffect } from './effects.ts';
import { LAYOUTS } from './layout.ts';
import { readReport } from './report.ts';

const defineTool = toolsOf<SheetsClient>();

const Release = z
  .string()
  .regex(/^\d+\.\d+\.\d+(-(rc|ec)\.\d+)?$/, 'a release such as 4.20.27')
  .meta({ description: 'The release, e.g. 4.20.27; its tab has this name.' });
const Line = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\r\n\t]+$/, 'one line');

const getReport = defineTool({
  name: 'sheets_get_report',
  title: 'Get the report sheet of a release',
  description: `
The tab of a release in the Google Sheet of its y-stream: overall colour, advisories, candidate builds, Jira ticket and
the status of each task with its cell. Both layouts are recognised by their row names. A mirror for people: the state of
a release is in oar_get_release_status and release_status.`,
  effect: 'read',
  input: z.object({ release: Release }),
  output: z.object({
    release: z.string(),
    document: z.string(),
    url: z.string().nullable(),
    layout: z.enum(LAYOUTS),
    overall: z.string(),
    advisories: z.array(z.string()),
    candidate_builds: z.record(z.string(), z.string()),
    jira: z.object({ key: z.string(), url: z.string().nullable() }),
    tasks: z.array(z.object({ task: z.string(), name: z.string(), cell: z.string(), status: z.string() })),
    summary: z.string(),
  }),
  run: async ({ release }, { client }) => {
    const report = await readReport(client, release);
    const count = (status: string) => report.tasks.filter((task) => task.status === status).length;
    return {
      release,
      ...report,
      summary: `The sheet of ${release} (${report.layout} layout) is ${report.overall || 'without a colour'}: ${count('Pass')} of ${report.tasks.length} tasks Pass, ${count('Fail')} Fail.`,
    };
  },
});

const createReport = defineTool({
  name: 'sheets_create_report',
  title: 'Create the report sheet of a release',
  description: `
Makes the tab of a release in the Google Sheet of its y-stream: a copy of the tab template, with B1 to B4 filled in. What
stands there already is left alone; nothing is written twice.`,
  effect: 'create',
  key: 'sheets/<document>/tab/<release> (the title of the tab); sheets/<document>/<release>/<cells> (the values in them)',
  settles: '5s',
  input: z.object({
    release: Release,
    advisories: z
      .array(Line)
      .min(1)
      .max(20)
      .meta({ description: 'One line each for B2, e.g. rpm 169025 with its address.' }),
    candidate_builds: z
      .record(z.string().regex(/^[a-z0-9_]{2,20}$/), Line)
      .default({})
      .meta({ description: 'By architecture.' }),
    jira: z.strictObject({
      key: z.string().regex(/^[A-Z][A-Z0-9]*-\d+$/),
      url: z.url({ protocol: /^https?$/ }).max(2000),
    }),
  }),
  output: z.object({
    release: z.string(),
    document: z.string(),
    created: z.boolean().meta({ description: 'False when the tab was there already.' }),
    url: z.string().nullable(),
    summary: z.string(),
  }),
  effects: async ({ release, advisories, candidate_builds: builds, jira }, { client }) => {
    const document = client.documentOf(release);
    const buildLines = Object.entries(builds).map(([arch, build]) => `${arch}: ${build}`);
    const cells: CellWrite[] = [
      { cell: 'B2', value: advisories.join('\n') },
      { cell: 'B3', value: buildLines.join('\n') },
      { cell: 'B4', value: { formula: 'hyperlink', url: jira.url, text: jira.key } },
    ];
    return [
      tabEffect(client, document, release),
      colourEffect(client, document, release),
      ...cellEffects(client, document, release, cells),
    ];
  },
  result: async ({ release }, { client }, done) => {
    const document = client.documentOf(release);
    const { url, tabs } = await client.document(document);
    const tab = tabs.find(({ title }) => title === release);
    const created = done[0]?.outcome !== 'adopted';
    return {
      release,
      document,
      created,
      url: url === null || tab === undefined ? null : `${url.replace(/#.*$/, '')}#gid=${tab.id}`,
      summary: `The sheet of ${release} ${created ? 'was created' : 'was there already'}.`,
    };
  },
});

export const reportTools = [getReport, createReport];
