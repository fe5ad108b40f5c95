import type { Permit } from '../../src/kit/effect.ts';
import { path } from '../../src/kit/url.ts';
import { demandWritable, type JiraOptions } from './options.ts';
import * as schema from './schema.ts';
import type { Wire } from './wire.ts';

const PAGE = 100;

/** What belongs to a project: its types of issues and its versions. */
export class JiraProjects {
  readonly #wire: Wire;
  readonly #options: JiraOptions;

  constructor(wire: Wire, options: JiraOptions) {
    this.#wire = wire;
    this.#options = options;
  }

  async list(query: string | undefined, limit: number) {
    if (this.#options.flavor === 'cloud') {
      const { values, isLast } = await this.#wire.read(schema.ProjectPage, (jira, client) =>
        jira.searchProjects(client, { maxResults: limit, ...(query === undefined ? {} : { query }) }),
      );
      return { projects: values, more: isLast === false };
    }
    // Said by hand: Data Center has no search of projects.
    const all = await this.#wire.read(schema.ProjectsAnswer, (_jira, client) =>
      client.sendRequest({ url: '/rest/api/2/project' }),
    );
    const wanted = (query ?? '').toLowerCase();
    const found = all.filter(({ key, name }) => `${key} ${name}`.toLowerCase().includes(wanted));
    return { projects: found.slice(0, limit), more: found.length > limit };
  }

  async idOf(project: string): Promise<number> {
    const { id } = await this.#wire.read(schema.ProjectAnswer, (jira, client) =>
      jira.getProject(client, { projectIdOrKey: path`${project}` }),
    );
    return Number(id);
  }

  /** Types of issues that the account may create. */
  async issueTypes(project: string) {
    return await this.#wire.read(schema.IssueTypesAnswer, (jira, client) =>
      jira.getCreateIssueMetaIssueTypes(client, { projectIdOrKey: path`${project}`, maxResults: PAGE }),
    );
  }

  async versions(project: string): Promise<schema.VersionAnswer[]> {
    return await this.#wire.read(schema.VersionsAnswer, (jira, client) =>
      jira.getProjectVersions(client, { projectIdOrKey: path`${project}` }),
    );
  }

  async createVersion(
    project: string,
    version: { projectId: number; name: string; description?: string; releaseDate?: string },
    permit: Permit,
  ): Promise<schema.VersionAnswer> {
    demandWritable(this.#options, project);
    return await this.#wire.send(
      permit,
      (jira, client) => jira.createVersion(client, version),
      schema.VersionAnswer,
    );
  }

  async releaseVersion(project: string, id: string, releaseDate: string | undefined, permit: Permit) {
    demandWritable(this.#options, project);
    const body = { released: true, ...(releaseDate === undefined ? {} : { releaseDate }) };
    return await this.#wire.send(
      permit,
      (jira, client) => jira.updateVersion(client, { id: path`${id}`, body }),
      schema.VersionAnswer,
    );
  }
}
