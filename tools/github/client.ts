import { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { inertText } from '../../src/kit/outgoing.ts';
import { filePath as encoded } from '../../src/kit/url.ts';
import { Login } from './answers.ts';
import { GitHubLibrary } from './library.ts';
import { isAmong, repositoryOf } from './repository.ts';
import { BlobAnswer, CommitsAnswer, FileAnswer, FolderAnswer, LabelsAnswer, PutAnswer } from './schema.ts';

export interface FileText {
  text: string;
  /** The blob's; `putFile` takes it to replace this very version. */
  sha: string;
}

export interface PutFile {
  /** `owner/name`. */
  repo: string;
  path: string;
  branch: string;
  text: string;
  message: string;
  /** The version that is replaced; leave it out to create. */
  sha?: string;
}

export interface ClientOptions {
  /** Repositories that tools may write to: `owner/name` or `owner/*`. */
  writeTo?: readonly string[] | undefined;
  /** Fetches what an answer refers to, without our credentials. */
  download?: (address: string) => Promise<string>;
}

/** GitHub REST API by `@octokit/rest`. A ref is a branch, a tag or a commit. */
export class GitHubClient {
  readonly library: GitHubLibrary;
  readonly #options: ClientOptions;

  constructor(http: Http, options: ClientOptions = {}) {
    this.library = new GitHubLibrary(http);
    this.#options = options;
  }

  /** A file's text; undefined when it, its branch or its repository is not there (GitHub tells no difference). */
  async getFile(repo: string, filePath: string, ref: string): Promise<FileText | undefined> {
    const target = contents(repo, filePath);
    const file = await this.library.find(FileAnswer, (octokit) => octokit.request(`GET ${target}`, { ref }));
    if (file === undefined) return undefined;
    const { content } = file.encoding === 'none' ? await this.#blob(repo, file.sha) : file;
    return { text: Buffer.from(content, 'base64').toString('utf8'), sha: file.sha };
  }

  /** The newest commit of a branch that changed a file at or before a moment; undefined when there is none. */
  async commitAsOf(
    repo: string,
    filePath: string,
    branch: string,
    until: string,
  ): Promise<string | undefined> {
    const query = { ...repositoryOf(repo), path: filePath, sha: branch, until, per_page: 1 };
    const found = await this.library.find(CommitsAnswer, (octokit) => octokit.rest.repos.listCommits(query));
    return found?.[0]?.sha;
  }

  /** Names in a folder, at most the 1000 that GitHub lists. `not_found` when there is no such folder. */
  async listFolder(repo: string, folder: string, ref: string): Promise<string[]> {
    const target = contents(repo, folder);
    const entries = await this.library.read(FolderAnswer, (octokit) =>
      octokit.request(`GET ${target}`, { ref }),
    );
    return entries.map(({ name }) => name);
  }

  /** Labels of an issue or a pull request, at most the first 100. */
  async issueLabels(repo: string, number: number): Promise<string[]> {
    const query = { ...repositoryOf(repo), issue_number: number, per_page: 100 };
    const labels = await this.library.read(LabelsAnswer, (octokit) =>
      octokit.rest.issues.listLabelsOnIssue(query),
    );
    return labels.map(({ name }) => name);
  }

  /** Commits one file. `conflict` when `sha` is not the present version (or is missing and the file exists). */
  async putFile(file: PutFile, permit: Permit): Promise<{ sha: string; commit?: string }> {
    const target = contents(file.repo, file.path);
    // Who names the repository in settings of their own needs no second list.
    if (this.#options.writeTo !== undefined) this.demandWritable(file.repo);
    const body = {
      message: inertText(file.message),
      content: Buffer.from(file.text, 'utf8').toString('base64'),
      branch: file.branch,
      ...(file.sha === undefined ? {} : { sha: file.sha }),
    };
    try {
      const { content, commit } = await this.library.send(PutAnswer, permit, (octokit) =>
        octokit.request(`PUT ${target}`, body),
      );
      return { sha: content.sha, ...(commit === undefined ? {} : { commit: commit.sha }) };
    } catch (thrown) {
      if (!(thrown instanceof SluiceError) || thrown.status !== 422) throw thrown;
      throw new SluiceError('conflict', {
        cause: `github: ${file.path} on ${file.branch} is not in the state that this change started from.`,
        remedy: 'Read the file again and put the change on top of it.',
        status: 422,
      });
    }
  }

  /** Repositories that its tools may write to, `owner/name` or `owner/*`. */
  get writable(): readonly string[] {
    return this.#options.writeTo ?? [];
  }

  /** Refuses a repository that the settings do not open to tools that write. */
  demandWritable(repo: string): void {
    const open = this.writable;
    if (isAmong(open, repo)) return;
    throw new SluiceError('forbidden', {
      cause: `github: ${repo} is not among the repositories that may be written to (${open.join(', ') || 'none'}).`,
      remedy: 'If it belongs there, add it to modules.github.write_to.',
      rule: 'github.write_to',
    });
  }

  /** What stands at an address that GitHub gave us, asked for without our credentials. */
  async download(address: string): Promise<string> {
    if (this.#options.download === undefined) throw new Error('this client has no way to download');
    return await this.#options.download(address);
  }

  /** Throws `auth` when the token is refused; whether the file that is asked for exists does not matter. */
  /** Whose the token is; undefined for that of an app, which is nobody's. */
  async viewer(): Promise<string | undefined> {
    try {
      return (await this.library.read(Login, (octokit) => octokit.rest.users.getAuthenticated())).login;
    } catch (thrown) {
      if (thrown instanceof SluiceError && thrown.status === 403) return undefined;
      throw thrown;
    }
  }

  async ping(): Promise<void> {
    const target = contents('github/docs', 'README.md');
    await this.library.find(z.unknown(), (octokit) => octokit.request(`GET ${target}`));
  }

  async #blob(repo: string, sha: string): Promise<{ content: string }> {
    const query = { ...repositoryOf(repo), file_sha: sha };
    return await this.library.read(BlobAnswer, (octokit) => octokit.rest.git.getBlob(query));
  }
}

/** Built here: the library would make one segment of a path. */
function contents(repo: string, filePath: string): string {
  const { owner, repo: name } = repositoryOf(repo);
  return `/repos/${owner}/${name}/contents/${encoded(filePath)}`;
}
