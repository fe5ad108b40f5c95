import { bearer, type Call } from '../http.ts';
import type { Gitlab, Project } from '../scenario/schema-gitlab.ts';
import type { CreatedCommit } from '../store.ts';
import type { World } from '../world.ts';
import { withRepository } from './gitlab-heads.ts';

export function settings(world: World): Gitlab | undefined {
  return world.scenario.gitlab;
}

export function userNamed(world: World, username: string) {
  const user = settings(world)?.users.find((candidate) => candidate.username === username);
  return {
    id: user?.id ?? 0,
    username,
    name: user?.name ?? username,
    state: 'active',
    web_url: `https://gitlab.cee.redhat.com/${username}`,
  };
}

/** Whose token a request carries. */
export function actorOf(world: World, call: Call): string {
  const given = call.headers['private-token'] ?? bearer(call);
  const owner = settings(world)?.users.find(({ token }) => token !== undefined && token === given);
  return owner?.username ?? settings(world)?.token_user ?? '';
}

export function projectAt(world: World, idOrPath: string): { path: string; project: Project } | undefined {
  for (const [path, project] of Object.entries(settings(world)?.projects ?? {})) {
    if (path === idOrPath || String(project.id) === idOrPath) {
      return { path, project: withCommits(world, path, withRepository(world, path, project)) };
    }
  }
  return undefined;
}

/** With the branches and commits that requests have made. */
function withCommits(world: World, path: string, project: Project): Project {
  const made = world.store.commits.filter((commit) => commit.project === path);
  if (made.length === 0) return project;
  const heads = [...world.store.branches].flatMap(([key, id]) => {
    const [home, branch] = key.split(' ');
    return home === path && branch !== undefined ? [[branch, id] as const] : [];
  });
  const timelines = ({ files }: CreatedCommit) =>
    Object.fromEntries(Object.entries(files).map(([file, value]) => [file, [{ at: 0, value }]]));
  const held = heads.flatMap(([branch, id]) => {
    const commit = made.find((one) => one.id === id);
    return commit === undefined ? [] : [[branch, timelines(commit)] as const];
  });
  return {
    ...project,
    heads: { ...project.heads, ...Object.fromEntries(heads) },
    branches: { ...project.branches, ...Object.fromEntries(held) },
  };
}
