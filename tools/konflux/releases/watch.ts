import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { follow } from '../../kubernetes/client.ts';
import { Name, Namespace } from '../inputs.ts';
import { RELEASE, type Release } from '../resources/release.ts';
import { call, defineTool } from '../tool.ts';
import { classifyRelease, isOver, PHASES, RELEASE_STATES } from './classify.ts';
import { ReleaseDetail, releaseDetail } from './release-view.ts';

const Seen = z.object({
  state: z.enum(RELEASE_STATES),
  phase: z.enum(PHASES).nullable(),
  pipeline_run: z.string().nullable(),
});
type Seen = z.output<typeof Seen>;

export const watchRelease = defineTool({
  name: 'konflux_release_watch',
  title: 'Watch a release',
  description: `
Follows one Release until it is over or the time is up, with progress at each phase. When the time is up it answers the
state so far and a resume_token: call again with it. For a single look: konflux_release_get.`,
  effect: 'read',
  input: z.object({
    name: Name,
    namespace: Namespace,
    timeout_seconds: z.int().min(1).max(50).default(40),
    resume_token: z.string().max(2_000).optional().meta({ description: 'From the answer before.' }),
  }),
  output: ReleaseDetail.extend({
    finished: z.boolean(),
    resume_token: z.string().nullable(),
    changes: z.array(Seen).meta({ description: 'What it went through while it was watched.' }),
  }),
  run: async ({ name, timeout_seconds, resume_token, ...input }, context) => {
    const { client, now, signal } = context;
    const namespace = await client.cluster.namespace(input.namespace);
    const changes: Seen[] = [];
    const onChange = (release: Release): void => {
      const seen = seenOf(release);
      const last = changes.at(-1);
      if (last?.state === seen.state && last.phase === seen.phase && last.pipeline_run === seen.pipeline_run)
        return;
      changes.push(seen);
      context.progress(progressText(release, seen));
    };
    try {
      const { object, finished, resumeToken } = await follow(client.cluster, RELEASE, name, {
        namespace,
        resumeToken: resume_token,
        deadlineMs: timeout_seconds * 1_000,
        signal,
        finished: (release) => isOver(classifyRelease(release).state),
        onChange,
      });
      const detail = releaseDetail(object, now, false);
      const next = finished
        ? detail.next
        : call('konflux_release_watch', { name, namespace, resume_token: resumeToken });
      return {
        ...detail,
        finished,
        resume_token: finished ? null : resumeToken,
        changes,
        ...(next === undefined ? {} : { next }),
      };
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== 'not_found') throw error;
      // Pruned, perhaps while it was watched: the archive knows how it ended.
      const { object, archived } = await client.get(RELEASE, name, { namespace, signal });
      const detail = releaseDetail(object, now, archived);
      return { ...detail, finished: isOver(detail.state), resume_token: null, changes };
    }
  },
});

function seenOf(release: Release): Seen {
  const { state, phase, pipelineRun } = classifyRelease(release);
  return { state, phase: phase ?? null, pipeline_run: pipelineRun ?? null };
}

function progressText({ metadata }: Release, { state, phase, pipeline_run }: Seen): string {
  const where = phase === null ? '' : `, ${phase.replace('_', ' ')}`;
  const run = pipeline_run === null ? '' : ` (${pipeline_run})`;
  return `${metadata.name}: ${state.replace('_', ' ')}${where}${run}`;
}
