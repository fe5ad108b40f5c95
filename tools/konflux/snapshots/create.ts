import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { nearest } from '../../../src/kit/suggest.ts';
import type { Where } from '../../kubernetes/client.ts';
import type { KonfluxClient } from '../client.ts';
import { Name, Namespace } from '../inputs.ts';
import { type Parent, parentOf } from '../resources/common.ts';
import { COMPONENT, type Component, sourceOf } from '../resources/component.ts';
import { componentGroups, ownerOf, parentsOf } from '../resources/parent.ts';
import type { Snapshot } from '../resources/snapshot.ts';
import { call, defineTool } from '../tool.ts';
import { getSnapshot } from './find.ts';
import { SnapshotName } from './get.ts';
import { type Override, type OverrideComponent, overrideEffect } from './override.ts';
import { ComponentRow, componentRow } from './rows.ts';
import { plural } from './words.ts';

const Given = z.object({
  name: Name.meta({ description: 'A Component of the application.' }),
  version: z.string().max(100).optional(),
  image: z
    .string()
    .max(500)
    .regex(/^[^\s@]+@sha256:[0-9a-f]{64}$/, 'an image by its digest: REPOSITORY@sha256:…'),
  revision: z
    .string()
    .regex(/^[0-9a-f]{40}$/, 'a full git SHA')
    .meta({ description: 'The commit that the image was built from.' }),
  git_url: z.url().max(500).optional().meta({ description: "The Component's own when left out." }),
});
type Given = z.output<typeof Given>;

const Input = z.object({
  key: z
    .string()
    .min(1)
    .max(200)
    .meta({ description: 'What it is for, e.g. the release: the same key and content make one Snapshot.' }),
  from: SnapshotName.optional().meta({ description: 'Its components are taken over but for those given.' }),
  application: Name.optional().meta({ description: 'Without from: the application or component group.' }),
  kind: z
    .enum(['application', 'componentGroup'])
    .optional()
    .meta({ description: 'Where both have that name.' }),
  components: z.array(Given).min(1).max(100),
  namespace: Namespace,
});
type Input = z.output<typeof Input>;

const create = defineTool({
  name: 'konflux_snapshot_create',
  title: 'Create an override Snapshot',
  description: `
Creates an override Snapshot: an existing one with some components replaced (from + components), or a full list of
components (application + components). Every image needs its digest and the commit that it was built from. It becomes the
base of later Snapshots too, and is tested like any other: then see konflux_snapshot_tests.`,
  effect: 'create',
  key: 'konflux/<namespace>/snapshot/<key>/<digest of the content>; annotations sluice/snapshot-key and -content',
  settles: '5s',
  input: Input,
  output: z.object({
    namespace: z.string(),
    name: z.string(),
    created: z.boolean().meta({ description: 'Whether this call created it.' }),
    components: z.array(ComponentRow),
    component_count: z.int(),
    truncated: z.boolean(),
    summary: z.string(),
    next: z.string(),
  }),
  effects: async (input, { client, signal }) => {
    const namespace = await client.cluster.namespace(input.namespace);
    return [overrideEffect(client, await wantedOf(client, input, { namespace, signal }))];
  },
  result: async (input, { client, signal }, [outcome]) => {
    const namespace = await client.cluster.namespace(input.namespace);
    const { name } = z.object({ name: z.string() }).parse(outcome?.data);
    const { object } = await getSnapshot(client, name, { namespace, signal });
    const created = outcome?.outcome === 'sent';
    const { components } = object.spec;
    return {
      namespace,
      name,
      created,
      components: components.slice(0, 20).map(componentRow),
      component_count: components.length,
      truncated: components.length > 20,
      summary: `${name} (${plural(components.length, 'component')}) ${created ? 'was created' : 'was there already'}; its tests start by themselves.`,
      next: call('konflux_snapshot_tests', { name, namespace }),
    };
  },
});

