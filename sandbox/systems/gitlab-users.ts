import type { Gitlab, Project } from '../scenario/schema-gitlab.ts';
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

export function projectAt(world: World, idOrPath: string): { path: string; project: Project } | undefined {
  for (const [path, project] of Object.entries(settings(world)?.projects ?? {})) {
    if (path === idOrPath || String(project.id) === idOrPath) {
      return { path, project: withRepository(world, path, project) };
    }
  }
  return undefined;
}
