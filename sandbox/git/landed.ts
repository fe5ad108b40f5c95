import { clusterOf } from '../kubernetes/api-server.ts';
import { textAt } from '../kubernetes/manifest.ts';
import type { Tree } from '../scenario/merge.ts';
import { digestOf } from '../systems/registry-blobs.ts';
import { contentAt } from '../systems/registry-tags.ts';
import type { World } from '../world.ts';
import type { Moved } from './host.ts';
import { changedTargets } from './saas.ts';

/** What follows where the default branch of a repository got another commit: whoever deploys from it hears of it. */
export function landed(world: World, { repository, branch, from, to, at }: Moved): void {
  const { git: host } = world;
  if (host === undefined || from === null || branch !== host.repository(repository)?.default_branch) return;
  const changes = changedTargets(host, repository, from, to);
  if (changes.length === 0) return;
  const cluster = clusterOf(world, 'apps-cluster', 'apps', at);
  for (const { before, after } of changes)
    cluster.hear('SaasTarget', before, { ...after, commit: to, digest: digestFor(world, after) });
}

/** Of the image that a target asks for by its parameter IMAGE; empty where the registry has none. */
function digestFor(world: World, target: Tree): string {
  const image = textAt(target, 'parameters.IMAGE') ?? '';
  const [, host = '', repository = ''] = /^([^/]+)\/(.+)$/.exec(image) ?? [];
  if (host !== world.scenario.registry.host) return '';
  const found = contentAt(world, repository, textAt(target, 'short') ?? '');
  return found === undefined ? '' : digestOf(found.bytes);
}
