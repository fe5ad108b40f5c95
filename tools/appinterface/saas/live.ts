import { oneLine } from '../../../src/kit/text.ts';
import { builtFrom, pullSpec, sameCommit, type TagRule } from './image.ts';
import { refKind } from './refs.ts';

export interface LiveDeployment {
  name: string;
  namespace: string;
  image: string;
}

export type LiveState =
  | 'in_sync'
  | 'follows_branch'
  | 'rolling_out'
  | 'drift'
  /** It differs, and nobody said whether a rollout runs. */
  | 'differs'
  | 'unknown'
  | 'nothing_live';

export interface LivePart extends LiveDeployment {
  /** The commit, or its beginning, that it was built from. */
  sha: string | undefined;
  /** Null: it cannot be told, see why. */
  matches: boolean | null;
  why: string | undefined;
}

export interface LiveComparison {
  state: LiveState;
  /** What runs, where all of it was built from one commit. */
  sha: string | undefined;
  parts: LivePart[];
  because: string;
}

export interface LiveRule extends TagRule {
  /** Pull spec without tag: other images are not ours to judge. */
  image: string | undefined;
  rolloutsRunning: boolean | undefined;
}

/** Declared ref against what runs. Without a judgement there is no "in sync". */
export function compareLive(
  declared: string,
  deployments: readonly LiveDeployment[],
  rule: LiveRule,
): LiveComparison {
  const ours = deployments.filter(
    ({ image }) => rule.image === undefined || pullSpec(image).repository === rule.image,
  );
  const branch = refKind(declared) === 'branch';
  const parts = ours.map((deployment): LivePart => {
    const built = builtFrom(deployment.image, rule);
    if ('why' in built) return { ...deployment, sha: undefined, matches: null, why: built.why };
    return {
      ...deployment,
      sha: built.sha,
      matches: branch ? null : sameCommit(declared, built.sha),
      why: branch ? `the target follows ${declared}` : undefined,
    };
  });
  return { ...judged(declared, branch, parts, rule.rolloutsRunning), parts };
}

function judged(
  declared: string,
  branch: boolean,
  parts: readonly LivePart[],
  rollouts: boolean | undefined,
): Omit<LiveComparison, 'parts'> {
  const unclear = parts.find(({ sha }) => sha === undefined);
  const sha = oneCommit(parts);
  if (parts.length === 0)
    return { state: 'nothing_live', sha, because: 'no deployment with this image was given' };
  const differing = parts.filter(({ matches }) => matches === false);
  if (differing.length > 0) {
    const what = `${differing.length} of ${parts.length} deployments run something else`;
    if (rollouts === true) return { state: 'rolling_out', sha, because: `${what}, and a rollout runs` };
    if (rollouts === false) return { state: 'drift', sha, because: `${what}, and no rollout runs` };
    return { state: 'differs', sha, because: `${what}; whether a rollout runs was not given` };
  }
  if (unclear !== undefined)
    return {
      state: 'unknown',
      sha: undefined,
      because: oneLine(`${unclear.name}: ${unclear.why ?? ''}`, 200),
    };
  if (!branch) return { state: 'in_sync', sha, because: 'every deployment runs what is declared' };
  if (rollouts === true)
    return { state: 'rolling_out', sha, because: `it follows ${declared}, and a rollout runs` };
  if (sha === undefined) return { state: 'unknown', sha, because: 'its deployments run several commits' };
  return { state: 'follows_branch', sha, because: `it follows ${declared}` };
}

/** The longest form of the commit that all parts run; undefined where there are several. */
function oneCommit(parts: readonly LivePart[]): string | undefined {
  const hashes = parts.map(({ sha }) => sha);
  const longest = hashes.toSorted((a = '', b = '') => b.length - a.length)[0];
  if (longest === undefined) return undefined;
  return hashes.every((sha) => sha !== undefined && sameCommit(longest, sha)) ? longest : undefined;
}
