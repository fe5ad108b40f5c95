import type { Gitlab } from '@gitbeaker/rest';
import { SluiceError } from '../../src/kit/errors.ts';
import type { LibraryFetch } from '../../src/kit/http.ts';
import { path } from '../../src/kit/url.ts';

type RequesterFn = NonNullable<NonNullable<ConstructorParameters<typeof Gitlab>[0]>['requesterFn']>;
type Requester = ReturnType<RequesterFn>;
type Options = Parameters<Requester['get']>[1];

const API = '/api/v4';
/** Endpoints whose answer is a text, whatever it looks like. */
const TEXT = /\/(?:raw|trace)$/;

/** What the library sends its requests by: our fetch, without its queue, its retries and its time limits. */
export function requesterFor(fetch: LibraryFetch, system: string): RequesterFn {
  return ({ url }) => {
    const prefix = url.replace(API, '').replace(/\/$/, '');
    const by =
      (method: string) =>
      async <T>(endpoint: string, options?: Options) => {
        const target = `${prefix}/${endpoint}`;
        checkSegments(target);
        const query = queryOf(options?.searchParams ?? {});
        const body = options?.body;
        const answer = await fetch(query === '' ? target : `${target}?${query}`, {
          method,
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(snakeCase(body)), headers: { 'content-type': 'application/json' } }),
        });
        const text = await answer.text();
        return {
          status: answer.status,
          headers: withoutLink(answer.headers),
          body: bodyOf<T>(text, TEXT.test(target), () => notJson(system, method, target, text)),
        };
      };
    return { get: by('GET'), post: by('POST'), put: by('PUT'), patch: by('PATCH'), delete: by('DELETE') };
  };
}

/** The library encodes what it inserts, but leaves `..` as it is, which would ask for something else. */
function checkSegments(target: string): void {
  for (const segment of target.split('/').slice(1)) path`${decodeURIComponent(segment)}`;
}

/** The library would go from page to page by itself, as long as an answer names another one. */
function withoutLink(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name !== 'link'));
}

function bodyOf<T>(text: string, plain: boolean, refuse: () => SluiceError): T {
  if (plain) return text as T;
  try {
    return JSON.parse(text === '' ? 'null' : text);
  } catch {
    throw refuse();
  }
}

function notJson(system: string, method: string, target: string, { length }: string): SluiceError {
  return new SluiceError('upstream', {
    cause: `${system}: ${method} ${target} answered with something that is not JSON (${length} characters).`,
    remedy: 'Look again later; if it stays so, check the base_url of this module.',
    reached: 'maybe',
  });
}

function queryOf(params: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined || value === null) continue;
    const key = snake(name);
    if (Array.isArray(value)) for (const one of value) query.append(`${key}[]`, String(one));
    else query.append(key, String(value));
  }
  return query.toString();
}

function snakeCase(body: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      snake(name),
      Array.isArray(value) ? value.map(inner) : value,
    ]),
  );
}

function inner(item: unknown): unknown {
  return item !== null && typeof item === 'object' ? snakeCase(item) : item;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
