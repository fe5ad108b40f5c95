import { json, type Reply, type System, text } from '../http.ts';
import type { Release } from '../scenario/schema-places.ts';
import { isoSeconds } from '../scenario/time.ts';
import type { World } from '../world.ts';

export const releaseController: System = {
  name: 'release-controller',
  routes: [
    {
      method: 'GET',
      path: '/api/v1/releasestreams/:state',
      answer: (call, world) => streams(world, call.param('state')),
    },
    {
      method: 'GET',
      path: '/api/v1/releasestream/:stream/latest',
      answer: (call, world) => latest(world, call.param('stream'), call.query.get('prefix') ?? ''),
    },
    {
      method: 'GET',
      path: '/api/v1/releasestream/:stream/tags',
      answer: (call, world) => {
        const tags = known(world, call.param('stream'));
        if (tags === undefined) return missing(`stream ${call.param('stream')}`);
        return json(200, { name: call.param('stream'), tags: tags.map((tag) => short(world, tag)) });
      },
    },
    {
      method: 'GET',
      path: '/api/v1/releasestream/:stream/release/:tag',
      answer: (call, world) => {
        const tag = known(world, call.param('stream'))?.find(({ name }) => name === call.param('tag'));
        if (tag === undefined) return missing(`tag ${call.param('tag')} in stream ${call.param('stream')}`);
        const brief = { ...short(world, tag), results: { blockingJobs: {}, informingJobs: {} } };
        return json(200, call.query.get('format') === 'short' ? brief : { ...brief, ...details(world, tag) });
      },
    },
  ],
};

interface Tag {
  stream: string;
  name: string;
  release: Release;
}

function known(world: World, stream: string): Tag[] | undefined {
  const releases = world.scenario.release_controller.streams[stream]?.releases;
  if (releases === undefined) return undefined;
  return Object.entries(releases)
    .filter(([, release]) => release.created <= world.now)
    .map(([name, release]) => ({ stream, name, release }))
    .sort((a, b) => b.release.created - a.release.created);
}

function place(tag: Tag, field: string): string[] {
  return ['release_controller', 'streams', tag.stream, 'releases', tag.name, field];
}

function short(world: World, tag: Tag) {
  return {
    name: tag.name,
    phase: world.current<string>(place(tag, 'phase'), tag.release.phase, (changed) => changed) ?? 'Pending',
    pullSpec: tag.release.pull_spec,
    downloadURL: tag.release.download_url,
  };
}

function latest(world: World, stream: string, prefix: string): Reply {
  const newest = known(world, stream)
    ?.filter(({ name }) => name.startsWith(prefix))
    .map((tag) => short(world, tag))
    .find(({ phase }) => phase === 'Accepted');
  return newest === undefined ? missing(`accepted tag in stream ${stream}`) : json(200, newest);
}

const STATES: Record<string, string | undefined> = {
  accepted: 'Accepted',
  rejected: 'Rejected',
  ready: 'Ready',
};

/** The tags of each stream in a state, newest first; streams without one are left out, as the real one does. */
function streams(world: World, state: string): Reply {
  const phase = STATES[state];
  if (phase === undefined && state !== 'all') return missing(`release streams "${state}"`);
  const found = Object.keys(world.scenario.release_controller.streams).flatMap((stream) => {
    const tags = (known(world, stream) ?? [])
      .filter((tag) => phase === undefined || short(world, tag).phase === phase)
      .map(({ name }) => name);
    return tags.length === 0 ? [] : [[stream, tags] as const];
  });
  return json(200, Object.fromEntries(found));
}

function details(world: World, tag: Tag) {
  const { release } = tag;
  const digest = world.current(place(tag, 'digest'), release.digest ?? [], (changed) => changed) ?? '';
  return {
    upgradesTo: [],
    upgradesFrom: release.upgrades_from.map((from) => ({ From: from, To: tag.name, Success: 1, Total: 1 })),
    changeLog: '',
    changeLogJson: {
      from: {
        name: release.previous?.name ?? '',
        created: release.previous === undefined ? '' : isoSeconds(release.previous.created),
        digest: release.previous?.digest ?? '',
      },
      to: {
        name: tag.name,
        created: isoSeconds(release.created),
        digest,
        ...(release.promoted_from === undefined ? {} : { promotedFrom: release.promoted_from }),
      },
      components: [],
      newImages: [],
      removedImages: [],
      rebuiltImages: [],
      updatedImages: [],
    },
    nodeImageStreams: [],
  };
}

function missing(what: string): Reply {
  return text(404, `Unable to find ${what}\n`);
}
