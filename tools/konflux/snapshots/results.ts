import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { oneLine } from '../../../src/kit/text.ts';
import { describeRun, type RunReport } from '../builds/classify.ts';
import { childrenOfAll } from '../builds/runs.ts';
import { inWords } from '../builds/shapes.ts';
import { Name, Namespace } from '../inputs.ts';
import { LABEL } from '../resources/common.ts';
import { type PipelineRun, RUN_STATES, type TaskRun } from '../resources/pipeline-run.ts';
import { SCENARIO } from '../resources/scenario.ts';
import { isoOf, timingOf } from '../resources/timing.ts';
import { call, defineTool } from '../tool.ts';
import { snapshotVerdict } from './classify.ts';
import { getSnapshot } from './find.ts';
import { SnapshotName } from './get.ts';
import { RUN_OUTCOMES, runOutcome, TEST_RESULTS, type TestOutput, testOutputOf } from './test-output.ts';
import { testRuns } from './test-runs.ts';
import { OUTCOMES } from './test-status.ts';
import { countBy, countsText, plural } from './words.ts';

const TaskRow = z.object({
  task: z.string(),
  result: z.enum(TEST_RESULTS),
  successes: z.int(),
  failures: z.int(),
  warnings: z.int(),
  note: z.string().optional(),
});

const RunRow = z.object({
  run: z.string(),
  scenario: z.string(),
  snapshot: z.string().nullable(),
  outcome: z.enum(RUN_OUTCOMES),
  state: z.enum(RUN_STATES),
  reason: z.string(),
  created_at: z.string().nullable(),
  duration_s: z.int().nullable(),
  duration: z.string().nullable(),
  tasks: z.array(TaskRow).meta({ description: 'Tasks that said a test result, the worst first.' }),
  task_count: z.int().meta({ description: 'Tasks that said a test result.' }),
  failed_in: z.string().optional().meta({ description: 'Task and step that ended the run.' }),
  message: z.string().optional(),
});
type RunRow = z.output<typeof RunRow>;

