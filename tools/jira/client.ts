import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { path } from '../../src/kit/url.ts';
import { type AdfDocument, plain } from './adf.ts';
import { type Issue, issueOf, type Person, personOf } from './issue.ts';
import {
  CommentAnswer,
  CommentsAnswer,
  IssueAnswer,
  RemoteLinksAnswer,
  SearchAnswer,
  TransitionsAnswer,
  UserAnswer,
} from './schema.ts';

/** Other modules reach this module through this file. */
export { doc, mention, text } from './adf.ts';
export type { Issue, Person } from './issue.ts';

export interface Comment {
  id: string;
  author: string;
  created: string;
  text: string;
  /** The mark by which a comment of ours is found again. */
  marker: string | undefined;
}

interface Transition {
  id: string;
  name: string;
  to: string;
}

const API = '/rest/api/3';
const MARKER = 'sluice.marker';
const COMMENTS_PAGE = 100;
const PAGES = 50;
const FIELDS =
  'summary,status,issuetype,priority,labels,assignee,reporter,updated,description,subtasks'.split(',');

/** Jira Cloud, REST API v3. */
export class JiraClient {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async getIssue(key: string, extraFields: readonly string[] = []): Promise<Issue> {
    const answer = await this.#http.getJson(issuePath(key), IssueAnswer, {
      query: { fields: [...FIELDS, ...extraFields].join(','), expand: 'changelog' },
    });
    return issueOf(answer);
  }

  /** Issues that a JQL finds, page after page up to `limit`; `more` when there are others. */
  async search(
    jql: string,
    options: { limit?: number; fields?: readonly string[]; changelog?: boolean } = {},
  ): Promise<{ issues: Issue[]; more: boolean }> {
    const limit = options.limit ?? 100;
    const issues: Issue[] = [];
    let token: string | undefined;
    for (let page = 0; page < PAGES; page += 1) {
      const answer = await this.#http.getJson(`${API}/search/jql`, SearchAnswer, {
        query: {
          jql,
          maxResults: Math.min(100, limit - issues.length),
          fields: [...FIELDS, ...(options.fields ?? [])].join(','),
          expand: options.changelog === true ? 'changelog' : undefined,
          nextPageToken: token,
        },
      });
      issues.push(...answer.issues.map(issueOf));
      token = answer.nextPageToken ?? undefined;
      if (token === undefined || answer.isLast === true) return { issues, more: false };
      if (issues.length >= limit) return { issues, more: true };
    }
    throw new SluiceError('schema_drift', {
      cause: `jira: the search had no end after ${PAGES} pages.`,
      remedy: 'Ask for less, or report that the paging of the search has changed.',
    });
  }

  /** Every comment, oldest first. */
  async listComments(key: string): Promise<Comment[]> {
    const comments: Comment[] = [];
    for (let page = 0; page < PAGES; page += 1) {
      const answer = await this.#http.getJson(`${issuePath(key)}/comment`, CommentsAnswer, {
        query: {
          startAt: comments.length,
          maxResults: COMMENTS_PAGE,
          orderBy: 'created',
          expand: 'properties',
        },
      });
      comments.push(
        ...answer.comments.map(({ id, author, created, body, properties }) => {
          const marker = properties.find((property) => property.key === MARKER)?.value;
          return {
            id,
            author: author?.displayName ?? '',
            created,
            text: plain(body),
            marker: typeof marker === 'object' && marker !== null ? keyIn(marker) : undefined,
          };
        }),
      );
      if (answer.comments.length === 0 || comments.length >= answer.total) return comments;
    }
    throw new SluiceError('precondition', {
      cause: `jira: ${key} has more than ${PAGES * COMMENTS_PAGE} comments.`,
      remedy: 'Look at this issue by hand.',
    });
  }

  /** `marker` is kept as a property of the comment, for `listComments` to find it by. */
  async addComment(key: string, body: AdfDocument, marker: string, permit: Permit): Promise<{ id: string }> {
    const target = `${issuePath(key)}/comment`;
    const answer = await this.#http.send('POST', target, permit, {
      json: { body, properties: [{ key: MARKER, value: { key: marker } }] },
    });
    return { id: this.#http.parse('POST', target, answer, CommentAnswer).id };
  }

  async transitions(key: string): Promise<Transition[]> {
    const answer = await this.#http.getJson(`${issuePath(key)}/transitions`, TransitionsAnswer);
    return answer.transitions.map(({ id, name, to }) => ({ id, name, to: to.name }));
  }

  /** `id` is one of `transitions`: Jira refuses what the workflow does not allow now. */
  async transition(key: string, id: string, permit: Permit): Promise<void> {
    await this.#http.send('POST', `${issuePath(key)}/transitions`, permit, { json: { transition: { id } } });
  }

  /** Adds to the labels; those that stand there stay. */
  async addLabels(key: string, labels: readonly string[], permit: Permit): Promise<void> {
    await this.#http.send('PUT', issuePath(key), permit, {
      json: { update: { labels: labels.map((label) => ({ add: label })) } },
    });
  }

  /** Adds a person to a field that holds several; those that stand there stay. */
  async addPerson(key: string, field: string, id: string, permit: Permit): Promise<void> {
    await this.#http.send('PUT', issuePath(key), permit, {
      json: { update: { [field]: [{ add: { accountId: id } }] } },
    });
  }

  async subtasks(key: string): Promise<Issue['subtasks']> {
    return (await this.getIssue(key)).subtasks;
  }

  /** Addresses that people or tools have linked to an issue. */
  async remoteLinks(key: string): Promise<string[]> {
    const links = await this.#http.getJson(`${issuePath(key)}/remotelink`, RemoteLinksAnswer);
    return links.map(({ object }) => object.url);
  }

  async myself(): Promise<Person> {
    const me = await this.#http.getJson(`${API}/myself`, UserAnswer);
    return personOf(me) ?? { id: me.accountId, name: '' };
  }
}

function issuePath(key: string): string {
  return `${API}/issue${path`/${key}`}`;
}

function keyIn(value: object): string | undefined {
  const key: unknown = 'key' in value ? value.key : undefined;
  return typeof key === 'string' ? key : undefined;
}
