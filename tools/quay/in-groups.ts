const AT_ONCE = 8;

/** `map` over all items, some at the same time; answers in the order of `items`. */
export async function inGroups<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    answers.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(map))));
  }
  return answers;
}
