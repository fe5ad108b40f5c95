import type { Gitlab } from '@gitbeaker/rest';
import type { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { oneLine } from '../../src/kit/text.ts';
import { issuesText } from '../../src/kit/zod-error.ts';
import { requesterFor } from './requester.ts';
import { ProjectAnswer } from './schema.ts';

export type Library = InstanceType<typeof Gitlab>;
/** A path with its groups, or a number. */
export type ProjectRef = string | number;

export interface PageWish {
  page: number;
  perPage: number;
  showExpanded: true;
}

export interface Page<T> {
  items: T[];
  next: number | null;
}

const PAGE_SIZE = 100;
const MOST_PAGES = 50;

export interface Project {
  id: number;
  path: string;
  defaultBranch: string | undefined;
}

interface WriteOptions {
  permit: Permit;
  /** Where it writes. */
  project: ProjectRef;
  /** Statuses besides 2xx that are an answer. */
  accept?: readonly number[];
}

/** GitLab REST API v4 through its library; every request goes out by our own HTTP. */
export class GitLabApi {
  readonly #http: Http;
  /** Paths of projects, or `group/*`, that may be written to. */
  readonly writable: readonly string[];
  #reader: Promise<Library> | undefined;

  constructor(http: Http, writable: readonly string[]) {
    this.#http = http;
    this.writable = writable;
  }

  async project(project: ProjectRef): Promise<Project> {
    const answer = await this.read('the project', ProjectAnswer, ({ Projects }) => Projects.show(project));
    return {
      id: answer.id,
      path: answer.path_with_namespace,
      defaultBranch: answer.default_branch ?? undefined,
    };
  }

  /** Refuses what the settings do not allow to write to. */
  async demandWritable(project: ProjectRef): Promise<void> {
    const path = /^\d+$/.test(String(project)) ? (await this.project(project)).path : String(project);
    const fits = (one: string) => (one.endsWith('/*') ? path.startsWith(one.slice(0, -1)) : one === path);
    if (this.writable.some(fits)) return;
    throw new SluiceError('forbidden', {
      cause: `gitlab: ${oneLine(path, 120)} is not among the projects that may be written to.`,
      remedy: `Settings allow ${this.writable.join(', ') || 'none'}: add it to modules.gitlab.writable_projects if it belongs there.`,
      rule: 'gitlab.writable-projects',
    });
  }

  async read<S extends z.ZodType>(
    what: string,
    schema: S,
    ask: (library: Library) => Promise<unknown>,
  ): Promise<z.output<S>> {
    return this.#parsed(what, await ask(await this.#library()), schema);
  }

  /** As `read`; undefined where GitLab says that there is no such thing. */
  async readIfThere<S extends z.ZodType>(
    what: string,
    schema: S,
    ask: (library: Library) => Promise<unknown>,
  ): Promise<z.output<S> | undefined> {
    try {
      return await this.read(what, schema, ask);
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  /** One page of a list. */
  async page<T>(
    what: string,
    schema: z.ZodType<T[]>,
    ask: (library: Library, wish: PageWish) => Promise<unknown>,
    { page, perPage }: { page: number; perPage: number },
  ): Promise<Page<T>> {
    const answer = await ask(await this.#library(), { perPage, page, showExpanded: true });
    const next = at(at(answer, 'paginationInfo'), 'next');
    return {
      items: this.#parsed(what, at(answer, 'data'), schema),
      next: typeof next === 'number' ? next : null,
    };
  }

  /** A list to its end. */
  async pages<T>(
    what: string,
    schema: z.ZodType<T[]>,
    ask: (library: Library, wish: PageWish) => Promise<unknown>,
  ): Promise<T[]> {
    const all: T[] = [];
    let page = 1;
    for (let count = 0; count < MOST_PAGES; count += 1) {
      const { items, next } = await this.page(what, schema, ask, { page, perPage: PAGE_SIZE });
      all.push(...items);
      if (next === null) return all;
      page = next;
    }
    // A part of the list would make "not there" look true.
    throw new SluiceError('upstream', {
      cause: `gitlab: the list of ${what} has more than ${MOST_PAGES} pages.`,
      remedy: 'Look at it in GitLab: a list of this length is not read.',
    });
  }

  async write<S extends z.ZodType>(
    what: string,
    schema: S,
    ask: (library: Library) => Promise<unknown>,
    { permit, project, accept }: WriteOptions,
  ): Promise<z.output<S>> {
    await this.demandWritable(project);
    const fetch = this.#http.fetchFor(permit, accept === undefined ? {} : { accept });
    const library = await open(requesterFor(fetch, this.#http.system));
    return this.#parsed(what, await ask(library), schema);
  }

  #library(): Promise<Library> {
    this.#reader ??= open(requesterFor(this.#http.fetchFor(), this.#http.system));
    return this.#reader;
  }

  #parsed<S extends z.ZodType>(what: string, value: unknown, schema: S): z.output<S> {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new SluiceError('schema_drift', {
      cause: `${this.#http.system}: the answer about ${what} has not the expected shape: ${issuesText(parsed.error)}.`,
      remedy:
        'The system may have changed its format: compare its answer with the module README and report it.',
      reached: 'maybe',
    });
  }
}

/** It counts nothing, waits for nothing, and knows neither host nor token: all that is ours. */
async function open(requesterFn: ReturnType<typeof requesterFor>): Promise<Library> {
  const { Gitlab: Constructor } = await import('@gitbeaker/rest');
  return new Constructor({ host: '', requesterFn, queryTimeout: null, rateLimits: {} });
}

function at(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}

/** Without what was not given: the library's options know no `undefined`. */
export function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const known = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
