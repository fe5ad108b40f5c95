import { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { filePath as checkedPath } from '../../src/kit/url.ts';
import { GitLabApi, type ProjectRef } from './api.ts';
import { type MergeRequestAddress, parseMergeRequestUrl } from './merge-request-url.ts';
import {
  ApprovalsAnswer,
  DiffsAnswer,
  MergeRequestAnswer,
  NoteCreated,
  NotesAnswer,
  UserAnswer,
  UsersAnswer,
} from './schema.ts';
import { JobsAnswer, PipelinesAnswer } from './schema-pipelines.ts';
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

const Text = z.string();
const Anything = z.unknown();

/** What several modules need of GitLab; the tools of this one ask `api` for more. */
export class GitLabClient {
  readonly api: GitLabApi;

  constructor(http: Http, writable: readonly string[]) {
    this.api = new GitLabApi(http, writable);
  }

  /** Reads project and number; any host (see `merge-request-url.ts`). Throws `invalid_input`. */
  parseMergeRequestUrl(url: string): MergeRequestAddress {
    return parseMergeRequestUrl(url);
  }

  async getMergeRequest(project: ProjectRef, iid: number): Promise<MergeRequest> {
    const answer = await this.mergeRequest(project, iid);
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

  /** All that is read of a merge request. */
  async mergeRequest(project: ProjectRef, iid: number): Promise<MergeRequestAnswer> {
    return await this.api.read(`!${iid}`, MergeRequestAnswer, ({ MergeRequests }) =>
      MergeRequests.show(project, iid),
    );
  }

  /** Paths that the merge request adds or changes, as they are named after it. */
  async changedFiles(project: ProjectRef, iid: number): Promise<string[]> {
    const diffs = await this.diffs(project, iid);
    return diffs.map(({ new_path }) => new_path);
  }

  async diffs(project: ProjectRef, iid: number): Promise<z.output<typeof DiffsAnswer>> {
    return await this.api.pages(`the diffs of !${iid}`, DiffsAnswer, ({ MergeRequests }, wish) =>
      MergeRequests.allDiffs(project, iid, wish),
    );
  }

  async rawFile(project: ProjectRef, filePath: string, ref: string): Promise<string> {
    checkedPath(filePath);
    return await this.api.read('the file', Text, ({ RepositoryFiles }) =>
      RepositoryFiles.showRaw(project, filePath, ref),
    );
  }

  /** Every note, oldest first. */
  async listNotes(project: ProjectRef, iid: number): Promise<Note[]> {
    const notes = await this.api.pages(`the notes of !${iid}`, NotesAnswer, ({ MergeRequestNotes }, wish) =>
      MergeRequestNotes.all(project, iid, { sort: 'asc', orderBy: 'created_at', ...wish }),
    );
    return notes.map((note) => ({
      id: note.id,
      body: note.body,
      author: note.author.username,
      createdAt: note.created_at,
    }));
  }

  async addNote(project: ProjectRef, iid: number, body: string, permit: Permit): Promise<{ id: number }> {
    return await this.api.write(
      'the note',
      NoteCreated,
      ({ MergeRequestNotes }) => MergeRequestNotes.create(project, iid, body),
      { permit, project },
    );
  }

  /** Usernames of those who approved. */
  async approvals(project: ProjectRef, iid: number): Promise<{ approvedBy: string[] }> {
    const answer = await this.approvalStatus(project, iid);
    return { approvedBy: answer.approved_by.map(({ user }) => user.username) };
  }

  async approvalStatus(project: ProjectRef, iid: number): Promise<ApprovalsAnswer> {
    return await this.api.read(`the approvals of !${iid}`, ApprovalsAnswer, ({ MergeRequestApprovals }) =>
      MergeRequestApprovals.showConfiguration(project, { mergerequestIId: iid }),
    );
  }

  /** Approves as the account of the token; `precondition` when it has approved already or may not. */
  async approve(project: ProjectRef, iid: number, permit: Permit): Promise<void> {
    let status = 0;
    await this.api.write(
      'the approval',
      Anything,
      async ({ MergeRequestApprovals }) => {
        const answer = await MergeRequestApprovals.approve(project, iid, { showExpanded: true });
        status = answer.status;
        return answer.data;
      },
      { permit, project, accept: [401] },
    );
    if (status !== 401) return;
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
    const users = await this.api.read('accounts', UsersAnswer, ({ Users }) => Users.all({ search: email }));
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

  async userNamed(username: string): Promise<User | undefined> {
    const users = await this.api.read('accounts', UsersAnswer, ({ Users }) => Users.all({ username }));
    const found = users.find((user) => user.username.toLowerCase() === username.toLowerCase());
    return found && userOf(found);
  }

  async currentUser(): Promise<User> {
    return userOf(await this.api.read('our account', UserAnswer, ({ Users }) => Users.showCurrentUser()));
  }

  /** A stage of the newest pipeline of a merge request; `missing` also when there is no pipeline yet. */
  async stageStatus(project: ProjectRef, iid: number, stageName: string): Promise<StageStatus> {
    const pipelines = await this.api.pages(
      `the pipelines of !${iid}`,
      PipelinesAnswer,
      ({ MergeRequests }, wish) => MergeRequests.allPipelines(project, iid, wish),
    );
    const latest = pipelines.toSorted((a, b) => b.id - a.id)[0];
    if (latest === undefined) return { state: 'missing', jobs: [] };
    const home = latest.project_id ?? project;
    const what = `pipeline ${latest.id}`;
    const [jobs, bridges] = await Promise.all([
      this.api.pages(`the jobs of ${what}`, JobsAnswer, ({ Jobs }, wish) =>
        Jobs.all(home, { pipelineId: latest.id, ...wish }),
      ),
      this.api.pages(`the bridges of ${what}`, JobsAnswer, ({ Jobs }, wish) =>
        Jobs.allPipelineBridges(home, latest.id, wish),
      ),
    ]);
    const inStage = [...jobs, ...bridges].filter(({ stage }) => stage === stageName);
    return {
      state: stateOf(inStage),
      pipelineId: latest.id,
      jobs: inStage.map(({ id, name, status }) => ({ id, name, status })),
    };
  }
}

function userOf({ id, username, name }: z.output<typeof UserAnswer>): User {
  return { id, username, name };
}
