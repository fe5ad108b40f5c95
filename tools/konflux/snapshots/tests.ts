import { z } from 'zod';
import { oneLine } from '../../../src/kit/text.ts';
import { Namespace } from '../inputs.ts';
import { timingOf } from '../resources/timing.ts';
import { call, defineTool } from '../tool.ts';
import { SNAPSHOT_STATES, type SnapshotVerdict, snapshotVerdict } from './classify.ts';
import { getSnapshot } from './find.ts';
import { SnapshotName } from './get.ts';
import { hasPassed, OUTCOMES, type ScenarioStatus } from './test-status.ts';
import { countBy, countsText, inWords, plural } from './words.ts';

const Row = z.object({
  scenario: z.string(),
  outcome: z.enum(OUTCOMES),
  status: z.string().meta({ description: 'As integration-service writes it.' }),
  optional: z.boolean().meta({ description: 'Its failure does not block.' }),
  run: z.string().nullable().meta({ description: 'The test PipelineRun.' }),
  details: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  duration_s: z.int().nullable(),
  duration: z.string().nullable(),
});

const tests = defineTool({
  name: 'konflux_snapshot_tests',
  title: 'Tests of a Snapshot',
  description: `
How each integration test scenario of a Snapshot stands: outcome, whether it is optional, its PipelineRun, how long it
took. From the Snapshot's own record, so it answers also when the runs are pruned. For what each task of a run said, use
konflux_test_results.`,
  effect: 'read',
  input: z.object({ name: SnapshotName, namespace: Namespace }),
  output: z.object({
    namespace: z.string(),
    snapshot: z.string(),
    archived: z.boolean(),
    state: z.enum(SNAPSHOT_STATES),
    outcomes: z.record(z.enum(OUTCOMES), z.int()),
    scenarios: z.array(Row),
    unreadable: z.boolean().meta({ description: 'The record of the scenarios cannot be read.' }),
    truncated: z.boolean(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ name, namespace: given }, { client, signal, now }) => {
    const namespace = await client.cluster.namespace(given);
    const { object: snapshot, archived } = await getSnapshot(client, name, { namespace, signal });
    const verdict = snapshotVerdict(snapshot);
    const sorted = verdict.scenarios.toSorted((a, b) => RANK.indexOf(a.outcome) - RANK.indexOf(b.outcome));
    return {
      namespace,
      snapshot: name,
      archived,
      state: verdict.state,
      outcomes: countBy(sorted, OUTCOMES, ({ outcome }) => outcome),
      scenarios: sorted.slice(0, MOST).map((one) => ({
        scenario: one.scenario,
        outcome: one.outcome,
        status: one.status,
        optional: one.optional,
        run: one.run ?? null,
        details: oneLine(one.details, 160),
        ...timingOf(one.start, one.completion, now),
      })),
      unreadable: verdict.unreadable,
      truncated: sorted.length > MOST,
      summary: summaryOf(name, verdict),
      ...nextOf(name, namespace, sorted),
    };
  },
});

const MOST = 25;
/** What needs a look comes first. */
const RANK = ['failed', 'invalid', 'deleted', 'unknown', 'running', 'warning', 'passed'];

function summaryOf(name: string, { state, scenarios, unreadable }: SnapshotVerdict): string {
  if (unreadable)
    return `${name} ${inWords(state)}; the record of its scenarios (test.appstudio.openshift.io/status) cannot be read.`;
  if (scenarios.length === 0) return `${name} ${inWords(state)}; no scenario has been recorded for it.`;
  const { warning, ...counts } = countBy(scenarios, OUTCOMES, ({ outcome }) => outcome);
  const outcomes = countsText({ ...counts, 'passed with warnings': warning });
  const bad = scenarios.filter((one) => !hasPassed(one) && one.outcome !== 'running');
  const names = bad.map(({ scenario, optional }) => (optional ? `${scenario} (optional)` : scenario));
  return `${name} ${inWords(state)}: of ${plural(scenarios.length, 'scenario')} ${outcomes}.${names.length === 0 ? '' : ` Not passed: ${names.join(', ')}.`}`;
}

function nextOf(snapshot: string, namespace: string, sorted: readonly ScenarioStatus[]): { next?: string } {
  const [first] = sorted;
  if (first === undefined || hasPassed(first)) return {};
  if (first.outcome === 'running') return { next: 'Tests still run: look again in some minutes.' };
  return { next: call('konflux_test_results', { snapshot, scenario: first.scenario, namespace }) };
}

export const testTools = [tests];
