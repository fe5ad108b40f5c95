import { SluiceError } from '../../../src/kit/errors.ts';
import type { GitHubClient } from '../../github/client.ts';
import { checkPath, fill, type Source } from './source.ts';

/** A branch on GitHub, through the module github. */
export function githubSource(client: () => GitHubClient, repo: string, branchTemplate: string): Source {
  return {
    read: async (path, yStream) => {
      const file = await client().getFile(repo, checkPath(path), fill(branchTemplate, yStream));
      return file === undefined ? undefined : { text: file.text, version: file.sha };
    },
    readAsOf: async (path, yStream, moment) => {
      const file = checkPath(path);
      const branch = fill(branchTemplate, yStream);
      const commit = await client().commitAsOf(repo, file, branch, new Date(moment).toISOString());
      if (commit === undefined) return undefined;
      const found = await client().getFile(repo, file, commit);
      return found === undefined ? undefined : { text: found.text, version: found.sha };
    },
    list: async (folder, yStream) => {
      try {
        return await client().listFolder(repo, checkPath(folder), fill(branchTemplate, yStream));
      } catch (error) {
        // GitHub tells no difference between a folder, a branch and a repository that is not there.
        if (error instanceof SluiceError && error.code === 'not_found') return undefined;
        throw error;
      }
    },
    write: async ({ path, text, message, yStream, version }, permit) => {
      const branch = fill(branchTemplate, yStream);
      const done = await client().putFile(
        {
          repo,
          path: checkPath(path),
          branch,
          text,
          message,
          ...(version === undefined ? {} : { sha: version }),
        },
        permit,
      );
      return { version: done.sha };
    },
    locate: (path, yStream) => `${repo}@${fill(branchTemplate, yStream)}:${path}`,
    url: (path, yStream) => `https://github.com/${repo}/blob/${fill(branchTemplate, yStream)}/${path}`,
  };
}
