import { SluiceError } from '../../src/kit/errors.ts';
import type { AppInterfaceClient } from './client.ts';
import { standingOf } from './relations.ts';

interface CodeCheck {
  product: string;
  ref: string;
  /** Label → the ref that it has now. */
  from: Readonly<Record<string, string>>;
  allowDowngrade: boolean;
  force: boolean;
}

/** Asks the code repository what the move means. Answers with warnings; unknown does not pass. */
export async function checkCode(
  client: AppInterfaceClient,
  { product, ref, from, allowDowngrade, force }: CodeCheck,
  signal?: AbortSignal,
): Promise<string[]> {
  const { code_repository: repo } = client.product(product);
  if (repo === undefined) {
    return [
      `Whether this is a downgrade was not checked: modules.appinterface.products.${product}.code_repository is not set.`,
    ];
  }
  const standing = await standingOf(client.git, repo, ref, signal);
  const warnings: string[] = [];
  for (const [label, declared] of Object.entries(from)) {
    const found = await standing(declared);
    if ('why' in found) {
      if (!force)
        throw refusal(
          'unknown_standing',
          `It is not known how ${short(ref)} stands to ${label}: ${found.why}`,
          'force',
        );
      warnings.push(`${label}: ${found.why}; this change is forced.`);
      continue;
    }
    const { relation, onDefaultBranch } = found.standing;
    if (relation === 'behind' || relation === 'diverged') {
      const what =
        relation === 'behind'
          ? `${short(ref)} is older than ${short(declared)}, which ${label} has: a downgrade`
          : `${label} has ${short(declared)}, and ${short(ref)} does not hold all of its commits`;
      if (!allowDowngrade) throw refusal('downgrade', what, 'allow_downgrade');
      warnings.push(`${what}; allowed.`);
    }
    if (!onDefaultBranch) {
      const what = `${short(ref)} is not on ${client.git.defaultBranch(repo)} of ${repo}`;
      if (!force) throw refusal('default_branch', what, 'force');
      warnings.push(`${what}; this change is forced.`);
    }
  }
  return [...new Set(warnings)];
}

function refusal(rule: string, what: string, flag: 'force' | 'allow_downgrade'): SluiceError {
  return new SluiceError('precondition', {
    cause: `${what}.`,
    remedy: `Take a commit that continues what is declared; where this is what you mean, set ${flag}.`,
    rule: `appinterface.${rule}`,
  });
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
