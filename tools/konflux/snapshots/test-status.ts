import { z } from 'zod';
import { ANNOTATION } from '../resources/common.ts';
import type { Snapshot } from '../resources/snapshot.ts';

export const OUTCOMES = ['running', 'passed', 'warning', 'failed', 'invalid', 'deleted', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface ScenarioStatus {
  scenario: string;
  /** As integration-service writes it, e.g. TestPassed. */
  status: string;
  outcome: Outcome;
  /** Its failure does not block. */
  optional: boolean;
  details: string;
  updated: string | undefined;
  start: string | undefined;
  completion: string | undefined;
  /** The test PipelineRun, once it was made. */
  run: string | undefined;
  runAfter: string[];
}

const Entries = z.array(
  z.object({
    scenario: z.string(),
    status: z.string(),
    lastUpdateTime: z.string().optional(),
    details: z.string().default(''),
    startTime: z.string().nullish(),
    completionTime: z.string().nullish(),
    testPipelineRunName: z.string().nullish(),
    isOptionalScenario: z.boolean().default(false),
    runAfter: z.array(z.string()).nullish(),
  }),
);

/** Statuses that integration-service writes; it may learn more of them. */
const OUTCOME_OF: Readonly<Record<string, Outcome>> = {
  Pending: 'running',
  InProgress: 'running',
  BuildPLRInProgress: 'running',
  TestPassed: 'passed',
  TestWarning: 'warning',
  TestFail: 'failed',
  EnvironmentProvisionError: 'failed',
  DeploymentError: 'failed',
  BuildPLRFailed: 'failed',
  SnapshotCreationFailed: 'failed',
  GroupSnapshotCreationFailed: 'failed',
  TestInvalid: 'invalid',
  Deleted: 'deleted',
};

export interface TestStatus {
  scenarios: ScenarioStatus[];
  /** The annotation is there and cannot be read. */
  unreadable: boolean;
}

/** What the annotation of a Snapshot says of each scenario. */
export function testStatusOf(snapshot: Snapshot): TestStatus {
  const text = snapshot.metadata.annotations[ANNOTATION.testStatus];
  if (text === undefined || text.trim() === '') return { scenarios: [], unreadable: false };
  const entries = Entries.safeParse(parsedJson(text));
  if (!entries.success) return { scenarios: [], unreadable: true };
  return {
    unreadable: false,
    scenarios: entries.data.map((entry) => ({
      scenario: entry.scenario,
      status: entry.status,
      outcome: OUTCOME_OF[entry.status] ?? 'unknown',
      optional: entry.isOptionalScenario,
      details: entry.details,
      updated: entry.lastUpdateTime,
      start: entry.startTime ?? undefined,
      completion: entry.completionTime ?? undefined,
      run: entry.testPipelineRunName || undefined,
      runAfter: entry.runAfter ?? [],
    })),
  };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function hasPassed({ outcome }: { outcome: Outcome }): boolean {
  return outcome === 'passed' || outcome === 'warning';
}
