import type { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { path } from '../../src/kit/url.ts';
import { type FieldInput, fieldValue, resolveField } from './fields.ts';
import { type Issue, issueOf, type Person, personOf } from './issue.ts';
import { demandWritable, type JiraOptions } from './options.ts';
import { isExactly, onlyPerson } from './people.ts';
import { JiraProjects } from './projects.ts';
import * as schema from './schema.ts';
import { type SearchOptions, searchIssues } from './search.ts';
import type { AdfDocument } from './text/adf.ts';
import { parseMarkdown } from './text/markdown.ts';
import { plain } from './text/plain.ts';
import { RENDERERS } from './text/render.ts';
import { Wire } from './wire.ts';

/** Other modules reach this module through this file. */
export type { Issue, Person } from './issue.ts';
export { doc, mention, text } from './text/adf.ts';

export interface Comment {
  id: string;
  author: string;
  created: string;
  text: string;
  /** The mark by which a comment of ours is found again. */
  marker: string | undefined;
  /** What kind of account wrote it; Cloud alone says so. */
  accountType?: string | undefined;
}

export interface Transition {
  id: string;
  name: string;
  to: string;
  /** Fields that have to be given with it. */
  required: { id: string; name: string; schema: schema.FieldSchema | undefined }[];
}

const MARKER = 'sluice.marker';
const PAGE = 100;
const PAGES = 50;
const FIELDS =
  'summary,status,issuetype,priority,labels,assignee,reporter,updated,description,subtasks'.split(',');

/** Jira Cloud by REST v3, Jira Data Center by REST v2. */
export class JiraClient {
  readonly #wire: Wire;
  readonly #options: JiraOptions;
  readonly projects: JiraProjects;
  #catalogue: Promise<schema.FieldDetails[]> | undefined;

  constructor(http: Http, options: JiraOptions) {
    this.#options = options;
    this.#wire = new Wire(http, options.flavor);
    this.projects = new JiraProjects(this.#wire, options);
  }

  get #isCloud(): boolean {
    return this.#options.flavor === 'cloud';
  }

  urlOf(key: string): string {
    return `${this.#options.site.replace(/\/$/, '')}/browse${path`/${key}`}`;
  }

  /** Projects that may be written to. */
  get writable(): readonly string[] {
    return this.#options.projects;
  }

  demandWritable(keyOrProject: string): void {
    demandWritable(this.#options, keyOrProject);
  }

  body(markdown: string): AdfDocument | string {
    return RENDERERS[this.#options.flavor](parseMarkdown(markdown));
  }

  /** A person as writes name them. */
  personRef(id: string): { accountId: string } | { name: string } {
    return this.#isCloud ? { accountId: id } : { name: id };
  }

  async getIssue(key: string, extraFields: readonly string[] = []): Promise<Issue> {
    const answer = await this.#wire.read(schema.IssueAnswer, (jira, client) =>
      jira.getIssue(client, {
        issueIdOrKey: path`${key}`,
        fields: [...FIELDS, ...extraFields],
        expand: 'changelog',
      }),
    );
    return issueOf(answer);
  }

  /** Issues that a JQL finds, page after page up to `limit`; `more` when there are others, from `next` on. */
  async search(
    jql: string,
    options: SearchOptions = {},
  ): Promise<{ issues: Issue[]; more: boolean; next?: string }> {
    return await searchIssues(this.#wire, this.#options.flavor, FIELDS, jql, options);
  }

  /** Every comment, oldest first. */
  async listComments(key: string): Promise<Comment[]> {
    const comments: Comment[] = [];
    for (let page = 0; page < PAGES; page += 1) {
      const answer = await this.#wire.read(schema.CommentsAnswer, (jira, client) =>
        jira.getComments(client, {
          issueIdOrKey: path`${key}`,
          startAt: comments.length,
          maxResults: PAGE,
          orderBy: 'created',
          expand: 'properties',
        }),
      );
      comments.push(
        ...answer.comments.map(({ id, author, created, body, properties }) => {
          const marker = properties.find((property) => property.key === MARKER)?.value;
          return {
            id,
            author: author?.displayName ?? '',
            created,
            text: plain(body),
            marker: typeof marker === 'object' && marker !== null ? keyIn(marker) : undefined,
            accountType: author?.accountType,
          };
        }),
      );
      if (answer.comments.length === 0 || comments.length >= answer.total) return comments;
    }
    throw new SluiceError('precondition', {
      cause: `jira: ${key} has more than ${PAGES * PAGE} comments.`,
      remedy: 'Look at this issue by hand.',
    });
  }

  /** `marker` is kept as a property of the comment, for `listComments` to find it by. */
  async addComment(key: string, body: AdfDocument, marker: string, permit: Permit): Promise<{ id: string }> {
    this.demandWritable(key);
    const rendered = RENDERERS[this.#options.flavor](body);
    // Said by hand: for wiki text the library leaves the properties out, and asks for the comment again.
    const comment = { body: rendered, properties: [{ key: MARKER, value: { key: marker } }] };
    const url = `/rest/api/3/issue${path`/${key}`}/comment`;
    return await this.#wire.send(
      permit,
      (_jira, client) => client.sendRequest({ url, method: 'POST', body: comment }),
      schema.CommentAnswer.pick({ id: true }),
    );
  }

  async transitions(key: string): Promise<Transition[]> {
    const answer = await this.#wire.read(schema.TransitionsAnswer, (jira, client) =>
      jira.getTransitions(client, { issueIdOrKey: path`${key}`, expand: 'transitions.fields' }),
    );
    return answer.transitions.map(({ id, name, to, fields }) => ({
      id,
      name,
      to: to.name,
      required: Object.entries(fields)
        .filter(([, field]) => field.required && !field.hasDefaultValue)
        .map(([field, { name: shown, schema: shape }]) => ({
          id: field,
          name: shown || field,
          schema: shape,
        })),
    }));
  }

  /** `id` is one of `transitions`: Jira refuses what the workflow does not allow now. */
  async transition(
    key: string,
    id: string,
    permit: Permit,
    fields: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    this.demandWritable(key);
    const given = Object.keys(fields).length === 0 ? {} : { fields };
    await this.#wire.send(permit, (jira, client) =>
      jira.doTransition(client, { issueIdOrKey: path`${key}`, transition: { id }, ...given }),
    );
  }

  async createIssue(
    fields: Readonly<Record<string, unknown>>,
    project: string,
    permit: Permit,
  ): Promise<{ id: string; key: string }> {
    this.demandWritable(project);
    return await this.#wire.send(
      permit,
      (jira, client) => jira.createIssue(client, { fields: { project: { key: project }, ...fields } }),
      schema.CreatedAnswer,
    );
  }

  async editIssue(
    key: string,
    change: { fields?: Record<string, unknown>; update?: Record<string, unknown> },
    permit: Permit,
  ): Promise<void> {
    this.demandWritable(key);
    await this.#wire.send(permit, (jira, client) =>
      jira.editIssue(client, { issueIdOrKey: path`${key}`, ...change }),
    );
  }

  /** Adds to the labels; those that stand there stay. */
  async addLabels(key: string, labels: readonly string[], permit: Permit): Promise<void> {
    await this.editIssue(key, { update: { labels: labels.map((label) => ({ add: label })) } }, permit);
  }

  /** Adds a person to a field that holds several; those that stand there stay. */
  async addPerson(key: string, field: string, id: string, permit: Permit): Promise<void> {
    await this.editIssue(key, { update: { [field]: [{ add: this.personRef(id) }] } }, permit);
  }

  async assign(key: string, id: string | null, permit: Permit): Promise<void> {
    this.demandWritable(key);
    // Said by hand: the library knows no user names.
    const body = this.#isCloud ? { accountId: id } : { name: id };
    const url = `/rest/api/3/issue${path`/${key}`}/assignee`;
    await this.#wire.send(permit, (_jira, client) => client.sendRequest({ url, method: 'PUT', body }));
  }

  async subtasks(key: string): Promise<Issue['subtasks']> {
    return (await this.getIssue(key)).subtasks;
  }

  /** Addresses that people or tools have linked to an issue. */
  async remoteLinks(key: string): Promise<string[]> {
    const links = await this.#wire.read(schema.RemoteLinksAnswer, (jira, client) =>
      jira.getRemoteIssueLinks(client, { issueIdOrKey: path`${key}` }),
    );
    return links.map(({ object }) => object.url);
  }

  async issueLinks(key: string): Promise<z.output<typeof schema.IssueLinks>> {
    const { fields } = await this.getIssue(key, ['issuelinks']);
    const parsed = schema.IssueLinks.safeParse(fields.issuelinks);
    if (parsed.success) return parsed.data;
    throw new SluiceError('schema_drift', {
      cause: `jira: the links of ${key} have not the expected shape.`,
      remedy: 'Compare the field issuelinks with the module README and report it.',
    });
  }

  async linkTypes(): Promise<schema.LinkType[]> {
    const answer = await this.#wire.read(schema.LinkTypesAnswer, (jira, client) =>
      jira.getIssueLinkTypes(client),
    );
    return answer.issueLinkTypes;
  }

  /** `from` is what the outward words are said of: "from blocks to". */
  async link(type: string, from: string, to: string, permit: Permit): Promise<void> {
    this.demandWritable(from);
    this.demandWritable(to);
    await this.#wire.send(permit, (jira, client) =>
      // Jira calls the issue where a link begins the inward one.
      jira.linkIssues(client, {
        type: { name: type },
        inwardIssue: { key: from },
        outwardIssue: { key: to },
      }),
    );
  }

  async watchers(key: string): Promise<Person[]> {
    const answer = await this.#wire.read(schema.WatchersAnswer, (jira, client) =>
      jira.getIssueWatchers(client, { issueIdOrKey: path`${key}` }),
    );
    return answer.watchers.map(({ id, displayName }) => ({ id, name: displayName }));
  }

  async addWatcher(key: string, id: string, permit: Permit): Promise<void> {
    this.demandWritable(key);
    // Said by hand: the library's type allows no bare text, which is what Jira takes here.
    const url = `/rest/api/3/issue${path`/${key}`}/watchers`;
    await this.#wire.send(permit, (_jira, client) => client.sendRequest({ url, method: 'POST', body: id }));
  }

  /** By name, address or id; Cloud looks for an id only where it is told that it is one. */
  async findUsers(asked: string): Promise<schema.UserAnswer[]> {
    const words = asked.trim().replace(/^@/, '');
    const by = async (where: { query: string } | { username: string } | { accountId: string }) =>
      await this.#wire.read(schema.UsersAnswer, (jira, client) =>
        jira.findUsers(client, { ...where, maxResults: 50 }),
      );
    if (!this.#isCloud) return await by({ username: words });
    const found = await by({ query: words });
    if (/[\s@]/.test(words) || found.some((user) => isExactly(user, words))) return found;
    return [...found, ...(await by({ accountId: words }))];
  }

  /** Exactly one person: `me`, an id, a user name, an address or a whole name. */
  async person(asked: string): Promise<Person> {
    if (asked.trim().toLowerCase() === 'me') return await this.myself();
    const { id, displayName } = onlyPerson(await this.findUsers(asked), asked);
    return { id, name: displayName };
  }

  async field(word: string): Promise<schema.FieldDetails> {
    this.#catalogue ??= this.#wire.read(schema.FieldsCatalogue, (jira, client) => jira.getFields(client));
    this.#catalogue.catch(() => {
      this.#catalogue = undefined;
    });
    return resolveField(word, await this.#catalogue, this.#options.fields);
  }

  /** Fields by any of their names, with values as Jira takes them. */
  async fieldValues(given: Readonly<Record<string, FieldInput>>): Promise<Record<string, unknown>> {
    const shape = {
      body: (markdown: string) => this.body(markdown),
      person: async (asked: string) => this.personRef((await this.person(asked)).id),
    };
    const entries = Object.entries(given).map(async ([word, value]) => {
      const field = await this.field(word);
      return [field.id, await fieldValue(field.name, field.schema, value, shape)] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  /** Every change of an issue, oldest first. */
  async changelog(key: string) {
    if (!this.#isCloud) {
      const { changelog } = await this.#wire.read(schema.ChangelogInside, (jira, client) =>
        jira.getIssue(client, { issueIdOrKey: path`${key}`, fields: ['summary'], expand: 'changelog' }),
      );
      return changelog.histories;
    }
    const histories: z.output<typeof schema.ChangelogPage>['values'] = [];
    for (let page = 0; page < PAGES; page += 1) {
      const startAt = histories.length;
      const answer = await this.#wire.read(schema.ChangelogPage, (jira, client) =>
        jira.getChangeLogs(client, { issueIdOrKey: path`${key}`, startAt, maxResults: PAGE }),
      );
      histories.push(...answer.values);
      if (answer.isLast !== false || answer.values.length === 0) return histories;
    }
    return histories;
  }

  async myself(): Promise<Person> {
    const me = await this.#wire.read(schema.UserAnswer, (jira, client) => jira.getCurrentUser(client));
    return personOf(me) ?? { id: me.id, name: '' };
  }
}

function keyIn(value: object): string | undefined {
  const key: unknown = 'key' in value ? value.key : undefined;
  return typeof key === 'string' ? key : undefined;
}
