import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { durationMs } from '../../src/kit/duration.ts';
import { type Connection, defineModule } from '../../src/kit/module.ts';
import { branchTools } from './branch-tools.ts';
import { GitClient } from './client.ts';
import { contentTools } from './content-tools.ts';
import { findTools } from './find-tools.ts';
import { historyTools } from './history-tools.ts';
import { listTools } from './list-tools.ts';
import { Mirror } from './mirror.ts';
import { publishTools } from './publish-tools.ts';
import { Remote } from './remote.ts';
import { Repository } from './repository.ts';
import { GitSettings, type RepositorySettings } from './settings.ts';

export const git = defineModule({
  name: 'git',
  title: 'Git',
  settings: GitSettings,
  connect: ({ repositories, cache, author, fetch_limit: fetchLimit }, connection) => {
    const { clock, callLimitMs } = connection.services;
    const folder = cacheFolder(cache);
    const made = Object.entries(repositories).map(([name, settings]) => {
      const remotes = remotesOf(name, settings, connection);
      const mirror = new Mirror({
        repo: name,
        cache: folder,
        remotes,
        clock,
        callLimitMs,
        fetchLimitMs: durationMs(fetchLimit),
      });
      return new Repository(name, settings, mirror, author);
    });
    return new GitClient(made, callLimitMs);
  },
  tools: [...findTools, ...listTools, ...historyTools, ...contentTools, ...branchTools, ...publishTools],
  probe: async (client) => {
    const version = await client.version();
    for (const repo of client.repositories()) await client.head(repo, client.defaultBranch(repo));
    return { ok: true, detail: `${version}; ${client.repositories().length} repositories let us in` };
  },
});

function cacheFolder(cache: string | undefined): string {
  if (cache !== undefined) return isAbsolute(cache) ? cache : resolve(cache);
  const base = process.env.XDG_CACHE_HOME;
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'sluice', 'git');
}

function remotesOf(
  name: string,
  settings: RepositorySettings,
  connection: Connection,
): { origin: Remote; fork?: Remote } {
  const { callLimitMs, clock, redactor } = connection.services;
  const { url, fork_url: fork, user, token } = settings;
  let header: Promise<string> | undefined;
  const authorization = async () => {
    if (token === undefined) return undefined;
    header ??= basic(token);
    // A credential that could not be read may be there the next time.
    header.catch(() => {
      header = undefined;
    });
    return await header;
  };
  const basic = async (reference: string) => {
    const pair = Buffer.from(`${user}:${await connection.secret(reference)}`).toString('base64');
    redactor.add(pair);
    return `Basic ${pair}`;
  };
  const remote = (label: string, address: string) =>
    new Remote({ name: label, url: address, authorization, callLimitMs, clock });
  return {
    origin: remote(name, url),
    ...(fork === undefined ? {} : { fork: remote(`the fork of ${name}`, fork) }),
  };
}
