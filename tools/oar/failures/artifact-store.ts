import { z } from 'zod';
import type { Http } from '../../../src/kit/http.ts';
import { path } from '../../../src/kit/url.ts';

const Listing = z.object({
  items: z.array(z.object({ name: z.string(), size: z.coerce.number().optional() })).optional(),
  nextPageToken: z.string().optional(),
});

/** A run leaves some thousand objects, a thousand to a page; a folder with more pages is not one of ours. */
const PAGES = 20;

/** Where the artifacts of a run are. */
export interface RunFolder {
  bucket: string;
  /** `logs/<job>/<run>`, without a slash at its end. */
  prefix: string;
}

/** From the address that the record holds: `…/view/gs/<bucket>/logs/<job>/<run>`. */
export function folderOf(url: string): RunFolder | undefined {
  const match = /\/view\/gs\/([a-z0-9][a-z0-9._-]+)\/(logs\/\w[\w.-]*\/\d+)\/?$/.exec(url);
  const [, bucket, prefix] = match ?? [];
  return bucket === undefined || prefix === undefined ? undefined : { bucket, prefix };
}

export interface StoredObject {
  name: string;
  bytes: number;
}

/** Everything below a folder, however deep; `complete` is false when there is more than is read. */
export async function listObjects(
  store: Http,
  { bucket, prefix }: RunFolder,
): Promise<{ objects: StoredObject[]; complete: boolean }> {
  const target = path`/storage/v1/b/${bucket}/o`;
  const fields = 'items(name,size),nextPageToken';
  const objects: StoredObject[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await store.getJson(target, Listing, {
      query: { prefix: `${prefix}/`, fields, pageToken },
    });
    objects.push(...(answer.items ?? []).map(({ name, size }) => ({ name, bytes: size ?? 0 })));
    pageToken = answer.nextPageToken;
    if (pageToken === undefined) return { objects, complete: true };
  }
  return { objects, complete: false };
}

/** An object's text, or its last bytes; undefined when there is none. */
export async function readObject(
  store: Http,
  bucket: string,
  name: string,
  lastBytes?: number,
): Promise<string | undefined> {
  const answer = await store.get(path`/storage/v1/b/${bucket}/o/${name}`, {
    query: { alt: 'media' },
    headers: { accept: '*/*', ...(lastBytes === undefined ? {} : { range: `bytes=-${lastBytes}` }) },
    // 416: the object is empty, so it has no last bytes.
    accept: [404, 416],
  });
  if (answer.status === 404) return undefined;
  return answer.status === 416 ? '' : answer.text;
}
