import type { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http, RequestOptions } from '../../src/kit/http.ts';
import { filePath } from '../../src/kit/url.ts';
import { type ApiTag, RepositoryAnswer, SecurityAnswer, TagsPage } from './api-schema.ts';

const PAGE_SIZE = 100;
const MOST_PAGES = 100;

export interface TagQuery {
  /** Part of a name. */
  like?: string | undefined;
  /** The whole name. */
  name?: string;
}

/** The Quay API (/api/v1): what a Quay knows beyond the OCI distribution API. */
export class QuayApi {
  readonly #http: Http;
  readonly #setting: string;

  /** `setting`: where in the settings this Quay stands. */
  constructor(http: Http, setting: string) {
    this.#http = http;
    this.#setting = setting;
  }

  async repository(repository: string, signal?: AbortSignal) {
    const query = { includeTags: false };
    return await this.#get(repository, '', RepositoryAnswer, { query, signal });
  }

  /** Tags of today, newest first, page by page. */
  async *tags(repository: string, { like, name }: TagQuery, signal?: AbortSignal): AsyncGenerator<ApiTag> {
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const query = {
        onlyActiveTags: true,
        limit: PAGE_SIZE,
        page,
        specificTag: name,
        filter_tag_name: like === undefined ? undefined : `like:${like}`,
      };
      const answer = await this.#get(repository, '/tag/', TagsPage, { query, signal });
      yield* answer.tags;
      if (!answer.has_additional) return;
    }
  }

  async tag(repository: string, name: string, signal?: AbortSignal): Promise<ApiTag | undefined> {
    for await (const tag of this.tags(repository, { name }, signal)) if (tag.name === name) return tag;
    return undefined;
  }

  /** What the scanner knows about one image; it never scans an index. */
  async security(repository: string, digest: string, signal?: AbortSignal): Promise<SecurityAnswer> {
    const options = { query: { vulnerabilities: true }, signal };
    return await this.#get(repository, `/manifest/${digest}/security`, SecurityAnswer, options);
  }

  async #get<S extends z.ZodType>(
    repository: string,
    below: string,
    schema: S,
    options: RequestOptions,
  ): Promise<z.output<S>> {
    try {
      return await this.#http.getJson(`/repository/${filePath(repository)}${below}`, schema, options);
    } catch (error) {
      if (error instanceof SluiceError && (error.status === 401 || error.status === 403)) {
        throw this.#refused(repository, error.status);
      }
      throw error;
    }
  }

  #refused(repository: string, status: number): SluiceError {
    return new SluiceError(status === 401 ? 'auth' : 'forbidden', {
      cause: `The API of ${this.#http.system} does not let us read ${repository}.`,
      remedy:
        `Set ${this.#setting}.api_token to an OAuth access token that may view it (a robot account is not enough), ` +
        'and check the name: an unknown repository looks the same.',
      status,
    });
  }
}
