import { digestOf } from '../../../src/kit/canonical.ts';
import { absent, type Effect, type Found, present, unknown } from '../../../src/kit/effect.ts';
import type { KonfluxClient } from '../client.ts';
import { LABEL, type Parent } from '../resources/common.ts';
import { SNAPSHOT, type Snapshot } from '../resources/snapshot.ts';

/** The key that a caller gave, in words; the name of the Snapshot carries the digest of it and the content. */
export const KEY_ANNOTATION = 'sluice/snapshot-key';
export const CONTENT_ANNOTATION = 'sluice/snapshot-content';

export interface OverrideComponent {
  name: string;
  version?: string | undefined;
  containerImage: string;
  source: { git: { url: string; revision: string; context?: string | undefined } };
}

export interface Override {
  namespace: string;
  key: string;
  parent: Parent;
  components: readonly OverrideComponent[];
  /** The Snapshot that it was made from. */
  from?: Snapshot | undefined;
}

/** Of what is in it, whatever the order. */
export function contentDigest({ parent, components }: Override): string {
  const sorted = components.toSorted((a, b) => (label(a) < label(b) ? -1 : 1));
  return digestOf({ parent: { ...parent }, components: JSON.parse(JSON.stringify(sorted)) });
}

function label({ name, version = '' }: OverrideComponent): string {
  return `${name}@${version}`;
}

/** The same key and content have the same name, so that the API server itself refuses a second one. */
export function overrideName(wanted: Override): string {
  const mark = digestOf({ key: wanted.key, content: contentDigest(wanted) }).slice(0, 12);
  const stem = wanted.parent.name.slice(0, 63 - '-override-'.length - mark.length).replace(/-+$/, '');
  return `${stem}-override-${mark}`;
}

export function overrideBody(wanted: Override): object {
  const { namespace, parent, components, key } = wanted;
  return {
    metadata: {
      name: overrideName(wanted),
      namespace,
      labels: {
        [LABEL.testType]: 'override',
        [parent.kind === 'application' ? LABEL.application : LABEL.componentGroup]: parent.name,
      },
      annotations: { [KEY_ANNOTATION]: key, [CONTENT_ANNOTATION]: contentDigest(wanted) },
    },
    spec: { [parent.kind]: parent.name, components },
  };
}

export function overrideEffect(client: KonfluxClient, wanted: Override): Effect {
  const { namespace, parent, key, components, from } = wanted;
  const name = overrideName(wanted);
  return {
    key: `konflux/${namespace}/snapshot/${key}/${contentDigest(wanted).slice(0, 16)}`,
    preview: {
      system: 'konflux',
      action: 'create override snapshot',
      target: `${name} of ${parent.name} in ${namespace}`,
      ...(from === undefined ? {} : { before: imagesOf(from.spec.components) }),
      after: imagesOf(components),
    },
    find: async (): Promise<Found> => {
      const there = await client.cluster.find(SNAPSHOT, name, { namespace });
      if (there === undefined) return absent;
      const { annotations } = there.metadata;
      const ours =
        annotations[KEY_ANNOTATION] === key && annotations[CONTENT_ANNOTATION] === contentDigest(wanted);
      return ours ? present({ name }) : unknown(`there is a Snapshot ${name} that is not of this key.`);
    },
    send: async (permit) => {
      const made = await client.cluster.create(SNAPSHOT, overrideBody(wanted), permit, { namespace });
      return { name: made.metadata.name };
    },
  };
}

function imagesOf(
  components: readonly { name: string; version?: string | undefined; containerImage: string }[],
): Record<string, string> {
  return Object.fromEntries(
    components.map(({ name, version, containerImage }) => [
      version === undefined ? name : `${name}@${version}`,
      containerImage,
    ]),
  );
}
