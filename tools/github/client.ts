import type { Permit } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { filePath as encoded, path } from '../../src/kit/url.ts';
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

const HEADERS = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };

/** GitHub REST API, contents. A ref is a branch, a tag or a commit. */
export class GitHubClient {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** A file's text; undefined when it, its branch or its repository is not there (GitHub tells no difference). */
  async getFile(repo: string, filePath: string, ref: string): Promise<FileText | undefined> {
    const target = contents(repo, filePath);
    const answer = await this.#http.get(target, { query: { ref }, headers: HEADERS, accept: [404] });
    if (answer.status === 404) return undefined;
    const file = this.#http.parse('GET', target, answer, FileAnswer);
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
    const target = `${repository(repo)}/commits`;
    const query = { path: filePath, sha: branch, until, per_page: 1 };
    const answer = await this.#http.get(target, { query, headers: HEADERS, accept: [404] });
    if (answer.status === 404) return undefined;
    return this.#http.parse('GET', target, answer, CommitsAnswer)[0]?.sha;
  }

  /** Names in a folder, at most the 1000 that GitHub lists. `not_found` when there is no such folder. */
  async listFolder(repo: string, folder: string, ref: string): Promise<string[]> {
    const entries = await this.#http.getJson(contents(repo, folder), FolderAnswer, {
      query: { ref },
      headers: HEADERS,
    });
    return entries.map(({ name }) => name);
  }

  /** Labels of an issue or a pull request, at most the first 100. */
  async issueLabels(repo: string, number: number): Promise<string[]> {
    const target = repository(repo) + path`/issues/${number}/labels`;
    const labels = await this.#http.getJson(target, LabelsAnswer, {
      query: { per_page: 100 },
      headers: HEADERS,
    });
    return labels.map(({ name }) => name);
  }

  /** Commits one file. `conflict` when `sha` is not the present version (or is missing and the file exists). */
  async putFile(file: PutFile, permit: Permit): Promise<{ sha: string; commit?: string }> {
    const target = contents(file.repo, file.path);
    const answer = await this.#http.send('PUT', target, permit, {
      headers: HEADERS,
      accept: [422],
      json: {
        message: file.message,
        content: Buffer.from(file.text, 'utf8').toString('base64'),
        branch: file.branch,
        ...(file.sha === undefined ? {} : { sha: file.sha }),
      },
    });
    if (answer.status === 422) {
      throw new SluiceError('conflict', {
        cause: `github: ${file.path} on ${file.branch} is not in the state that this change started from.`,
        remedy: 'Read the file again and put the change on top of it.',
        status: 422,
      });
    }
    const { content, commit } = this.#http.parse('PUT', target, answer, PutAnswer);
    return { sha: content.sha, ...(commit === undefined ? {} : { commit: commit.sha }) };
  }

  /** Throws `auth` when the token is refused; whether the file that is asked for exists does not matter. */
  async ping(): Promise<void> {
    await this.#http.get('/repos/github/docs/contents/README.md', { headers: HEADERS, accept: [404] });
  }

  async #blob(repo: string, sha: string): Promise<{ content: string }> {
    return await this.#http.getJson(repository(repo) + path`/git/blobs/${sha}`, BlobAnswer, {
      headers: HEADERS,
    });
  }
}

function repository(repo: string): string {
  const [, owner = '', name = ''] = /^([A-Za-z0-9][A-Za-z0-9-]*)\/([\w.-]+)$/.exec(repo) ?? [];
  if (owner === '') {
    throw new SluiceError('invalid_input', {
      cause: `${JSON.stringify(repo)} is not a repository.`,
      remedy: 'Give it as owner/name.',
    });
  }
  return path`/repos/${owner}/${name}`;
}

function contents(repo: string, filePath: string): string {
  return `${repository(repo)}/contents/${encoded(filePath)}`;
}
