import { selector, type Where } from '../../kubernetes/client.ts';
import type { Runs } from '../builds/runs.ts';
import type { KonfluxClient } from '../client.ts';
import { LABEL } from '../resources/common.ts';
import { PIPELINE_RUN } from '../resources/pipeline-run.ts';
import { newestFirst } from '../resources/timing.ts';

export interface TestRunQuery {
  snapshot?: string | undefined;
  scenario?: string | undefined;
}

/** Test PipelineRuns, newest first: those that carry the label of a scenario, whatever else names the Snapshot. */
export async function testRuns(client: KonfluxClient, query: TestRunQuery, where: Where): Promise<Runs> {
  const labels = labelsOf(query);
  const live = await client.cluster.all(PIPELINE_RUN, { ...where, labels });
  if (live.items.length > 0 || client.archive === undefined)
    return { runs: newestFirst(live.items), archived: false };
  const kept = await client.archive.all(PIPELINE_RUN, { ...where, labels });
  return { runs: newestFirst(kept.items), archived: kept.items.length > 0 };
}

function labelsOf({ snapshot, scenario }: TestRunQuery): string {
  const given = selector({ [LABEL.snapshot]: snapshot, [LABEL.scenario]: scenario });
  if (scenario !== undefined) return given ?? '';
  return [given, LABEL.scenario].filter((part) => part !== undefined).join(',');
}
