import { SluiceError } from '../../src/kit/errors.ts';

export type RepositoryName = { owner: string; repo: string };

/** `owner/name`, taken apart; nothing else becomes part of an address. */
export function repositoryOf(repository: string): RepositoryName {
  const [, owner = '', repo = ''] = /^([A-Za-z0-9][A-Za-z0-9-]*)\/([\w.-]+)$/.exec(repository) ?? [];
  if (owner !== '' && repo !== '.' && repo !== '..') return { owner, repo };
  throw new SluiceError('invalid_input', {
    cause: `${JSON.stringify(repository)} is not a repository.`,
    remedy: 'Give it as owner/name.',
  });
}

/** Whether one of the patterns, `owner/name` or `owner/*`, means this repository. GitHub ignores case. */
export function isAmong(patterns: readonly string[], repository: string): boolean {
  const wanted = repository.toLowerCase();
  return patterns.some((pattern) => {
    const given = pattern.toLowerCase();
    return given.endsWith('/*') ? wanted.startsWith(given.slice(0, -1)) : wanted === given;
  });
}
