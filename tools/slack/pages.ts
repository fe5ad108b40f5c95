interface Page<T> {
  items: readonly T[];
  cursor: string | undefined;
}

/** Walks pages up to `most` of them; `complete` tells whether the end was seen. */
export async function* walk<T>(
  most: number,
  read: (cursor: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<T, { complete: boolean }> {
  let cursor: string | undefined;
  for (let page = 0; page < most; page += 1) {
    const { items, cursor: next } = await read(cursor);
    yield* items;
    cursor = next || undefined;
    if (cursor === undefined) return { complete: true };
  }
  return { complete: false };
}

/** All of it, and whether that was the whole list. */
export async function gather<T>(
  walking: AsyncGenerator<T, { complete: boolean }>,
): Promise<{ items: T[]; complete: boolean }> {
  const items: T[] = [];
  for (;;) {
    const step = await walking.next();
    if (step.done === true) return { items, complete: step.value.complete };
    items.push(step.value);
  }
}
