import { sameCommit } from './image.ts';
import type { LiveComparison, LiveState } from './live.ts';
import { refKind } from './refs.ts';

export interface PromotionSide {
  environment: string;
  declared: string;
  automatic: boolean;
  live: LiveComparison;
}

/** How a commit stands to the one that is declared, as the code repository says. */
export interface Standing {
  relation: 'same' | 'ahead' | 'behind' | 'diverged';
  onDefaultBranch: boolean;
}

export interface Candidate {
  /** In full; undefined where it could not be found out. */
  commit: string | undefined;
  standing: Standing | undefined;
  /** Why one of them is not known. */
  why: string | undefined;
}

export interface PromotionVerdict {
  verdict: 'ready_to_promote' | 'nothing_to_promote' | 'blocked';
  blockers: string[];
  warnings: string[];
}

const SETTLED: readonly LiveState[] = ['in_sync', 'follows_branch'];

/** Whether what runs in one environment may become what another declares. Unknown never passes. */
export function judgePromotion(
  from: PromotionSide,
  to: PromotionSide,
  candidate: Candidate,
): PromotionVerdict {
  const runs = from.live.sha;
  const settled = SETTLED.includes(from.live.state);
  // A differing stage is no reason to say that all is promoted.
  if (runs !== undefined && settled && refKind(to.declared) === 'pin' && sameCommit(to.declared, runs)) {
    return { verdict: 'nothing_to_promote', blockers: [], warnings: toWarnings(to) };
  }
  const blockers = [
    ...(settled ? [] : [`${from.environment} is ${words(from.live.state)}: ${from.live.because}`]),
    ...goalBlockers(to),
    ...(runs === undefined || !settled ? [] : candidateBlockers(to, candidate)),
  ];
  return {
    verdict: blockers.length === 0 ? 'ready_to_promote' : 'blocked',
    blockers,
    warnings: toWarnings(to),
  };
}

function goalBlockers(to: PromotionSide): string[] {
  if (refKind(to.declared) !== 'pin') return [`${to.environment} follows ${to.declared}; it is not pinned`];
  if (to.automatic) return [`${to.environment} is promoted automatically`];
  const { state, because } = to.live;
  return state === 'in_sync' || state === 'drift' ? [] : [`${to.environment} is ${words(state)}: ${because}`];
}

/** A release mends a drift of the goal as well; people should know of it all the same. */
function toWarnings(to: PromotionSide): string[] {
  const { state, because } = to.live;
  return state === 'drift' ? [`${to.environment} is ${words(state)}: ${because}`] : [];
}

function candidateBlockers(to: PromotionSide, { commit, standing, why }: Candidate): string[] {
  if (commit === undefined) return [`the commit cannot be named in full: ${why ?? 'it is not known'}`];
  if (standing === undefined)
    return [`how it stands to ${to.environment} is not known: ${why ?? 'nothing says so'}`];
  if (standing.relation === 'behind')
    return [`it is older than what ${to.environment} declares: a downgrade`];
  if (!standing.onDefaultBranch) return ['it is not on the default branch of the code'];
  if (standing.relation === 'diverged') return [`${to.environment} declares commits that it does not hold`];
  return [];
}

export function words(state: LiveState): string {
  const said: Record<LiveState, string> = {
    in_sync: 'in sync',
    follows_branch: 'following a branch',
    rolling_out: 'rolling out',
    drift: 'drifted',
    differs: 'different from what is declared',
    unknown: 'not known',
    nothing_live: 'not seen live',
  };
  return said[state];
}
