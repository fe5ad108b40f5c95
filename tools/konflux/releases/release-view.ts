import { z } from 'zod';
import { cleanText, oneLine } from '../../../src/kit/text.ts';
import { LABEL } from '../resources/common.ts';
import type { Release } from '../resources/release.ts';
import { isoOf, timingOf } from '../resources/timing.ts';
import { call } from '../tool.ts';
import { artifactsOf } from './artifacts.ts';
import { classifyRelease, PHASE_STATES, PHASES, RELEASE_STATES, type ReleaseVerdict } from './classify.ts';

const Text = z.string().nullable();

export const ReleaseRow = z.object({
  name: z.string(),
  release_plan: z.string(),
  snapshot: z.string(),
  state: z.enum(RELEASE_STATES),
  phase: z.enum(PHASES).nullable().meta({ description: 'Where it is, or where it failed.' }),
  reason: Text.meta({ description: 'Why it failed, in short.' }),
  automated: z.boolean(),
  author: Text,
  created_at: Text,
  started_at: Text,
  finished_at: Text,
  duration_s: z.number().nullable(),
  duration: Text,
  archived: z.boolean(),
});
export type ReleaseRow = z.output<typeof ReleaseRow>;

export function releaseRow(release: Release, now: number, archived = false): ReleaseRow {
  const { metadata, spec, status } = release;
  const verdict = classifyRelease(release);
  return {
    name: metadata.name,
    release_plan: spec.releasePlan,
    snapshot: spec.snapshot,
    state: verdict.state,
    phase: verdict.phase ?? null,
    reason: failed(verdict) ? oneLine(whyFailed(verdict), 200) : null,
    automated: status.automated ?? metadata.labels[LABEL.automated] === 'true',
    author: status.attribution?.author ?? metadata.labels[LABEL.author] ?? null,
    created_at: isoOf(metadata.creationTimestamp),
    ...timingOf(status.startTime, status.completionTime, now),
    archived,
  };
}

const Phase = z.object({
  phase: z.enum(PHASES),
  state: z.enum(PHASE_STATES),
  pipeline_run: Text,
  message: Text,
});

const Attempt = z.object({
  pipeline_run: z.string(),
  status: z.string(),
  failure_reason: Text,
  last_task: Text,
  last_step: Text,
  successful_tasks: z.int().nullable(),
  mitigation: z.record(z.string(), z.unknown()).nullable().meta({
    description: 'What this attempt was given more of, because the one before ran out of it.',
  }),
  started_at: Text,
  finished_at: Text,
  duration_s: z.number().nullable(),
  duration: Text,
});

const Failure = z.object({
  phase: z.enum(PHASES).nullable(),
  message: z.string(),
  pipeline_run: Text,
  last_task: Text,
  last_step: Text,
  failure_reason: Text,
});

export const ReleaseDetail = ReleaseRow.extend({
  namespace: z.string(),
  uid: z.string(),
  target: Text,
  pipeline_run: Text.meta({ description: 'namespace/name of the run that decides.' }),
  failure: Failure.nullable(),
  phases: z.array(Phase),
  attempts: z.array(Attempt).meta({ description: 'Of the managed pipeline.' }),
  attempts_total: z.int(),
  images: z.array(
    z.object({ name: z.string(), digest: Text, urls: z.array(z.string()), urls_total: z.int() }),
  ),
  images_total: z.int(),
  advisory_url: Text,
  catalog_urls: z.array(z.string()),
  other_artifacts: z.array(z.string()).meta({ description: 'Names of further artifacts.' }),
  expires_at: Text.meta({ description: 'When the service deletes it.' }),
  summary: z.string(),
  next: z.string().optional(),
});
export type ReleaseDetail = z.output<typeof ReleaseDetail>;

const IMAGES_SHOWN = 10;
const URLS_SHOWN = 4;
const ATTEMPTS_SHOWN = 5;

