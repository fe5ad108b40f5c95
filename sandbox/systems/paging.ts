import { type Call, json, type Reply } from '../http.ts';

/** One page of a list with GitLab's headers; clients walk by x-next-page or by link. */
export function paged(call: Call, items: readonly unknown[]): Reply {
  const size = Math.min(100, Math.max(1, Number(call.query.get('per_page') ?? 20) || 20));
  const page = Math.max(1, Number(call.query.get('page') ?? 1) || 1);
  const pages = Math.max(1, Math.ceil(items.length / size));
  const url = (n: number) => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(n));
    query.set('per_page', String(size));
    return `${call.base}${call.path.slice(new URL(call.base).pathname.length)}?${query}`;
  };
  const links = [
    page < pages ? `<${url(page + 1)}>; rel="next"` : '',
    `<${url(1)}>; rel="first"`,
    `<${url(pages)}>; rel="last"`,
  ];
  return json(200, items.slice((page - 1) * size, page * size), {
    'x-page': String(page),
    'x-per-page': String(size),
    'x-total': String(items.length),
    'x-total-pages': String(pages),
    'x-next-page': page < pages ? String(page + 1) : '',
    'x-prev-page': page > 1 ? String(page - 1) : '',
    link: links.filter((link) => link !== '').join(', '),
  });
}
