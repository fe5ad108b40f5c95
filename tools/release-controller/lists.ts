import { z } from 'zod';
import { toolsOf } from '../../src/kit/tool.ts';
import type { ReleaseControllerClient } from './client.ts';
import { STREAM_PATTERN } from './stream.ts';

const defineTool = toolsOf<ReleaseControllerClient>();

const PHASES = ['Pending', 'Ready', 'Accepted', 'Rejected', 'Failed'] as const;
/** An answer of all streams is long: more of them than this are counted, not named. */
const STREAM_LIMIT = 150;

const Prefix = z
  .string()
  .max(80)
  .regex(/^\d[\w.-]*$/);

const listTags = defineTool({
  name: 'release_controller_list_tags',
  title: 'List the tags of a release stream',
  description: `
The newest tags of a stream such as 4-stable or 4.21.0-0.nightly with their phases, narrowed by phase and prefix.
For one known release use release_controller_get_release.`,
  effect: 'read',
  input: z.object({
    stream: z.string().max(80).regex(STREAM_PATTERN).describe('4-stable, 5-dev-preview, 4.21.0-0.nightly'),
    phase: z.enum(PHASES).optional(),
    prefix: Prefix.optional().describe('4.20. for the tags of 4.20'),
    limit: z.int().min(1).max(100).default(20),
  }),
  output: z.object({
    stream: z.string(),
    tags: z.array(z.object({ name: z.string(), phase: z.string(), pull_spec: z.string().nullable() })),
    total: z.int().meta({ description: 'How many fit, shown or not.' }),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ stream, phase, prefix, limit }, { client }) => {
    const fitting = (await client.tags(stream)).filter(
      (tag) => (phase === undefined || tag.phase === phase) && tag.name.startsWith(prefix ?? ''),
    );
    const tags = fitting
      .slice(0, limit)
      .map(({ name, phase, pullSpec }) => ({ name, phase, pull_spec: pullSpec ?? null }));
    const what = phase === undefined ? 'tags' : `${phase} tags`;
    const newest = tags[0] === undefined ? '' : `; the newest is ${tags[0].name}`;
    return {
      stream,
      tags,
      total: fitting.length,
      truncated: tags.length < fitting.length,
      summary: `${stream} has ${fitting.length} ${what}${prefix === undefined ? '' : ` of ${prefix}`}${newest}.`,
    };
  },
});

const listStreams = defineTool({
  name: 'release_controller_list_streams',
  title: 'List the release streams',
  description: `
Every stream of the release controller with its newest tag, counting accepted tags, rejected ones, or all.
The right one to find out which streams there are.`,
  effect: 'read',
  input: z.object({ state: z.enum(['accepted', 'rejected', 'all']).default('accepted') }),
  output: z.object({
    state: z.string(),
    streams: z.array(z.object({ stream: z.string(), newest: z.string().nullable(), tags: z.int() })),
    total: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
  }),
  run: async ({ state }, { client }) => {
    const found = (await client.streams(state)).sort((a, b) => (a.stream < b.stream ? -1 : 1));
    const streams = found
      .slice(0, STREAM_LIMIT)
      .map(({ stream, tags }) => ({ stream, newest: tags[0] ?? null, tags: tags.length }));
    return {
      state,
      streams,
      total: found.length,
      truncated: streams.length < found.length,
      summary: `${found.length} streams${state === 'all' ? '' : ` with ${state} tags`}.`,
    };
  },
});

export const listTools = [listTags, listStreams];
