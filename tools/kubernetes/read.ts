import { errorReport, SluiceError } from '../../src/kit/errors.ts';
import type { Place } from './environments.ts';
import type { KubeObject, ResourceType } from './resource.ts';
import { NAMESPACE } from './resources/namespace.ts';

export interface Refused {
  kind: string;
  code: string;
  cause: string;
}

export type Part<T> = { value: T } | { refused: Refused };

/** A part of a larger picture: its error is named in the answer, and does not hide the rest. */
export async function part<T>(kind: string, reading: Promise<T>): Promise<Part<T>> {
  try {
    return { value: await reading };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const { code, cause } = errorReport(error);
    return { refused: { kind, code, cause } };
  }
}

export async function allOf<T extends KubeObject>(
  place: Place,
  type: ResourceType<T>,
  signal: AbortSignal | undefined,
): Promise<T[]> {
  const { items } = await place.cluster.all(type, { namespace: place.namespace, signal });
  return items;
}

/**
 * The API answers an empty list for a namespace that is not there, too: nothing is only an answer where it
 * exists. Who may not look namespaces up has the right to list from within it, so it is there.
 */
export async function demandNamespace(place: Place, signal: AbortSignal | undefined): Promise<void> {
  try {
    await place.cluster.get(NAMESPACE, place.namespace, { signal });
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'forbidden') throw error;
  }
}
