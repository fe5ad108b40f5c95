import { type Call, json, type Reply } from '../http.ts';

/** One page of a list, as GitHub gives it: what is behind it is said in a link alone. */
export function page<T>(
  call: Call,
  items: readonly T[],
  wrap: (items: T[]) => unknown = (some) => some,
): Reply {
  const size = Math.min(100, Math.max(1, Number(call.query.get('per_page') ?? 30) || 30));
  const number = Math.max(1, Number(call.query.get('page') ?? 1) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const url = (n: number) => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(n));
    return `<${call.base}${call.path.slice(new URL(call.base).pathname.length)}?${query}>`;
  };
  const links = number < last ? { link: `${url(number + 1)}; rel="next", ${url(last)}; rel="last"` } : {};
  return json(200, wrap(items.slice((number - 1) * size, number * size)), links);
}
