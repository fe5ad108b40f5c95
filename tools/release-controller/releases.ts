import { z } from 'zod';
import { toolsOf } from '../../src/kit/tool.ts';
import type { ReleaseControllerClient } from './client.ts';
import { RELEASE_PATTERN, STREAM_PATTERN } from './stream.ts';

const defineTool = toolsOf<ReleaseControllerClient>();

const getRelease = defineTool({
  name: 'release_controller_get_release',
  title: 'Get an OpenShift release',
  description: `
Phase of a release or nightly in the OpenShift release controller, and whether it is accepted (promoted).
The right one to wait for promotion. With detail also the payload's digest and the nightly it was made from;
that costs the controller a changelog, so poll without it.`,
  effect: 'read',
  input: z.object({
    release: z
      .string()
      .regex(RELEASE_PATTERN)
      .describe('4.20.27, 4.21.0-rc.1, or the whole tag of a nightly'),
    detail: z.boolean().default(false),
  }),
  output: z.object({
    release: z.string(),
    stream: z.string(),
    phase: z.string(),
    accepted: z.boolean(),
    digest: z.string().nullable(),
    pull_spec: z.string().nullable(),
    promoted_from: z.string().nullable(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ release, detail }, { client }) => {
    const found = await client.getRelease(release, { short: !detail });
    return {
      release: found.name,
      stream: found.stream,
      phase: found.phase,
      accepted: found.phase === 'Accepted',
      digest: found.digest ?? null,
      pull_spec: found.pullSpec ?? null,
      promoted_from: found.promotedFrom ?? null,
      summary: `${found.name} is ${found.phase} in ${found.stream}.`,
      ...nextOf(found.phase),
    };
  },
});

function nextOf(phase: string): { next?: string } {
  if (phase === 'Pending' || phase === 'Ready')
    return { next: 'Look again in half an hour; verification takes hours.' };
  if (phase === 'Rejected')
    return { next: 'A person may still accept it; ask the release team before waiting on.' };
  return {};
}

const getLatest = defineTool({
  name: 'release_controller_get_latest',
  title: 'Get the newest OpenShift release of a stream',
  description: `
The newest accepted release of a stream such as 4-stable or 4.21.0-0.nightly; prefix narrows it to one version.`,
  effect: 'read',
  input: z.object({
    stream: z.string().max(80).regex(STREAM_PATTERN).describe('4-stable, 5-dev-preview, 4.21.0-0.nightly'),
    prefix: z
      .string()
      .max(80)
      .regex(/^\d[\w.-]*$/)
      .optional()
      .describe('4.20. for the newest 4.20'),
  }),
  output: z.object({
    release: z.string(),
    stream: z.string(),
    phase: z.string(),
    pull_spec: z.string().nullable(),
    summary: z.string(),
  }),
  run: async ({ stream, prefix }, { client }) => {
    const found = await client.latest(stream, prefix);
    return {
      release: found.name,
      stream,
      phase: found.phase,
      pull_spec: found.pullSpec ?? null,
      summary: `The newest accepted release of ${stream}${prefix === undefined ? '' : ` (${prefix})`} is ${found.name}.`,
    };
  },
});

export const releaseTools = [getRelease, getLatest];