async function wantedOf(
  client: KonfluxClient,
  { key, from, application, kind, components: given }: Input,
  where: Where & { namespace: string },
): Promise<Override> {
  refuseTwice(given);
  if ((from === undefined) === (application === undefined)) {
    throw new SluiceError('invalid_input', {
      cause: 'konflux_snapshot_create takes one of from and application.',
      remedy: 'Give the Snapshot to start from, or the application and the full list of its components.',
    });
  }
  const [base, { items }, groups] = await Promise.all([
    from === undefined ? undefined : getSnapshot(client, from, where),
    client.cluster.all(COMPONENT, where),
    componentGroups(client, where),
  ]);
  const parent =
    base === undefined ? await parentNamed(client, application ?? '', kind, where) : parentIn(base.object);
  const known = items.filter((component) =>
    parentsOf(component, groups).some(({ kind, name }) => kind === parent.kind && name === parent.name),
  );
  const made = given.map((one) => componentFrom(one, known, parent, base?.object));
  return {
    namespace: where.namespace,
    key,
    parent,
    components: base === undefined ? made : replaced(base.object, made),
    from: base?.object,
  };
}

async function parentNamed(
  client: KonfluxClient,
  name: string,
  kind: Parent['kind'] | undefined,
  where: Where,
): Promise<Parent> {
  return { kind: (await ownerOf(client, name, where, kind)).kind, name };
}

function parentIn({ metadata, spec }: Snapshot): Parent {
  const parent = parentOf(spec);
  if (parent !== undefined) return parent;
  throw new SluiceError('precondition', {
    cause: `The Snapshot ${metadata.name} names neither an application nor a component group.`,
    remedy: 'Start from another one.',
  });
}

function refuseTwice(given: readonly Given[]): void {
  const seen = new Set<string>();
  for (const one of given) {
    const key = keyOf(one);
    if (seen.has(key)) {
      throw new SluiceError('invalid_input', {
        cause: `The component ${one.name} is given twice.`,
        remedy: 'Give each component once, or its versions apart.',
      });
    }
    seen.add(key);
  }
}

const keyOf = ({ name, version = '' }: { name: string; version?: string | undefined }) =>
  `${name}@${version}`;

/** integration-service calls an override invalid whose components it does not know, or that has no source. */
function componentFrom(
  given: Given,
  known: readonly Component[],
  parent: Parent,
  base: Snapshot | undefined,
): OverrideComponent {
  const component = known.find(({ metadata }) => metadata.name === given.name);
  if (component === undefined) {
    const names = known.map(({ metadata }) => metadata.name);
    const hint = nearest(given.name, names);
    throw new SluiceError('not_found', {
      cause: `${parent.name} has no component ${JSON.stringify(given.name)}.`,
      remedy:
        hint === undefined ? `It has: ${names.slice(0, 12).join(', ') || 'none'}.` : `Did you mean ${hint}?`,
    });
  }
  const before = base?.spec.components.find((one) => keyOf(one) === keyOf(given));
  if (base !== undefined && before === undefined) {
    throw new SluiceError('invalid_input', {
      cause: `The Snapshot ${base.metadata.name} has no component ${keyOf(given).replace(/@$/, '')} to replace.`,
      remedy: `It has: ${base.spec.components.map(({ name }) => name).join(', ')}. For another set give application and the full list.`,
    });
  }
  const own = sourceOf(component);
  const context = before?.source?.git?.context ?? own.context;
  const url = given.git_url ?? (before?.source?.git?.url || own.url);
  if (url === '') {
    throw new SluiceError('invalid_input', {
      cause: `No git repository is known of the component ${given.name}.`,
      remedy: 'Give its git_url.',
    });
  }
  return {
    name: given.name,
    ...(given.version === undefined ? {} : { version: given.version }),
    containerImage: given.image,
    source: { git: { url, revision: given.revision, ...(context === '' ? {} : { context }) } },
  };
}

function replaced(base: Snapshot, made: readonly OverrideComponent[]): OverrideComponent[] {
  return base.spec.components.map((old) => {
    const instead = made.find((one) => keyOf(one) === keyOf(old));
    if (instead !== undefined) return instead;
    const { name, version, containerImage, source } = old;
    const git = source?.git;
    if (!/@sha256:[0-9a-f]{64}$/.test(containerImage) || git === undefined || git.url === '') {
      throw new SluiceError('precondition', {
        cause: `In ${base.metadata.name} the component ${name} has no digest or no git source, so no override can hold it.`,
        remedy: `Replace ${name} too, with its image by digest and its commit.`,
      });
    }
    return {
      name,
      ...(version === undefined ? {} : { version }),
      containerImage,
      source: { git: { ...git } },
    };
  });
}

export const createTools = [create];