export function releaseDetail(
  release: Release,
  now: number,
  archived: boolean,
  imagesShown = IMAGES_SHOWN,
): ReleaseDetail {
  const { metadata, status } = release;
  const verdict = classifyRelease(release);
  const row = releaseRow(release, now, archived);
  const artifacts = artifactsOf(status.artifacts);
  const attempts = status.managedPipelineAttempts;
  const next = nextLook(release, verdict);
  return {
    ...row,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid,
    target: status.target ?? null,
    pipeline_run: verdict.pipelineRun ?? runThatDecided(release) ?? null,
    failure: failed(verdict)
      ? {
          phase: verdict.phase ?? null,
          message: cleanText(verdict.message, 1_000),
          pipeline_run: verdict.pipelineRun ?? null,
          last_task: verdict.lastTask ?? null,
          last_step: verdict.lastStep ?? null,
          failure_reason: verdict.failureReason ?? null,
        }
      : null,
    phases: verdict.phases.map(({ phase, state, pipelineRun, message }) => ({
      phase,
      state,
      pipeline_run: pipelineRun ?? null,
      message: message === '' ? null : oneLine(message),
    })),
    attempts: attempts.slice(-ATTEMPTS_SHOWN).map((attempt) => ({
      pipeline_run: attempt.pipelineRun,
      status: attempt.status,
      failure_reason: attempt.failureReason ?? null,
      last_task: attempt.lastTask ?? null,
      last_step: attempt.lastStep ?? null,
      successful_tasks: attempt.successfulTasks ?? null,
      mitigation: attempt.mitigation ?? null,
      ...timingOf(attempt.startTime, attempt.completionTime, now),
    })),
    attempts_total: attempts.length,
    images: artifacts.images.slice(0, imagesShown).map((image) => ({
      ...image,
      urls: image.urls.slice(0, URLS_SHOWN),
      urls_total: image.urls.length,
    })),
    images_total: artifacts.images.length,
    advisory_url: artifacts.advisoryUrl,
    catalog_urls: artifacts.catalogUrls.slice(0, imagesShown),
    other_artifacts: artifacts.others,
    expires_at: isoOf(status.expirationTime),
    summary: summaryOf(row, verdict, attempts.length, artifacts.images.length),
    ...(next === undefined ? {} : { next }),
  };
}

export function failed({ state }: { state: ReleaseVerdict['state'] }): boolean {
  return state === 'failed' || state === 'validation_failed';
}

export function whyFailed({ message, lastTask, lastStep, failureReason }: ReleaseVerdict): string {
  if (lastTask === undefined) return message;
  return `${failureReason ?? 'Error'} in task ${lastTask}${lastStep === undefined ? '' : `, step ${lastStep}`}`;
}

/** Of a Release that is done: the managed run, else the last that ran at all. */
function runThatDecided(release: Release): string | undefined {
  const runs = classifyRelease(release).phases.filter(({ pipelineRun }) => pipelineRun !== undefined);
  return (runs.find(({ phase }) => phase === 'managed') ?? runs.at(-1))?.pipelineRun;
}

/** The words of a state: `is in managed`, `failed in managed: …`. */
export function stateText(row: ReleaseRow, verdict: ReleaseVerdict): string {
  const phase = verdict.phase?.replace('_', ' ');
  switch (verdict.state) {
    case 'pending':
      return 'is there, and the release service has not begun with it';
    case 'progressing':
      return `is under way${phase === undefined ? '' : ` (${phase})`}${row.duration === null ? '' : ` for ${row.duration}`}`;
    case 'succeeded':
      return `succeeded${row.duration === null ? '' : ` after ${row.duration}`}`;
    case 'validation_failed':
      return `failed its validation: ${row.reason ?? ''}`;
    case 'failed':
      return `failed${phase === undefined ? '' : ` in its ${phase} phase`}: ${row.reason ?? ''}`;
  }
}

function summaryOf(row: ReleaseRow, verdict: ReleaseVerdict, attempts: number, images: number): string {
  const parts = [
    `Release ${row.name} of ${row.snapshot} by ${row.release_plan} ${stateText(row, verdict)}`.replace(
      /[.:]?\s*$/,
      '.',
    ),
  ];
  if (attempts > 1) parts.push(`It took ${attempts} attempts.`);
  if (verdict.state === 'succeeded' && images > 0)
    parts.push(`${images} image${images === 1 ? ' was' : 's were'} published.`);
  if (row.archived) parts.push('It has been pruned from the cluster; this is from KubeArchive.');
  return parts.join(' ');
}

/** The catalog appends the kind of check, e.g. `verify-conforma-konflux-ta`. */
const POLICY_TASK = /^verify-(conforma|enterprise-contract)/;

/** Where to look when it failed, or while it runs. */
export function nextLook({ metadata, spec }: Release, verdict: ReleaseVerdict): string | undefined {
  const { name, namespace } = metadata;
  switch (verdict.state) {
    case 'succeeded':
      return undefined;
    case 'pending':
    case 'progressing':
      return call('konflux_release_watch', { name, namespace });
    case 'validation_failed':
      return call('konflux_release_preflight', {
        release_plan: spec.releasePlan,
        snapshot: spec.snapshot,
        namespace,
      });
    case 'failed': {
      if (POLICY_TASK.test(verdict.lastTask ?? ''))
        return call('konflux_policy_report', { release: name, namespace });
      const [runNamespace, run] = (verdict.pipelineRun ?? '').split('/');
      return run === undefined
        ? undefined
        : call('konflux_pipeline_status', { name: run, namespace: runNamespace });
    }
  }
}
