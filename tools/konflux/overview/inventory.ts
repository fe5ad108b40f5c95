import { SluiceError } from '../../../src/kit/errors.ts';
import type { KubeObject, ResourceType, Where } from '../../kubernetes/client.ts';
import type { KonfluxClient } from '../client.ts';
import {
  APPLICATION,
  type Application,
  COMPONENT_GROUP,
  type ComponentGroup,
} from '../resources/application.ts';
import { LABEL, parentOf } from '../resources/common.ts';
import { COMPONENT, type Component } from '../resources/component.ts';
import { parentsOf } from '../resources/parent.ts';
import { PIPELINE_RUN, type PipelineRun } from '../resources/pipeline-run.ts';
import { RELEASE, RELEASE_PLAN, type Release, type ReleasePlan } from '../resources/release.ts';
import { SCENARIO, type Scenario } from '../resources/scenario.ts';
import { SNAPSHOT, type Snapshot } from '../resources/snapshot.ts';

export interface Unavailable {
  kind: string;
  code: string;
  cause: string;
}

/** What stands in a namespace. A kind that we may not read is named, never counted as none. */
export interface Inventory {
  applications: Application[];
  groups: ComponentGroup[];
  components: Component[];
  snapshots: Snapshot[];
  scenarios: Scenario[];
  releases: Release[];
  plans: ReleasePlan[];
  runs: PipelineRun[];
  unavailable: Unavailable[];
}

/** One list for each kind, all at once. Throws when we may read none of them. */
export async function inventory(client: KonfluxClient, where: Where): Promise<Inventory> {
  const unavailable: Unavailable[] = [];
  const refusals: SluiceError[] = [];
  const list = async <T extends KubeObject>(type: ResourceType<T>): Promise<T[]> => {
    try {
      return (await client.cluster.all(type, where)).items;
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      // The cluster does not know the kind, so there are none of it.
      if (error.status === 404) return [];
      if (error.code !== 'forbidden') throw error;
      unavailable.push({ kind: type.kind, code: error.code, cause: error.message });
      refusals.push(error);
      return [];
    }
  };
  const [applications, groups, components, snapshots, scenarios, releases, plans, runs] = await Promise.all([
    list(APPLICATION),
    list(COMPONENT_GROUP),
    list(COMPONENT),
    list(SNAPSHOT),
    list(SCENARIO),
    list(RELEASE),
    list(RELEASE_PLAN),
    list(PIPELINE_RUN),
  ]);
  if (refusals.length === KINDS && refusals[0] !== undefined) throw refusals[0];
  return { applications, groups, components, snapshots, scenarios, releases, plans, runs, unavailable };
}

const KINDS = 8;

/** Only what belongs to one application or component group. */
export function only(all: Inventory, name: string): Inventory {
  const { groups } = all;
  const belongs = ({ spec }: { spec: Parameters<typeof parentOf>[0] }) => parentOf(spec)?.name === name;
  const components = all.components.filter((one) =>
    parentsOf(one, groups).some((parent) => parent.name === name),
  );
  const plans = all.plans.filter(belongs);
  const snapshots = all.snapshots.filter(belongs);
  const planNames = namesOf(plans);
  const snapshotNames = namesOf(snapshots);
  return {
    applications: all.applications.filter(({ metadata }) => metadata.name === name),
    groups: groups.filter(({ metadata }) => metadata.name === name),
    components,
    snapshots,
    scenarios: all.scenarios.filter(belongs),
    releases: all.releases.filter(
      ({ spec }) => planNames.has(spec.releasePlan) || snapshotNames.has(spec.snapshot),
    ),
    plans,
    runs: all.runs.filter((run) => isRunOf(run, name, namesOf(components))),
    unavailable: all.unavailable,
  };
}

export function namesOf(objects: readonly KubeObject[]): Set<string> {
  return new Set(objects.map(({ metadata }) => metadata.name));
}

/** Runs say their application or group by a label; newer ones say their component alone. */
function isRunOf({ metadata: { labels } }: PipelineRun, name: string, members: ReadonlySet<string>): boolean {
  const said = [labels[LABEL.application], labels[LABEL.componentGroup]].filter((one) => one);
  return said.length > 0 ? said.includes(name) : members.has(labels[LABEL.component] ?? '');
}
