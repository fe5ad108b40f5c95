import { conditionOf } from '../../kubernetes/client.ts';
import { LABEL, parentOf } from '../resources/common.ts';
import { SNAPSHOT_ANNOTATION, type Snapshot } from '../resources/snapshot.ts';
import { eventOf } from './classify.ts';

/**
 * All ends of an automatic release have the same condition and reason; integration-service tells them
 * apart by fixed messages, of which this is how one begins (`SnapshotSupersededMessage`).
 */
const SUPERSEDED = 'Released in newer Snapshot';

export interface Supersession {
  /** It was passed over for a newer build of its component, or would be. */
  superseded: boolean;
  /** The newest Snapshot of a push with a later build of the same component. */
  by: string | undefined;
}

/** The rule of integration-service: a later push of the same component makes an automatic release pointless. */
export function supersession(snapshot: Snapshot, all: readonly Snapshot[]): Supersession {
  const message = conditionOf(snapshot.status.conditions, 'AutoReleased')?.message ?? '';
  const said = message.startsWith(SUPERSEDED);
  const ignored = snapshot.metadata.annotations[SNAPSHOT_ANNOTATION.ignoreSupersession] === 'true';
  const later = all
    .filter((other) => isSibling(snapshot, other) && builtAt(other) > builtAt(snapshot))
    .sort((a, b) => builtAt(b) - builtAt(a));
  return {
    superseded: said || (!ignored && later.length > 0),
    by: later[0]?.metadata.name,
  };
}

function isSibling(snapshot: Snapshot, other: Snapshot): boolean {
  const component = snapshot.metadata.labels[LABEL.component];
  return (
    component !== undefined &&
    other.metadata.labels[LABEL.component] === component &&
    other.metadata.labels[LABEL.testType] === 'component' &&
    other.metadata.name !== snapshot.metadata.name &&
    parentOf(other.spec)?.name === parentOf(snapshot.spec)?.name &&
    eventOf(other) === 'push'
  );
}

/** Milliseconds since 1970; old builds wrote seconds. */
function builtAt({ metadata }: Snapshot): number {
  const written = Number(metadata.annotations[SNAPSHOT_ANNOTATION.buildStart]);
  if (Number.isFinite(written) && written > 0) return written <= 10_000_000_000 ? written * 1000 : written;
  return Date.parse(metadata.creationTimestamp) || 0;
}
