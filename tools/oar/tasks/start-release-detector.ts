import { z } from 'zod';
import { defineTool } from '../define.ts';
import { type Detection, detect, VERDICTS } from '../discovery/detect.ts';
import { Y_STREAM } from '../discovery/streams.ts';
import { createTestReport } from './create-test-report.ts';

export const startReleaseDetector = defineTool({
  name: 'oar_start_release_detector',
  title: 'Detect a new z-stream release',
  description: `Looks once for a new release of a y-stream: creates the StateBox of what is announced in the tracking file
and not promoted yet, and of the newest one when it was promoted before anybody looked. What has a StateBox is left
alone; a tracking file behind the promoted release is a warning.`,
  effect: 'create',
  key: 'statebox/<path of the StateBox file>, as oar_create_test_report',
  settles: '5s',
  input: z.object({
    y_stream: z
      .string()
      .regex(Y_STREAM, 'a y-stream such as 4.20')
      .meta({ description: 'The y-stream, e.g. 4.20.' }),
  }),
  output: z.object({
    y_stream: z.string(),
    tracked: z.string().nullable().meta({ description: 'The newest release in the tracking file.' }),
    stable: z.string().nullable().meta({ description: 'The newest promoted one.' }),
    verdict: z.enum(VERDICTS),
    created: z.array(z.string()),
    existing: z.array(z.string()).meta({ description: 'Had their StateBox already.' }),
    warnings: z.array(z.string()),
    summary: z.string(),
  }),
  effects: async ({ y_stream: yStream }, context) => {
    const { releases } = await detect(context.client, yStream);
    const each = await Promise.all(releases.map((release) => createTestReport.effects({ release }, context)));
    return each.flat();
  },
  result: async ({ y_stream: yStream }, { client }, done) => {
    const found = await detect(client, yStream);
    const names = (adopted: boolean) =>
      done
        .filter(({ outcome }) => (outcome === 'adopted') === adopted)
        .map(({ key }) => key.replace(/^.*\/|\.yaml$/g, ''));
    const created = names(false);
    const warnings =
      found.verdict === 'behind'
        ? [`The tracking file ends at ${found.tracked}, but ${found.stable} is promoted already.`]
        : [];
    return {
      y_stream: yStream,
      tracked: found.tracked,
      stable: found.stable,
      verdict: found.verdict,
      created,
      existing: names(true),
      warnings,
      summary: `${said(yStream, found)}; ${created.length === 0 ? 'nothing was created' : `created the StateBox of ${created.join(', ')}`}.`,
    };
  },
});

function said(yStream: string, { verdict, tracked, stable }: Detection): string {
  if (verdict === 'none') return `Nothing is tracked for ${yStream}`;
  if (verdict === 'behind')
    return `The tracking file of ${yStream} is behind: ${tracked}, promoted is ${stable}`;
  if (verdict === 'promoted') return `${tracked} is the newest of ${yStream} and promoted`;
  return `${tracked} is announced, promoted is ${stable ?? 'nothing'}`;
}
