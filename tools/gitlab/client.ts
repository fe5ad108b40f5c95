import type { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http, RequestOptions } from '../../src/kit/http.ts';
import { filePath as checkedPath, path } from '../../src/kit/url.ts';
import { type MergeRequestAddress, parseMergeRequestUrl } from './merge-request-url.ts';
import {
  ApprovalsAnswer,
  DiffsAnswer,
  JobsAnswer,
  MergeRequestAnswer,
  NoteCreated,
  NotesAnswer,
  PipelinesAnswer,
  UserAnswer,
  UsersAnswer,
} from './schema.ts';
import { type StageStatus, stateOf } from './stage-status.ts';

export type { StageStatus } from './stage-status.ts';

export interface MergeRequest {
  iid: number;
  title: string;
  state: 'opened' | 'closed' | 'merged' | 'locked';
  labels: string[];
  sourceBranch: string;
  targetBranch: string;
  /** Where the source branch lives: a fork or the project itself. */
  sourceProjectId: number;
  webUrl: string;
  mergedAt?: string;
}

export interface Note {
  id: number;
  body: string;
  /** A username. */
  author: string;
  createdAt: string;
}

export interface User {
  id: number;
  username: string;
  name: string;
}

const PAGE_SIZE = 100;
const MOST_PAGES = 50;

/** GitLab REST API v4. A project is its path with groups, or its number. */
export class GitLabClient {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Reads project and number; any host (see `merge-request-url.ts`). Throws `invalid_input`. */
  parseMergeRequestUrl(url: string): MergeRequestAddress {
    return parseMergeRequestUrl(url);
  }

  async getMergeRequest(project: string | number, iid: number): Promise<MergeRequest> {
    const answer = await this.#http.getJson(mergeRequest(project, iid), MergeRequestAnswer);
    return {
      iid: answer.iid,
      title: answer.title,
      state: answer.state,
      labels: answer.labels,
      sourceBranch: answer.source_branch,
      targetBranch: answer.target_branch,
      sourceProjectId: answer.source_project_id,
      webUrl: answer.web_url,
      ...(answer.merged_at ? { mergedAt: answer.merged_at } : {}),
    };
  }

  /** Paths that the merge request adds or changes, as they are named after it. */
  async changedFiles(project: string | number, iid: number): Promise<string[]> {
    const diffs = await this.#pages(`${mergeRequest(project, iid)}/diffs`, DiffsAnswer);
    return diffs.map(({ new_path }) => new_path);
  }

  async rawFile(project: string | number, filePath: string, ref: string): Promise<string> {
    checkedPath(filePath);
    const target = path`/projects/${project}/repository/files/${filePath}/raw`;
    const answer = await this.#http.get(target, { query: { ref }, headers: { accept: 'text/plain, */*' } });
    return answer.text;
  }

  /** Every note, oldest first. */
  async listNotes(project: string | number, iid: number): Promise<Note[]> {
    const query = { sort: 'asc', order_by: 'created_at' };
    const notes = await this.#pages(`${mergeRequest(project, iid)}/notes`, NotesAnswer, query);
    return notes.map((note) => ({
      id: note.id,
      body: note.body,
      author: note.author.username,
      createdAt: note.created_at,
    }));
  }

  async addNote(
    project: string | number,
    iid: number,
    body: string,
    permit: Permit,
  ): Promise<{ id: number }> {
    const target = `${mergeRequest(project, iid)}/notes`;
    const answer = await this.#http.send('POST', target, permit, { json: { body } });
    return this.#http.parse('POST', target, answer, NoteCreated);
  }

  /** Usernames of those who approved. */
  async approvals(project: string | number, iid: number): Promise<{ approvedBy: string[] }> {
    const answer = await this.#http.getJson(`${mergeRequest(project, iid)}/approvals`, ApprovalsAnswer);
    return { approvedBy: answer.approved_by.map(({ user }) => user.username) };
  }

