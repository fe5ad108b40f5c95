import { z } from 'zod';
import { oneLine } from '../../../src/kit/text.ts';
import { conditionOf } from '../../kubernetes/client.ts';
import { describeRun } from '../builds/classify.ts';
import { inWords } from '../builds/shapes.ts';
import { matchAdmissions } from '../releases/admission-match.ts';
import type { Admissions } from '../releases/admission-read.ts';
import { classifyRelease, isOver, RELEASE_STATES } from '../releases/classify.ts';
import { matchedOf } from '../releases/plan-view.ts';
import { LABEL } from '../resources/common.ts';
import { type PipelineRun, RUN_STATES, runStateOf, type TaskRun } from '../resources/pipeline-run.ts';
import type { Release, ReleasePlan } from '../resources/release.ts';
import { isoOf, newestFirst, timingOf } from '../resources/timing.ts';

export const RunningRow = z.object({
  name: z.string(),
  type: z.string().nullable(),
  component: z.string().nullable(),
  state: z.enum(RUN_STATES),
  reason: z.string(),
  duration_s: z.int().nullable(),
  duration: z.string().nullable(),
});

export const FailedRow = z.object({
  ...RunningRow.shape,
  created_at: z.string().nullable(),
  failed_in: z.string().optional().meta({ description: 'The task and step.' }),
  message: z.string(),
  recovered: z.boolean().meta({ description: 'A later run of the same kind has succeeded.' }),
});

export const ReleaseRow = z.object({
  name: z.string(),
  plan: z.string(),
  snapshot: z.string(),
  state: z.enum(RELEASE_STATES),
  phase: z.string().nullable(),
  message: z.string(),
  created_at: z.string().nullable(),
  recovered: z.boolean().meta({ description: 'A later Release by the same plan has succeeded.' }),
});

export const BlockedRow = z.object({ plan: z.string(), why: z.string() });

export function runningRow(run: PipelineRun, now: number): z.output<typeof RunningRow> {
  const { metadata, status } = run;
  const { duration, duration_s } = timingOf(status.startTime, status.completionTime, now);
  return {
    name: metadata.name,
    type: metadata.labels[LABEL.runType] ?? null,
    component: metadata.labels[LABEL.component] ?? null,
    state: runStateOf(status.conditions),
    reason: conditionOf(status.conditions, 'Succeeded')?.reason ?? '',
    duration_s,
    duration,
  };
}

export function failedRow(
  run: PipelineRun,
  taskRuns: readonly TaskRun[],
  all: readonly PipelineRun[],
  now: number,
): z.output<typeof FailedRow> {
  const report = describeRun(run, taskRuns);
  return {
    ...runningRow(run, now),
    created_at: isoOf(run.metadata.creationTimestamp),
    ...(report.failedTask === undefined ? {} : { failed_in: inWords(report.failedTask) }),
    message: oneLine(report.message, 140),
    recovered: hasRecovered(run, all),
  };
}

/** What makes two runs the same: what they do, and to what. */
const SAMENESS = [LABEL.runType, LABEL.component, LABEL.scenario, LABEL.eventType, LABEL.snapshotEvent];

export function hasRecovered(run: PipelineRun, all: readonly PipelineRun[]): boolean {
  return all.some(
    (other) =>
      isLater(other, run) &&
      SAMENESS.every((label) => other.metadata.labels[label] === run.metadata.labels[label]) &&
      runStateOf(other.status.conditions) === 'succeeded',
  );
}

function isLater(one: PipelineRun | Release, other: PipelineRun | Release): boolean {
  return Date.parse(one.metadata.creationTimestamp) > Date.parse(other.metadata.creationTimestamp);
}

/** Releases that are not over first, then those that failed; each newest first. */
export function releaseRows(releases: readonly Release[]): z.output<typeof ReleaseRow>[] {
  const judged = newestFirst(releases).map((release) => ({ release, verdict: classifyRelease(release) }));
  const open = judged.filter(({ verdict }) => !isOver(verdict.state));
  const failed = judged.filter(
    ({ verdict }) => verdict.state === 'failed' || verdict.state === 'validation_failed',
  );
  const succeeded = judged.filter(({ verdict }) => verdict.state === 'succeeded');
  return [...open, ...failed].map(({ release, verdict }) => ({
    name: release.metadata.name,
    plan: release.spec.releasePlan,
    snapshot: release.spec.snapshot,
    state: verdict.state,
    phase: verdict.phase ?? null,
    message: oneLine(verdict.message, 140),
    created_at: isoOf(release.metadata.creationTimestamp),
    recovered:
      isOver(verdict.state) &&
      succeeded.some(
        (other) =>
          other.release.spec.releasePlan === release.spec.releasePlan && isLater(other.release, release),
      ),
  }));
}

/** Plans by which nothing can be released now: no admission takes them, or it blocks. */
export function blockedRows(
  plans: readonly ReleasePlan[],
  admissions: ReadonlyMap<string, Admissions>,
): z.output<typeof BlockedRow>[] {
  return plans.flatMap((plan) => {
    const { target = '' } = plan.spec;
    if (target === '') return [];
    const why = whyBlocked(plan, admissions.get(target));
    return why === undefined ? [] : [{ plan: plan.metadata.name, why }];
  });
}

function whyBlocked(plan: ReleasePlan, there: Admissions | undefined): string | undefined {
  if (there?.access === 'open') {
    const { admissions } = matchAdmissions(plan, there.items);
    if (admissions.length > 1)
      return `${admissions.length} admissions in ${plan.spec.target} match it; a release needs exactly one.`;
    const blocking = admissions.find(({ metadata }) => metadata.labels[LABEL.blockReleases] === 'true');
    if (blocking !== undefined)
      return `Its admission ${plan.spec.target}/${blocking.metadata.name} blocks releases.`;
  }
  return matchedOf(plan) === false ? `No admission in ${plan.spec.target} matches it.` : undefined;
}
