/** `Promise.all` over `map`, with at most `limit` of them under way; answers in the order of `items`. */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>();
  // One iterator for all workers: each takes the next item that nobody has.
  const queue = items.entries();
  const worker = async () => {
    for (const [at, item] of queue) results.set(at, await map(item));
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}

/** How many images are asked about at the same time. */
export const IMAGES_AT_ONCE = 8;
