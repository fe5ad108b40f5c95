/** So many requests at a time, the answers in the order of the items. */
export async function inGroups<T, R>(
  items: readonly T[],
  ask: (item: T) => Promise<R>,
  size = 6,
): Promise<R[]> {
  const answers: R[] = [];
  for (let start = 0; start < items.length; start += size) {
    answers.push(...(await Promise.all(items.slice(start, start + size).map(ask))));
  }
  return answers;
}
