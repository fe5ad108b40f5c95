import { type Condition, conditionOf } from '../../kubernetes/client.ts';
import { LABEL } from '../resources/common.ts';
import { SNAPSHOT_ANNOTATION, type Snapshot } from '../resources/snapshot.ts';
import { hasPassed, type ScenarioStatus, testStatusOf } from './test-status.ts';

export const SNAPSHOT_STATES = ['testing', 'passed', 'failed', 'invalid', 'canceled', 'unknown'] as const;
export type SnapshotState = (typeof SNAPSHOT_STATES)[number];

export interface SnapshotVerdict {
  state: SnapshotState;
  scenarios: ScenarioStatus[];
  /** The annotation with the scenarios cannot be read; the state comes from the conditions all the same. */
  unreadable: boolean;
}

/** What began it: a push, a pull request, a merge queue; `none` for one that was made by hand. */
export const EVENTS = ['push', 'pull_request', 'merge_queue', 'none'] as const;
export type SnapshotEvent = (typeof EVENTS)[number];

/** `AppStudioTestSucceeded`: True passed, False failed; undefined or Unknown is not decided. */
function testsOf({ status }: Snapshot): Condition | undefined {
  return (
    conditionOf(status.conditions, 'AppStudioTestSucceeded') ??
    conditionOf(status.conditions, 'HACBSStudioTestSucceeded')
  );
}

function integrationOf({ status }: Snapshot): Condition | undefined {
  return (
    conditionOf(status.conditions, 'AppStudioIntegrationStatus') ??
    conditionOf(status.conditions, 'HACBSIntegrationStatus')
  );
}

/** Whether its tests passed, by the conditions of integration-service; its scenarios by the annotation. */
export function snapshotVerdict(snapshot: Snapshot): SnapshotVerdict {
  const { scenarios, unreadable } = testStatusOf(snapshot);
  return { state: stateOf(snapshot, scenarios), scenarios, unreadable };
}

function stateOf(snapshot: Snapshot, scenarios: readonly ScenarioStatus[]): SnapshotState {
  const tests = testsOf(snapshot);
  const integration = integrationOf(snapshot);
  if (integration?.reason === 'Invalid') return 'invalid';
  if (tests?.status === 'True') return 'passed';
  // Cancelled runs leave failed tests behind: it says more that somebody stopped them.
  if (integration?.reason === 'Canceled') return 'canceled';
  // A rerun that has just begun may still show the former failure.
  if (integration?.status === 'Unknown') return 'testing';
  if (tests?.status === 'False') return 'failed';
  // Not taken up yet, or the service itself failed: only a scenario that runs says that it is tested.
  return scenarios.some(({ outcome }) => outcome === 'running') ? 'testing' : 'unknown';
}

const PUSHES = ['push', 'Push'];
const PULL_REQUESTS = ['pull_request', 'Merge Request', 'Merge_Request'];

/**
 * As integration-service tells a push from the rest. A retest has an event of its own: it counts as a
 * pull request when it belongs to one, else as the push that it repeats.
 */
export function eventOf({ metadata }: Snapshot): SnapshotEvent {
  const branch = metadata.annotations[SNAPSHOT_ANNOTATION.sourceBranch] ?? '';
  if (branch.replace('refs/heads/', '').startsWith('gh-readonly-queue/')) return 'merge_queue';
  const event = metadata.labels[LABEL.snapshotEvent];
  if (event === undefined) return 'none';
  if (PUSHES.includes(event)) return 'push';
  const ofRequest = PULL_REQUESTS.includes(event) || metadata.labels[LABEL.snapshotPullRequest] !== undefined;
  return ofRequest ? 'pull_request' : 'push';
}

export function isGroup({ metadata }: Snapshot): boolean {
  return metadata.labels[LABEL.testType] === 'group';
}

export interface Promotability {
  promotable: boolean;
  /** Everything that stands against it; empty when nothing does. */
  reasons: string[];
}

/** The rule by which integration-service releases a Snapshot; optional scenarios do not count. */
export function promotability(snapshot: Snapshot): Promotability {
  const reasons = [...testReasons(snapshot), ...originReasons(snapshot)];
  return { promotable: reasons.length === 0, reasons };
}

function testReasons(snapshot: Snapshot): string[] {
  const { state, scenarios } = snapshotVerdict(snapshot);
  const required = scenarios.filter(({ optional }) => !optional);
  switch (state) {
    case 'passed':
      return [];
    case 'failed':
      return failures(required);
    case 'testing':
      return [
        `Its tests have not finished${named(required.filter(({ outcome }) => outcome === 'running'))}.`,
      ];
    case 'invalid':
      return ['integration-service calls it invalid (AppStudioIntegrationStatus is Invalid).'];
    case 'canceled':
      return ['Its tests were cancelled before they had finished.'];
    case 'unknown':
      return [undecided(integrationOf(snapshot))];
  }
}

function failures(required: readonly ScenarioStatus[]): string[] {
  const failed = required.filter((scenario) => !hasPassed(scenario) && scenario.outcome !== 'running');
  if (failed.length === 0) return ['Its tests did not pass (AppStudioTestSucceeded is False).'];
  return failed.map(({ scenario, status }) => `Required scenario ${scenario}: ${status}.`);
}

function undecided(integration: Condition | undefined): string {
  return integration?.reason === 'ErrorOccured'
    ? 'integration-service met an error with it, so its tests are not decided (AppStudioIntegrationStatus is ErrorOccured).'
    : 'Its tests are not decided: the condition AppStudioTestSucceeded is not there.';
}

function named(scenarios: readonly ScenarioStatus[]): string {
  return scenarios.length === 0 ? '' : `: ${scenarios.map(({ scenario }) => scenario).join(', ')}`;
}

function originReasons(snapshot: Snapshot): string[] {
  const reasons: string[] = [];
  const event = eventOf(snapshot);
  if (event === 'pull_request') reasons.push('It was built for a pull request, not for a push.');
  if (event === 'merge_queue') reasons.push('It was built for a merge queue, not for a push.');
  if (isGroup(snapshot)) reasons.push('It is a group snapshot: a test of several pull requests together.');
  if (snapshot.metadata.labels[LABEL.autoRelease] === 'false')
    reasons.push(`Its label ${LABEL.autoRelease} is "false".`);
  return reasons;
}
