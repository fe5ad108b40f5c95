import { type Condition, conditionOf } from '../../kubernetes/client.ts';
import type { Release } from '../resources/release.ts';

export const RELEASE_STATES = ['pending', 'progressing', 'succeeded', 'failed', 'validation_failed'] as const;
export type ReleaseState = (typeof RELEASE_STATES)[number];

/** In the order in which release-service goes through them. */
export const PHASES = [
  'validation',
  'tenant_collectors',
  'managed_collectors',
  'tenant',
  'managed',
  'final',
] as const;
export type Phase = (typeof PHASES)[number];

export const PHASE_STATES = ['not_started', 'progressing', 'succeeded', 'failed', 'skipped'] as const;
export type PhaseState = (typeof PHASE_STATES)[number];

const CONDITION_OF: Record<Phase, string> = {
  validation: 'Validated',
  tenant_collectors: 'TenantCollectorsPipelineProcessed',
  managed_collectors: 'ManagedCollectorsPipelineProcessed',
  tenant: 'TenantPipelineProcessed',
  managed: 'ManagedPipelineProcessed',
  final: 'FinalPipelineProcessed',
};

export interface PhaseView {
  phase: Phase;
  state: PhaseState;
  message: string;
  /** `namespace/name` of its last PipelineRun. */
  pipelineRun: string | undefined;
}

export interface ReleaseVerdict {
  state: ReleaseState;
  /** Where it is, or where it failed. */
  phase: Phase | undefined;
  /** What the deciding condition says. */
  message: string;
  pipelineRun: string | undefined;
  /** Of the last managed attempt, when that is what failed. */
  lastTask: string | undefined;
  lastStep: string | undefined;
  failureReason: string | undefined;
  phases: PhaseView[];
}

/** What became of a Release, by its conditions alone. */
export function classifyRelease(release: Release): ReleaseVerdict {
  const { conditions } = release.status;
  const phases = PHASES.map((phase) => viewOf(release, phase));
  const released = conditionOf(conditions, 'Released');
  const overall = stateOf(released);
  const verdict = (state: ReleaseState, at?: PhaseView, message = at?.message ?? ''): ReleaseVerdict => ({
    state,
    phase: at?.phase,
    message,
    pipelineRun: at?.pipelineRun,
    ...attemptFailure(release, state === 'failed' && at?.phase === 'managed'),
    phases,
  });
  if (conditions.length === 0) return verdict('pending');
  if (overall === 'succeeded' || overall === 'skipped') return verdict('succeeded');
  const failed = phases.find(({ state }) => state === 'failed');
  // While Released says Progressing, a failed validation is one that the service tries again.
  if (failed?.phase === 'validation' && overall !== 'progressing')
    return verdict('validation_failed', failed);
  if (overall === 'failed') return verdict('failed', failed, failed?.message || released?.message || '');
  const at = phases.find(({ state }) => state === 'progressing') ?? failed ?? nextOf(phases);
  return verdict('progressing', at);
}

/** Nothing more will happen to it. */
export function isOver(state: ReleaseState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'validation_failed';
}

/** True with reason Skipped has not run; False is only over when its reason is not Progressing. */
function stateOf(condition: Condition | undefined): PhaseState {
  if (condition === undefined) return 'not_started';
  if (condition.status === 'True') return condition.reason === 'Skipped' ? 'skipped' : 'succeeded';
  if (condition.status === 'Unknown' || condition.reason === 'Progressing') return 'progressing';
  return 'failed';
}

function viewOf(release: Release, phase: Phase): PhaseView {
  const condition = conditionOf(release.status.conditions, CONDITION_OF[phase]);
  return {
    phase,
    state: stateOf(condition),
    message: condition?.message ?? '',
    pipelineRun: runOf(release, phase),
  };
}

function runOf({ status }: Release, phase: Phase): string | undefined {
  const { collectorsProcessing: collectors } = status;
  switch (phase) {
    case 'validation':
      return undefined;
    case 'tenant_collectors':
      return collectors?.tenantCollectorsProcessing?.pipelineRun;
    case 'managed_collectors':
      return collectors?.managedCollectorsProcessing?.pipelineRun;
    case 'tenant':
      return status.tenantProcessing?.pipelineRun;
    case 'managed':
      // The older field repeats the last attempt.
      return status.managedPipelineAttempts.at(-1)?.pipelineRun || status.managedProcessing?.pipelineRun;
    case 'final':
      return status.finalProcessing?.pipelineRun;
  }
}

/** Between two phases none says Progressing: the first one that has not begun is next. */
function nextOf(phases: readonly PhaseView[]): PhaseView | undefined {
  return phases.find(({ state }) => state === 'not_started');
}

function attemptFailure(
  { status }: Release,
  decides: boolean,
): Pick<ReleaseVerdict, 'lastTask' | 'lastStep' | 'failureReason'> {
  const last = decides ? status.managedPipelineAttempts.at(-1) : undefined;
  return { lastTask: last?.lastTask, lastStep: last?.lastStep, failureReason: last?.failureReason };
}
