import { stepAt } from '../scenario/timeline.ts';
import type { World } from '../world.ts';
import { type Artifact, indexOfReferrers, referring, taggedArtifacts } from './registry-artifacts.ts';
import { type Content, digestOf } from './registry-blobs.ts';
import { contentOf } from './registry-content.ts';

export interface Tag {
  name: string;
  content: Content;
  /** Since when it stands for this. */
  since: number | undefined;
}

/** What a tag or a digest of a repository stands for now. */
export function contentAt(world: World, repository: string, reference: string): Content | undefined {
  const { registry } = world.scenario;
  const { manifests } = contentOf(registry);
  if (reference.startsWith('sha256:')) {
    return manifests.get(`${repository}@${reference}`) ?? artifactAt(world, repository, reference);
  }
  return tagAt(world, repository, reference) ?? artifactTagAt(world, repository, reference);
}

/** Everything that a list of tags shows now, artifacts below tags included. */
export function tagsAt(world: World, repository: string): Tag[] {
  const { tags, payloads, images } = world.scenario.registry;
  const ofImages = Object.entries(tags[repository] ?? {}).flatMap(([name, steps]): Tag[] => {
    const content = tagAt(world, repository, name);
    const step = stepAt(steps, world.now);
    const created = images[step?.value ?? '']?.created;
    return content === undefined ? [] : [{ name, content, since: step?.at ?? created }];
  });
  const ofPayloads = Object.entries(payloads[repository] ?? {}).flatMap(([name, { published }]): Tag[] => {
    const content = tagAt(world, repository, name);
    return content === undefined ? [] : [{ name, content, since: published }];
  });
  const names = new Set(
    artifactsNow(world, repository).flatMap(({ subject, suffix }) =>
      suffix === undefined ? [] : [`${subject.replace(':', '-')}.${suffix}`],
    ),
  );
  const ofArtifacts = [...names].flatMap((name): Tag[] => {
    const content = artifactTagAt(world, repository, name);
    return content === undefined ? [] : [{ name, content, since: undefined }];
  });
  return [...ofImages, ...ofPayloads, ...ofArtifacts].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function isRepository(world: World, repository: string): boolean {
  const { repositories, tags, payloads } = world.scenario.registry;
  return [repositories, tags, payloads, world.scenario.quay.repositories].some((held) => repository in held);
}

export function referrersAt(world: World, repository: string, digest: string): Content {
  return indexOfReferrers(referring(artifactsNow(world, repository), digest));
}

function tagAt(world: World, repository: string, name: string): Content | undefined {
  const { registry } = world.scenario;
  const { manifests, shapes } = contentOf(registry);
  const steps = registry.tags[repository]?.[name];
  if (steps !== undefined) return shapes.get(stepAt(steps, world.now)?.value ?? '')?.top;
  const published = registry.payloads[repository]?.[name]?.published ?? -Infinity;
  return published <= world.now ? manifests.get(`${repository}:${name}`) : undefined;
}

function artifactsNow(world: World, repository: string): Artifact[] {
  const all = contentOf(world.scenario.registry).artifacts.get(repository) ?? [];
  return all.filter(({ at }) => at <= world.now);
}

function artifactAt(world: World, repository: string, digest: string): Content | undefined {
  const artifacts = artifactsNow(world, repository);
  const subjects = [...new Set(artifacts.map(({ subject }) => subject))];
  return subjects
    .flatMap((subject) => referring(artifacts, subject))
    .find(({ bytes }) => digestOf(bytes) === digest);
}

function artifactTagAt(world: World, repository: string, tag: string): Content | undefined {
  const artifacts = artifactsNow(world, repository);
  const tagged = taggedArtifacts(artifacts, tag);
  if (tagged !== undefined || world.scenario.registry.referrers) return tagged;
  const subject = tag.replace('-', ':');
  const manifests = referring(artifacts, subject);
  return manifests.length === 0 ? undefined : indexOfReferrers(manifests);
}
