import type { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { type Issue, issueOf } from './issue.ts';
import { SearchAnswer } from './schema.ts';
import type { Flavor } from './text/render.ts';
import type { Wire } from './wire.ts';

export interface SearchOptions {
  limit?: number;
  /** Further fields. */
  fields?: readonly string[];
  changelog?: boolean;
  /** `next` of the answer before. */
  from?: string | undefined;
}

interface Page {
  issues: z.output<typeof SearchAnswer>['issues'];
  next: string | undefined;
}

const PAGE = 100;
const PAGES = 50;

export async function searchIssues(
  wire: Wire,
  flavor: Flavor,
  common: readonly string[],
  jql: string,
  options: SearchOptions,
): Promise<{ issues: Issue[]; more: boolean; next?: string }> {
  const ask = flavor === 'cloud' ? cloudPage : serverPage;
  const limit = options.limit ?? PAGE;
  const fields = [...common, ...(options.fields ?? [])];
  const issues: Issue[] = [];
  let next = options.from;
  for (let page = 0; page < PAGES; page += 1) {
    const maxResults = Math.min(PAGE, limit - issues.length);
    const expand = options.changelog === true ? { expand: 'changelog' } : {};
    const answer = await ask(wire, { jql, maxResults, fields, ...expand }, next);
    issues.push(...answer.issues.map(issueOf));
    next = answer.next;
    if (next === undefined) return { issues, more: false };
    if (issues.length >= limit) return { issues, more: true, next };
  }
  throw new SluiceError('schema_drift', {
    cause: `jira: the search had no end after ${PAGES} pages.`,
    remedy: 'Ask for less, or report that the paging of the search has changed.',
  });
}

interface Query {
  jql: string;
  maxResults: number;
  fields: string[];
  expand?: string;
}

async function cloudPage(wire: Wire, query: Query, token: string | undefined): Promise<Page> {
  const answer = await wire.read(SearchAnswer, (jira, client) =>
    jira.searchAndReconsileIssuesUsingJql(client, {
      ...query,
      ...(token === undefined ? {} : { nextPageToken: token }),
    }),
  );
  return {
    issues: answer.issues,
    next: answer.isLast === true ? undefined : (answer.nextPageToken ?? undefined),
  };
}

/** Said by hand: the library has no search of Data Center's kind. */
async function serverPage(wire: Wire, query: Query, from: string | undefined): Promise<Page> {
  const startAt = from === undefined ? 0 : Number(from);
  if (!Number.isInteger(startAt) || startAt < 0) {
    throw new SluiceError('invalid_input', {
      cause: 'jira: this cursor is none of a search of Jira Data Center.',
      remedy: 'Give next_cursor of the answer before.',
    });
  }
  const answer = await wire.read(SearchAnswer, (_jira, client) =>
    client.sendRequest({ url: '/rest/api/2/search', searchParams: { ...query, startAt } }),
  );
  const end = startAt + answer.issues.length;
  const more = answer.issues.length > 0 && end < (answer.total ?? 0);
  return { issues: answer.issues, next: more ? String(end) : undefined };
}
