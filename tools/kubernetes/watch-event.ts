import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import type { ResourceType } from './resource.ts';
import { Status } from './status-error.ts';

export type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T; resourceVersion: string }
  /** Nothing happened up to this version. */
  | { type: 'BOOKMARK'; resourceVersion: string };

const Versioned = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const WatchLine = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});

/** One line of a watch. An ERROR event is thrown: `stale` (410) when the version has expired. */
export function watchEvent<T>(
  type: ResourceType<T>,
  what: string,
  cluster: string,
  line: string,
): WatchEvent<T> {
  const unreadable = (why: string) =>
    new SluiceError('upstream', {
      cause: `${cluster}: ${what} sent a line that cannot be read (${why}).`,
      remedy: 'Look again: the list is read anew.',
    });
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    throw unreadable('not JSON');
  }
  const event = WatchLine.safeParse(read);
  if (!event.success) throw unreadable('not an event');
  if (event.data.type === 'ERROR') {
    const status = Status.safeParse(event.data.object).data;
    throw new SluiceError(status?.code === 410 ? 'stale' : 'upstream', {
      cause: `${cluster}: ${what}: ${status?.message ?? 'the server ended the watch with an error'}.`,
      remedy: 'List again and go on from there.',
      status: status?.code ?? 500,
    });
  }
  const version = Versioned.safeParse(event.data.object);
  const resourceVersion = version.data?.metadata.resourceVersion ?? '';
  if (event.data.type === 'BOOKMARK') return { type: 'BOOKMARK', resourceVersion };
  const object = type.schema.safeParse(event.data.object);
  if (!object.success) throw unreadable('the object has not the expected shape');
  return { type: event.data.type, object: object.data, resourceVersion };
}
