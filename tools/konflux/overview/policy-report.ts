import { z } from 'zod';
import { isoTime } from '../../../src/kit/clock.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import { oneLine } from '../../../src/kit/text.ts';
import { Name, Namespace } from '../inputs.ts';
import { LABEL } from '../resources/common.ts';
import { RUN_STATES, runStateOf } from '../resources/pipeline-run.ts';
import { isoOf } from '../resources/timing.ts';
import { SnapshotName } from '../snapshots/get.ts';
import { TEST_RESULTS } from '../snapshots/test-output.ts';
import { call, defineTool } from '../tool.ts';
import { type Finding, findings } from './conforma-report.ts';
import { type Check, checksOf, type Details, reportOf, type Subject } from './conforma-runs.ts';

const CheckRow = z.object({
  run: z.string(),
  namespace: z.string(),
  scenario: z.string().nullable(),
  task: z.string(),
  state: z.enum(RUN_STATES).meta({ description: 'Of the task.' }),
  result: z.enum(TEST_RESULTS).nullable().meta({ description: 'Null while it has not said one.' }),
  successes: z.int(),
  failures: z.int(),
  warnings: z.int(),
  note: z.string().optional(),
  checked_at: z.string().nullable(),
});

const FindingRow = z.object({
  code: z.string(),
  title: z.string(),
  message: z.string(),
  solution: z.string().optional(),
  effective_on: z.string().optional().meta({ description: 'From when on it is a violation.' }),
  components: z.array(z.string()).meta({ description: 'Three at most.' }),
  component_count: z.int(),
});

