import { z } from 'zod';
import type { GitHubClient } from '../../github/client.ts';
import { directorySource } from './directory.ts';
import { BRANCH, gitSource, REMOTE } from './git.ts';
import type { GitCache } from './git-cache.ts';
import { githubSource } from './github.ts';
import type { Source } from './source.ts';

const Branch = z
  .string()
  .regex(BRANCH, 'a branch name; %s stands for the y-stream')
  .default('main')
  .meta({ description: 'The branch; `%s` in it stands for the y-stream, e.g. `openshift-%s`.' });

const REPOSITORY = /^(?:https:\/\/[\w.-]+\/)?([A-Za-z0-9][A-Za-z0-9-]*\/[\w.-]+?)(?:\.git)?$/;
const Remote = z.string().regex(REMOTE, 'a git remote or the path of a repository');

export const SourceSettings = z.discriminatedUnion('source', [
  z.strictObject({
    source: z.literal('directory'),
    path: z.string().min(1).meta({ description: 'A folder; `%s` in it stands for the y-stream.' }),
    branch: Branch.optional().meta({ description: 'A folder has none; it is ignored.' }),
  }),
  z
    .strictObject({
      source: z.literal('git'),
      url: Remote.optional(),
      path: Remote.optional(),
      branch: Branch,
    })
    .refine(
      ({ url, path }) => (url === undefined) !== (path === undefined),
      'a git source has one of url and path',
    ),
  z.strictObject({
    source: z.literal('github'),
    url: z.string().regex(REPOSITORY, 'owner/name, or its address'),
    branch: Branch,
  }),
]);
export type SourceSettings = z.output<typeof SourceSettings>;

export function sourceFor(settings: SourceSettings, github: () => GitHubClient, cache: GitCache): Source {
  switch (settings.source) {
    case 'directory':
      return directorySource(settings.path);
    case 'git':
      return gitSource(cache, settings.url ?? settings.path ?? '', settings.branch);
    case 'github':
      return githubSource(github, settings.url.replace(REPOSITORY, '$1'), settings.branch);
  }
}
