import { createHash } from 'node:crypto';
import { type Call, json, type Reply } from '../http.ts';
import { serialise } from '../scenario/content.ts';
import { isoSeconds, parseInstant } from '../scenario/time.ts';
import type { World } from '../world.ts';

/** What stood there before the scenario begins was committed at this moment. */
const BEFORE = Date.parse('2020-01-01T00:00:00Z');

interface Commit {
  sha: string;
  at: number;
  content: string | undefined;
}

/** Every step of a file's timeline that has come is a commit, newest first. What requests wrote is not among them. */
function commitsOf(world: World, repository: string, branch: string, path: string): Commit[] {
  const steps = world.scenario.github.repositories[repository]?.branches[branch]?.files[path] ?? [];
  return steps
    .map(({ at = BEFORE, value }) => ({
      sha: createHash('sha1').update(`${repository} ${branch} ${path} ${at}`).digest('hex'),
      at,
      content: serialise(path, value),
    }))
    .filter(({ at }) => at <= world.now)
    .reverse();
}

function repositoryOf(call: Call): string {
  return `${call.param('owner')}/${call.param('repo')}`;
}

export function commits(call: Call, world: World): Reply {
  const repository = repositoryOf(call);
  const branches = world.scenario.github.repositories[repository]?.branches;
  const branch = call.query.get('sha') ?? 'main';
  if (branches?.[branch] === undefined) return json(404, { message: 'Not Found' });
  const path = call.query.get('path') ?? '';
  const given = call.query.get('until');
  const until = given === null ? world.now : parseInstant(given);
  if (until === undefined) return json(422, { message: 'until is no timestamp' });
  const found = commitsOf(world, repository, branch, path)
    // A file that is not there yet has no commit.
    .filter(({ at, content }, index, all) => at <= until && (content !== undefined || index < all.length - 1))
    .slice(0, Number(call.query.get('per_page') ?? 30));
  const base = `https://github.com/${repository}/commit`;
  return json(
    200,
    found.map(({ sha, at }) => ({
      sha,
      html_url: `${base}/${sha}`,
      commit: { message: `Change ${path}`, committer: { name: 'sandbox', date: isoSeconds(at) } },
    })),
  );
}

/** The file that a request asks for as it stood at a commit of its own; undefined when `ref` is none. */
export function fileAtCommit(call: Call, world: World, ref: string) {
  if (!/^[0-9a-f]{40}$/.test(ref)) return undefined;
  const repository = repositoryOf(call);
  const branches = world.scenario.github.repositories[repository]?.branches ?? {};
  const found = Object.keys(branches)
    .flatMap((branch) => commitsOf(world, repository, branch, call.param('path')))
    .find(({ sha }) => sha === ref);
  return found?.content === undefined ? undefined : { repository, name: ref, content: found.content };
}