const results = defineTool({
  name: 'konflux_test_results',
  title: 'Results of integration tests',
  description: `
What the test PipelineRuns of a Snapshot or of a scenario said, newest first: outcome, and by task result, successes,
failures, warnings and note (TEST_OUTPUT). A WARNING passes with warnings; FAILURE, ERROR or a result that cannot be read
does not. Scenarios whose runs have been pruned are told from the Snapshot's record.`,
  effect: 'read',
  input: z.object({
    snapshot: SnapshotName.optional(),
    scenario: Name.optional(),
    namespace: Namespace,
    limit: z.int().min(1).max(20).default(10),
  }),
  output: z.object({
    namespace: z.string(),
    archived: z.boolean(),
    total: z.int(),
    outcomes: z.record(z.enum(RUN_OUTCOMES), z.int()).meta({ description: 'Of the runs shown.' }),
    runs: z.array(RunRow),
    recorded: z
      .array(z.object({ scenario: z.string(), outcome: z.enum(OUTCOMES), run: z.string().nullable() }))
      .meta({ description: 'Scenarios of the Snapshot without a run that is still there.' }),
    truncated: z.boolean(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ snapshot, scenario, namespace: given, limit }, { client, signal, now }) => {
    if (snapshot === undefined && scenario === undefined) {
      throw new SluiceError('invalid_input', {
        cause: 'konflux_test_results was not told whose results.',
        remedy: 'Give a Snapshot, a scenario, or both.',
      });
    }
    const namespace = await client.cluster.namespace(given);
    const where = { namespace, signal };
    const [kept, found] = await Promise.all([
      snapshot === undefined ? undefined : getSnapshot(client, snapshot, where),
      testRuns(client, { snapshot, scenario }, where),
    ]);
    // Without any run a mistyped name must not look like a test that never ran.
    if (scenario !== undefined && found.runs.length === 0) await client.get(SCENARIO, scenario, where);
    const shown = found.runs.slice(0, limit);
    const tasks = await childrenOfAll(client, { runs: shown, archived: found.archived }, where);
    const each = Math.min(8, Math.max(2, Math.floor(TASKS / Math.max(1, shown.length))));
    const rows = shown.map((run) => runRow(run, tasks.get(run.metadata.name) ?? [], each, now));
    const known = new Set(found.runs.map(({ metadata }) => metadata.labels[LABEL.scenario]));
    const recorded = (kept === undefined ? [] : snapshotVerdict(kept.object).scenarios)
      .filter((one) => !known.has(one.scenario) && (scenario === undefined || one.scenario === scenario))
      .map((one) => ({ scenario: one.scenario, outcome: one.outcome, run: one.run ?? null }));
    return {
      namespace,
      archived: found.archived,
      total: found.runs.length,
      outcomes: countBy(rows, RUN_OUTCOMES, ({ outcome }) => outcome),
      runs: rows,
      recorded: recorded.slice(0, 20),
      truncated:
        found.runs.length > limit ||
        recorded.length > 20 ||
        rows.some((row) => row.task_count > row.tasks.length),
      summary: summaryOf(snapshot ?? scenario ?? '', rows, found.runs.length, recorded),
      ...nextOf(rows, namespace),
    };
  },
});

/** Of all runs together: an answer with many runs shows less of each. */
const TASKS = 24;
const WORST = ['FAILURE', 'ERROR', 'UNREADABLE', 'WARNING', 'SKIPPED', 'SUCCESS'];

function runRow(run: PipelineRun, taskRuns: readonly TaskRun[], most: number, now: number): RunRow {
  const { metadata, status } = run;
  const report = describeRun(run, taskRuns);
  const said = saidBy(run, taskRuns);
  const tasks = said.toSorted((a, b) => WORST.indexOf(a.output.result) - WORST.indexOf(b.output.result));
  const { duration_s, duration } = timingOf(status.startTime, status.completionTime, now);
  return {
    run: metadata.name,
    scenario: metadata.labels[LABEL.scenario] ?? '',
    snapshot: metadata.labels[LABEL.snapshot] ?? null,
    outcome: runOutcome(
      report.state,
      said.map(({ output }) => output),
    ),
    state: report.state,
    reason: report.reason,
    created_at: isoOf(metadata.creationTimestamp),
    duration_s,
    duration,
    tasks: tasks.slice(0, most).map(({ task, output }) => taskRow(task, output)),
    task_count: tasks.length,
    ...failureFields(report),
  };
}

/** By its tasks; where these have been pruned, by the run as a whole. */
function saidBy(run: PipelineRun, taskRuns: readonly TaskRun[]): { task: string; output: TestOutput }[] {
  const tasks = taskRuns.flatMap((taskRun) => {
    const output = testOutputOf(taskRun);
    const task = taskRun.metadata.labels[LABEL.taskName] ?? taskRun.metadata.name;
    return output === undefined ? [] : [{ task, output }];
  });
  const whole = testOutputOf(run);
  return tasks.length > 0 || whole === undefined ? tasks : [{ task: '(the whole run)', output: whole }];
}

function taskRow(task: string, output: TestOutput): z.output<typeof TaskRow> {
  const { result, successes, failures, warnings, note } = output;
  return {
    task,
    result,
    successes,
    failures,
    warnings,
    ...(note === '' ? {} : { note: oneLine(note, 120) }),
  };
}

function failureFields({ state, failedTask, message }: RunReport): Partial<RunRow> {
  if (state === 'succeeded' || state === 'running' || state === 'pending') return {};
  return {
    ...(failedTask === undefined ? {} : { failed_in: inWords(failedTask) }),
    ...(message === '' ? {} : { message: oneLine(message, 200) }),
  };
}

function summaryOf(
  what: string,
  rows: readonly RunRow[],
  total: number,
  recorded: readonly { scenario: string; outcome: string }[],
): string {
  const rest =
    recorded.length === 0
      ? ''
      : ` Without a run that is still there: ${recorded
          .map(({ scenario, outcome }) => `${scenario} (${outcome})`)
          .slice(0, 5)
          .join(', ')}.`;
  if (total === 0) return `There is no test run of ${what} in the namespace.${rest}`;
  const bad = rows.filter(({ outcome }) => ['failed', 'invalid', 'timeout', 'cancelled'].includes(outcome));
  const first = bad[0];
  const of =
    total === rows.length ? plural(total, 'test run') : `the newest ${rows.length} of ${total} test runs`;
  const counts = countsText(countBy(rows, RUN_OUTCOMES, ({ outcome }) => outcome)).replaceAll('_', ' ');
  const worst = first === undefined ? '' : ` ${first.run} (${first.scenario}): ${whyOf(first)}.`;
  return `Of ${of} of ${what}: ${counts}.${worst}${rest}`;
}

function whyOf({ failed_in, tasks, reason }: RunRow): string {
  const task = tasks.find(({ result }) => ['FAILURE', 'ERROR', 'UNREADABLE'].includes(result));
  if (failed_in !== undefined) return failed_in;
  return task === undefined ? reason : `task ${task.task} says ${task.result}`;
}

function nextOf(rows: readonly RunRow[], namespace: string): { next?: string } {
  const bad = rows.find(({ outcome }) => outcome === 'failed' || outcome === 'timeout');
  if (bad !== undefined) return { next: call('konflux_pipeline_status', { name: bad.run, namespace }) };
  return rows.some(({ outcome }) => outcome === 'running')
    ? { next: 'Tests still run: look again in some minutes.' }
    : {};
}

export const resultTools = [results];
