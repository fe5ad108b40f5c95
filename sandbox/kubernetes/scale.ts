import type { Tree } from '../scenario/merge.ts';
import type { Ask } from './ask.ts';
import { nameOf, textAt, treeAt, valueAt, versionOf, wordsAt } from './manifest.ts';
import { conflict, invalid } from './status.ts';

export function scaleOf(_: Ask, object: Tree): Tree {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = treeAt(object, 'metadata');
  const selector = Object.entries(wordsAt(object, 'spec.selector.matchLabels'));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: valueAt(object, 'spec.replicas') ?? 0 },
    status: {
      replicas: valueAt(object, 'status.replicas') ?? 0,
      selector: selector.map(([key, value]) => `${key}=${value}`).join(','),
    },
  };
}

/** The object with the number of replicas that the scale asks for. */
export function scaled({ type }: Ask, object: Tree, scale: Tree): Tree {
  const version = textAt(scale, 'metadata.resourceVersion') ?? '';
  if (version !== '' && version !== versionOf(object)) {
    throw conflict({ group: type.group, kind: type.plural, name: nameOf(object) });
  }
  const replicas = valueAt(scale, 'spec.replicas') ?? 0;
  if (!Number.isInteger(replicas) || Number(replicas) < 0) {
    throw invalid({ group: 'autoscaling', kind: 'Scale', name: nameOf(object) }, [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`,
        field: 'spec.replicas',
      },
    ]);
  }
  return { ...object, spec: { ...treeAt(object, 'spec'), replicas } };
}
