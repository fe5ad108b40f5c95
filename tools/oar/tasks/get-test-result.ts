import { z } from 'zod';
import { defineTool } from '../define.ts';
import { Arch, BuildName } from '../release.ts';
import { resultOf } from '../test-result-read.ts';
import { VERDICTS } from '../verdict.ts';

export const getTestResult = defineTool({
  name: 'oar_get_test_result',
  title: 'Get the test verdict of a build',
  description: `Did the blocking tests of a release or nightly pass? Computed from every run by best of three, with the
jobs that the registry expects: missing, running, incomplete, accepted or rejected. A gate needs accepted and
coverage complete; the accepted flag in the file itself is shown, never believed.`,
  effect: 'read',
  input: z.object({ build: BuildName, arch: Arch }),
  output: z.object({
    build: z.string(),
    arch: z.string(),
    file_found: z.boolean(),
    aggregated: z.boolean(),
    recorded_accepted: z.boolean().nullable(),
    manual_promotion: z.boolean(),
    verdict: z.enum(VERDICTS),
    jobs: z.array(
      z.object({
        name: z.string(),
        platform: z.string(),
        first: z.string(),
        retries: z.array(z.string()),
        passed: z.boolean(),
        completed: z.boolean(),
        flaky: z.boolean(),
      }),
    ),
    coverage: z.enum(['complete', 'incomplete', 'unknown']),
    missing_jobs: z.array(z.string()),
    summary: z.string(),
  }),
  run: async ({ build, arch }, { client }) => {
    const { evaluation } = await resultOf(client, build, arch);
    return { build, arch, ...evaluation };
  },
});
