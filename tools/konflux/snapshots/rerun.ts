import { z } from 'zod';
import { absent, type Effect, type Found, present } from '../../../src/kit/effect.ts';
import { NotYet, SluiceError } from '../../../src/kit/errors.ts';
import { nearest } from '../../../src/kit/suggest.ts';
import type { Where } from '../../kubernetes/client.ts';
import type { KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import { LABEL, parentOf } from '../resources/common.ts';
import { SCENARIO, type Scenario } from '../resources/scenario.ts';
import { SNAPSHOT, type Snapshot } from '../resources/snapshot.ts';
import { call, defineTool } from '../tool.ts';
import { SNAPSHOT_STATES, snapshotVerdict } from './classify.ts';
import { getSnapshot } from './find.ts';
import { SnapshotName } from './get.ts';
import { OUTCOMES } from './test-status.ts';

const Input = z.object({
  snapshot: SnapshotName,
  scenario: Name.meta({ description: 'A scenario, or "all".' }),
  attempt: z
    .int()
    .min(1)
    .max(50)
    .default(1)
    .meta({ description: 'The n-th rerun that is wanted; a higher one asks once more.' }),
  namespace: Namespace,
});

const rerun = defineTool({
  name: 'konflux_test_rerun',
  title: 'Run integration tests again',
  description: `
Runs an integration test scenario of a Snapshot again, or all of them, by the label that integration-service waits for.
Waits while a run of it is in progress. Asked for the same attempt again it starts nothing more; give a higher attempt
for another rerun. Then see konflux_snapshot_tests.`,
  effect: 'update',
  key: 'konflux/<namespace>/rerun/<snapshot>/<scenario>#<attempt>; annotation rerun.sluice/<scenario> of the Snapshot',
  settles: '5s',
  input: Input,
  output: z.object({
    namespace: z.string(),
    snapshot: z.string(),
    scenario: z.string(),
    attempt: z.int(),
    requested: z.boolean().meta({ description: 'Whether this call asked for it.' }),
    taken_up: z.boolean().meta({ description: 'integration-service has taken the label away.' }),
    state: z.enum(SNAPSHOT_STATES),
    scenarios: z.array(
      z.object({ scenario: z.string(), outcome: z.enum(OUTCOMES), run: z.string().nullable() }),
    ),
    summary: z.string(),
    next: z.string(),
  }),
  effects: async (input, { client, signal }) => {
    const namespace = await client.cluster.namespace(input.namespace);
    const where = { namespace, signal };
    const [{ object, archived }, { items }] = await Promise.all([
      getSnapshot(client, input.snapshot, where),
      client.cluster.all(SCENARIO, where),
    ]);
    if (archived) throw prunedSnapshot(input.snapshot);
    demandScenario(input.scenario, object, items);
    return [rerunEffect(client, input, object, where)];
  },
  result: async (input, { client, signal }, [outcome]) => {
    const { snapshot, scenario, attempt } = input;
    const namespace = await client.cluster.namespace(input.namespace);
    const object = await client.cluster.get(SNAPSHOT, snapshot, { namespace, signal });
    const { state } = snapshotVerdict(object);
    const requested = outcome?.outcome === 'sent';
    const takenUp = object.metadata.labels[LABEL.testRun] === undefined;
    return {
      namespace,
      snapshot,
      scenario,
      attempt,
      requested,
      taken_up: takenUp,
      state,
      scenarios: concerned(object, scenario)
        .slice(0, 20)
        .map((one) => ({ scenario: one.scenario, outcome: one.outcome, run: one.run ?? null })),
      summary:
        `Rerun ${attempt} of ${scenario === 'all' ? 'all tests' : scenario} on ${snapshot} ` +
        `${requested ? 'was asked for' : 'had been asked for already'}` +
        `${takenUp ? ' and taken up' : '; integration-service has not taken it up yet'}.`,
      next:
        requested || state === 'testing'
          ? call('konflux_snapshot_tests', { name: snapshot, namespace })
          : `Nothing new was started. For another rerun give attempt ${highest(object, scenario) + 1}.`,
    };
  },
});

/** Stays on the Snapshot when the label has gone and the runs have been pruned: the highest attempt made. */
function markOf(scenario: string): string {
  return `rerun.sluice/${scenario}`;
}

function highest({ metadata }: Snapshot, scenario: string): number {
  return Number(metadata.annotations[markOf(scenario)]) || 0;
}

function rerunEffect(
  client: KonfluxClient,
  { snapshot, scenario, attempt }: z.output<typeof Input>,
  planned: Snapshot,
  { namespace }: Where,
): Effect {
  const look = async () => await client.cluster.get(SNAPSHOT, snapshot, { namespace });
  const done = (object: Snapshot) => highest(object, scenario) >= attempt;
  return {
    key: `konflux/${namespace}/rerun/${snapshot}/${scenario}#${attempt}`,
    preview: {
      system: 'konflux',
      action: 'run integration tests again',
      target: `${scenario} on ${snapshot} in ${namespace}`,
      before: Object.fromEntries(concerned(planned, scenario).map((one) => [one.scenario, one.status])),
      after: { label: LABEL.testRun, value: scenario },
    },
    ready: async () => {
      const object = await look();
      if (!done(object)) refuseWhileRunning(object, scenario);
    },
    find: async (): Promise<Found> => {
      const object = await look();
      return done(object) || object.metadata.labels[LABEL.testRun] === scenario
        ? present({ scenario, attempt })
        : absent;
    },
    send: async (permit) => {
      const metadata = {
        labels: { [LABEL.testRun]: scenario },
        annotations: { [markOf(scenario)]: String(attempt) },
      };
      await client.cluster.patch(SNAPSHOT, snapshot, { metadata }, permit, { namespace });
      return { scenario, attempt };
    },
  };
}

function concerned(snapshot: Snapshot, scenario: string) {
  const { scenarios } = snapshotVerdict(snapshot);
  return scenario === 'all' ? scenarios : scenarios.filter((one) => one.scenario === scenario);
}

/** integration-service passes over what runs, so a rerun asked for now would be lost. */
function refuseWhileRunning(snapshot: Snapshot, scenario: string): void {
  const { name, labels } = snapshot.metadata;
  const asked = labels[LABEL.testRun];
  if (asked !== undefined && asked !== scenario) {
    throw new NotYet(`A rerun of ${asked} on ${name} has been asked for and is not taken up yet.`, {
      lookAgainSeconds: 30,
    });
  }
  const running = concerned(snapshot, scenario).filter(({ outcome }) => outcome === 'running');
  if (running.length === 0) return;
  const names = running.map((one) => (one.run === undefined ? one.scenario : `${one.scenario} (${one.run})`));
  throw new NotYet(`On ${name} there is a test in progress: ${names.join(', ')}.`, {
    remedy: 'Wait until it has finished: konflux_snapshot_tests.',
    lookAgainSeconds: 120,
  });
}

function demandScenario(wanted: string, snapshot: Snapshot, all: readonly Scenario[]): void {
  const parent = parentOf(snapshot.spec)?.name;
  const known = all
    .filter(({ spec }) => parentOf(spec)?.name === parent)
    .map(({ metadata }) => metadata.name);
  if (wanted === 'all' ? known.length > 0 : known.includes(wanted)) return;
  const hint = nearest(wanted, known);
  throw new SluiceError('not_found', {
    cause:
      wanted === 'all'
        ? `${parent ?? 'The Snapshot'} has no integration test scenario to run.`
        : `${parent ?? 'The Snapshot'} has no integration test scenario ${JSON.stringify(wanted)}.`,
    remedy:
      hint === undefined ? `It has: ${known.slice(0, 12).join(', ') || 'none'}.` : `Did you mean ${hint}?`,
  });
}

function prunedSnapshot(name: string): SluiceError {
  return new SluiceError('precondition', {
    cause: `The Snapshot ${name} has been pruned from the cluster: it is in the archive alone.`,
    remedy: 'Tests run on Snapshots in the cluster: choose a newer one, or build the commit again.',
  });
}

export const rerunTools = [rerun];