  /** Approves as the account of the token; `precondition` when it has approved already or may not. */
  async approve(project: string | number, iid: number, permit: Permit): Promise<void> {
    const target = `${mergeRequest(project, iid)}/approve`;
    const answer = await this.#http.send('POST', target, permit, { accept: [401] });
    if (answer.status !== 401) return;
    // GitLab answers 401 here also to a good token: then the account itself can still be read.
    const { username } = await this.currentUser();
    throw new SluiceError('precondition', {
      cause: `gitlab: ${username} cannot approve !${iid}: it is not open, is approved by this account already, or the account has no right to.`,
      remedy: 'Look at its state and approvals; if the account lacks the right, ask for it.',
      status: 401,
    });
  }

  /**
   * The account of an e-mail address: the one that shows this address, else the only one that the
   * search gives (most accounts hide theirs). Several that fit equally are a `conflict`.
   */
  async findUser(email: string): Promise<User | undefined> {
    const users = await this.#http.getJson('/users', UsersAnswer, { query: { search: email } });
    const wanted = email.toLowerCase();
    const exact = users.filter((user) =>
      [user.email, user.public_email].some((own) => own?.toLowerCase() === wanted),
    );
    const candidates = exact.length > 0 ? exact : users.filter((user) => !user.email && !user.public_email);
    if (candidates.length > 1) {
      throw new SluiceError('conflict', {
        cause: `gitlab: ${candidates.length} accounts answer to ${email}: ${candidates.map((user) => user.username).join(', ')}.`,
        remedy: 'Ask the person for the address that their GitLab account shows.',
      });
    }
    return candidates[0] && userOf(candidates[0]);
  }

  async currentUser(): Promise<User> {
    return userOf(await this.#http.getJson('/user', UserAnswer));
  }

  /** A stage of the newest pipeline of a merge request; `missing` also when there is no pipeline yet. */
  async stageStatus(project: string | number, iid: number, stageName: string): Promise<StageStatus> {
    const pipelines = await this.#pages(`${mergeRequest(project, iid)}/pipelines`, PipelinesAnswer);
    const latest = pipelines.toSorted((a, b) => b.id - a.id)[0];
    if (latest === undefined) return { state: 'missing', jobs: [] };
    const pipeline = path`/projects/${latest.project_id ?? project}/pipelines/${latest.id}`;
    const [jobs, bridges] = await Promise.all([
      this.#pages(`${pipeline}/jobs`, JobsAnswer),
      this.#pages(`${pipeline}/bridges`, JobsAnswer),
    ]);
    const inStage = [...jobs, ...bridges].filter(({ stage }) => stage === stageName);
    return {
      state: stateOf(inStage),
      pipelineId: latest.id,
      jobs: inStage.map(({ id, name, status }) => ({ id, name, status })),
    };
  }

  async #pages<T>(target: string, schema: z.ZodType<T[]>, query: RequestOptions['query'] = {}): Promise<T[]> {
    const all: T[] = [];
    let page = '1';
    for (let count = 0; count < MOST_PAGES; count += 1) {
      const answer = await this.#http.get(target, { query: { ...query, per_page: PAGE_SIZE, page } });
      all.push(...this.#http.parse('GET', target, answer, schema));
      const next = answer.headers.get('x-next-page') ?? '';
      if (!/^\d+$/.test(next)) return all;
      page = next;
    }
    // A part of the list would make "not there" look true.
    throw new SluiceError('upstream', {
      cause: `gitlab: GET ${target} has more than ${MOST_PAGES} pages.`,
      remedy: 'Look at it in GitLab: a list of this length is not read.',
    });
  }
}

function mergeRequest(project: string | number, iid: number): string {
  return path`/projects/${project}/merge_requests/${iid}`;
}

function userOf({ id, username, name }: z.output<typeof UserAnswer>): User {
  return { id, username, name };
}