const report = defineTool({
  name: 'konflux_policy_report',
  title: 'Conforma results',
  description: `
What Conforma (Enterprise Contract) said of a Snapshot, a Release or a PipelineRun: SUCCESS, WARNING or FAILURE with
counts, and of the worst check the violations with code, title and solution, where the log of the task still has the
report. Exceptions are in konflux_policy_get.`,
  effect: 'read',
  input: z.object({
    snapshot: SnapshotName.optional(),
    release: Name.optional(),
    run: z
      .string()
      .max(400)
      .regex(/^([a-z0-9.-]+\/)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'a name, or namespace/name')
      .optional()
      .meta({ description: 'A PipelineRun, as name or namespace/name.' }),
    namespace: Namespace,
    limit: z.int().min(1).max(25).default(10).meta({ description: 'Violations at most.' }),
  }),
  output: z.object({
    namespace: z.string(),
    result: z.enum([...TEST_RESULTS, 'NONE']).meta({ description: 'The worst; NONE: nothing was checked.' }),
    checks: z.array(CheckRow),
    violations: z.array(FindingRow),
    violation_count: z.int().nullable().meta({ description: 'Different ones; null without a report.' }),
    warnings: z.array(FindingRow),
    warning_count: z.int().nullable(),
    report: z
      .object({ run: z.string(), effective_time: z.string().nullable(), version: z.string() })
      .nullable()
      .meta({ description: 'The report that violations and warnings are from.' }),
    no_report: z.string().optional(),
    archived: z.boolean(),
    truncated: z.boolean(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ namespace: given, limit, ...subject }, { client, signal }) => {
    const what = wordsOf(subject);
    const namespace = await client.cluster.namespace(given);
    const checks = (await checksOf(client, subject, { namespace, signal })).toSorted(worseFirst);
    const [worst] = checks;
    const details = worst === undefined ? undefined : await reportOf(client, worst, signal);
    const read = details !== undefined && 'report' in details ? details.report : undefined;
    const violations = read === undefined ? [] : findings(read, 'violations');
    const warnings = read === undefined ? [] : findings(read, 'warnings');
    return {
      namespace,
      result: worst === undefined ? ('NONE' as const) : (worst.output?.result ?? 'NONE'),
      checks: checks.slice(0, MOST_CHECKS).map(checkRow),
      violations: violations.slice(0, limit).map(findingRow),
      violation_count: read === undefined ? null : violations.length,
      warnings: warnings.slice(0, MOST_WARNINGS).map(findingRow),
      warning_count: read === undefined ? null : warnings.length,
      report:
        read === undefined || worst === undefined
          ? null
          : {
              run: worst.run.metadata.name,
              effective_time: isoOf(read['effective-time']),
              version: read['ec-version'],
            },
      ...(details !== undefined && 'why' in details ? { no_report: details.why } : {}),
      archived: checks.some((check) => check.archived),
      truncated: checks.length > MOST_CHECKS || violations.length > limit || warnings.length > MOST_WARNINGS,
      summary: summaryOf(what, checks, violations, details),
      ...nextOf(subject, namespace, worst),
    };
  },
});

const MOST_CHECKS = 6;
const MOST_WARNINGS = 5;
const WORST = ['ERROR', 'FAILURE', 'UNREADABLE', undefined, 'WARNING', 'SKIPPED', 'SUCCESS'];

function wordsOf({ snapshot, release, run }: Subject): string {
  const given = [
    snapshot === undefined ? [] : [`Snapshot ${snapshot}`],
    release === undefined ? [] : [`Release ${release}`],
    run === undefined ? [] : [`run ${run}`],
  ].flat();
  if (given.length === 1) return given.join('');
  throw new SluiceError('invalid_input', {
    cause: `konflux_policy_report takes one of snapshot, release and run, not ${given.length}.`,
    remedy: 'Give the one whose check you want to see.',
  });
}

function worseFirst(a: Check, b: Check): number {
  return WORST.indexOf(a.output?.result) - WORST.indexOf(b.output?.result);
}

function checkRow({ run, taskRun, namespace, output }: Check): z.output<typeof CheckRow> {
  return {
    run: run.metadata.name,
    namespace,
    scenario: run.metadata.labels[LABEL.scenario] ?? null,
    task: taskRun.metadata.labels[LABEL.taskName] ?? taskRun.metadata.name,
    state: runStateOf(taskRun.status.conditions),
    result: output?.result ?? null,
    successes: output?.successes ?? 0,
    failures: output?.failures ?? 0,
    warnings: output?.warnings ?? 0,
    ...(output === undefined || output.note === '' ? {} : { note: oneLine(output.note, 200) }),
    checked_at: output?.at === undefined ? isoOf(taskRun.status.completionTime) : isoTime(output.at),
  };
}

function findingRow(finding: Finding): z.output<typeof FindingRow> {
  const { code, title, message, solution, effectiveOn, components } = finding;
  return {
    code,
    title,
    message,
    ...(solution === '' ? {} : { solution }),
    ...(effectiveOn === undefined ? {} : { effective_on: effectiveOn }),
    components: components.slice(0, 3),
    component_count: components.length,
  };
}

function summaryOf(
  what: string,
  checks: readonly Check[],
  violations: readonly Finding[],
  details: Details | undefined,
): string {
  const [worst] = checks;
  if (worst === undefined)
    return `Nothing of ${what} was checked by Conforma: none of its runs has such a task any more, or had one.`;
  if (worst.output === undefined)
    return `The check of ${what} in ${worst.run.metadata.name} has not said a result yet.`;
  const { result, successes, failures, warnings } = worst.output;
  const counts = `${failures} violations, ${warnings} warnings, ${successes} passed rules`;
  const codes = violations.slice(0, 3).map(({ code }) => code);
  return [
    `Conforma says ${result} for ${what} in ${worst.run.metadata.name}: ${counts}.`,
    ...(checks.length > 1 ? [`It is the worst of ${checks.length} checks.`] : []),
    ...(codes.length === 0
      ? []
      : [`Violated: ${codes.join(', ')}${violations.length > 3 ? ' and more' : ''}.`]),
    ...(details !== undefined && 'why' in details && failures > 0 ? [details.why] : []),
  ].join(' ');
}

function nextOf(subject: Subject, namespace: string, worst: Check | undefined): { next?: string } {
  if (worst === undefined) {
    return subject.snapshot === undefined
      ? {}
      : { next: `A Release of it is checked too: ${call('konflux_release_list', { namespace })}` };
  }
  const { output, run, namespace: there } = worst;
  return output?.result === 'SUCCESS' || output?.result === 'WARNING'
    ? {}
    : { next: call('konflux_pipeline_status', { name: run.metadata.name, namespace: there }) };
}

export const reportTools = [report];
