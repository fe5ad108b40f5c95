import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

interface User {
  password: string;
  /** Whether it may push; it may read in any case. */
  push: boolean;
}

interface Options {
  users?: Record<string, User>;
  /** Whether everybody may read. */
  open?: boolean;
}

/**
 * What befalls the next request that fits: nothing reaches git (`drop-before`), git does it and the
 * answer is lost (`drop-after`), no answer ever (`hang`), another status, or a redirect.
 */
export interface Fault {
  request: RegExp;
  does: 'drop-before' | 'drop-after' | 'hang' | number | { redirect: string };
}

export interface SeedCommit {
  branch: string;
  message?: string;
  files?: Record<string, string | null>;
  /** A commit id; the branch's own tip when absent, nothing for a first commit. */
  from?: string;
  /** Further parents. */
  merges?: readonly string[];
  author?: string;
  /** Seconds since 1970. */
  at?: number;
}

export interface Landed {
  repo: string;
  ref: string;
  from: string;
  to: string;
}

const CONFIG =
  '[core]\n\trepositoryformatversion = 0\n\tbare = true\n[http]\n\treceivepack = true\n[receive]\n\tautogc = false\n';
const NONE = '0'.repeat(40);
const ENV = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  LC_ALL: 'C',
};
/** Without further programs, where there is nothing to look up: each costs time. */
const HOOKS = {
  update:
    '#!/bin/sh\nif [ -e protected ] && grep -qxF -- "$1" protected; then echo "protected" >&2; exit 1; fi\n',
  'post-receive': '#!/bin/sh\nwhile read -r line; do echo "$line"; done >> landed\n',
};
/** What differs from one moment of a repository to another, besides objects. */
const STATE = ['refs', 'packed-refs', 'landed', 'protected'];
let backend: string | undefined;

/**
 * A git host over HTTP: git's own http-backend with accounts, protected branches and faults. What
 * was pushed is told by the repositories themselves.
 */
export async function gitServer(options: Options = {}) {
  const home = mkdtempSync(join(tmpdir(), 'sluice-git-server-'));
  const root = join(home, 'repositories');
  mkdirSync(root);
  const accounts = options.users ?? { bot: { password: 'bot-password-1', push: true } };
  const users: Record<string, User> = { ...accounts };
  const requests: string[] = [];
  const authorizations: string[] = [];
  const faults: Fault[] = [];
  const answers = new Map<string, Buffer>();
  const backends = new Set<ReturnType<typeof spawn>>();
  const repositories: string[] = [];
  let clock = 1_767_225_600;

  const git = (repo: string, args: readonly string[], input?: string | Buffer) =>
    execFileSync('git', [`--git-dir=${join(root, repo)}`, ...args], {
      env: ENV,
      input: input ?? '',
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    })
      .toString()
      .trim();

  const userOf = (request: IncomingMessage) => {
    const [, pair = ''] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const [, name = '', password] = /^([^:]*):(.*)$/.exec(Buffer.from(pair, 'base64').toString()) ?? [];
    return password !== undefined && users[name]?.password === password ? name : undefined;
  };

  const served = async (request: IncomingMessage, user: string | undefined, body: Buffer) => {
    backend ??= join(execFileSync('git', ['--exec-path']).toString().trim(), 'git-http-backend');
    const child = spawn(backend, { env: cgiEnvironment(root, request, user) });
    backends.add(child);
    child.once('close', () => backends.delete(child));
    child.stdin.on('error', () => undefined);
    child.stdin.end(body);
    const parts: Buffer[] = [];
    for await (const part of child.stdout) parts.push(part);
    return Buffer.concat(parts);
  };

  const server = createServer(async (request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    authorizations.push(request.headers.authorization ?? '');
    const fault = takeFault(faults, line);
    if (fault === 'drop-before') return void request.socket.destroy();
    if (fault === 'hang') return;
    if (typeof fault === 'number') return void response.writeHead(fault).end('fault');
    if (typeof fault === 'object') return void response.writeHead(302, { location: fault.redirect }).end();
    const user = userOf(request);
    const writes = line.includes('git-receive-pack');
    const given = request.headers.authorization !== undefined;
    if ((given && user === undefined) || (user === undefined && (writes || options.open !== true))) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    }
    if (writes && user !== undefined && users[user]?.push !== true) return void response.writeHead(403).end();
    const body = await bodyOf(request);
    if (body === undefined) return;
    const key = writes ? '' : readKey(root, request, body);
    const output = answers.get(key) ?? (await served(request, user, body));
    // What was changed meanwhile may be in this answer already.
    if (!writes && readKey(root, request, body) === key) answers.set(key, output);
    if (fault === 'drop-after') return void request.socket.destroy();
    answer(response, output);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  // A bare repository is a few files; writing them is quicker than starting git for each.
  const create = (repo: string, from?: string) => {
    const folder = join(root, repo);
    if (from === undefined) {
      for (const name of ['objects', 'refs', 'hooks']) mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/main\n');
      writeFileSync(join(folder, 'config'), CONFIG);
      for (const [name, text] of Object.entries(HOOKS)) {
        writeFileSync(join(folder, 'hooks', name), text);
        chmodSync(join(folder, 'hooks', name), 0o755);
      }
    } else {
      cpSync(join(root, from), folder, { recursive: true });
      for (const name of ['landed', 'protected']) rmSync(join(folder, name), { force: true });
    }
    repositories.push(repo);
    return `${url}/${repo}`;
  };

  const tip = (repo: string, ref: string) => {
    // Until they are packed, branches are files.
    const name = ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
    if (name.startsWith('refs/heads/') && !existsSync(join(root, repo, 'packed-refs')))
      return readIf(join(root, repo, name))?.trim();
    try {
      return git(repo, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
    } catch {
      return undefined;
    }
  };

  /** Commits in order, by nobody's client: what the world did. Their ids. */
  const seed = (repo: string, commits: readonly SeedCommit[]): string[] => {
    const tips = new Map<string, string>();
    const stream = commits.map((commit, index) => {
      clock += 60;
      const { branch, message = `change ${index}`, files = {}, merges = [] } = commit;
      const by = `${commit.author ?? 'Dev <dev@example.com>'} ${commit.at ?? clock} +0000`;
      const parent = commit.from ?? tips.get(branch) ?? tip(repo, `refs/heads/${branch}`);
      tips.set(branch, `:${index + 1}`);
      const changes = Object.entries(files).map(([path, text]) =>
        text === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(text)}`,
      );
      return [
        ...(parent === undefined ? [] : [`reset refs/heads/${branch}\n`]),
        `commit refs/heads/${branch}\nmark :${index + 1}\nauthor ${by}\ncommitter ${by}\n${data(message)}`,
        ...(parent === undefined ? [] : [`from ${parent}\n`]),
        ...merges.map((one) => `merge ${one}\n`),
        ...changes,
        '\n',
      ].join('');
    });
    const marks = join(home, 'marks');
    git(repo, ['fast-import', '--quiet', '--force', `--export-marks=${marks}`], stream.join(''));
    const ids = new Map(
      readFileSync(marks, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    );
    return commits.map((_, index) => ids.get(`:${index + 1}`) ?? '');
  };

  /**
   * Keeps the refs of every repository as they are now. What it answers brings them back, as if nobody
   * had asked anything since; objects that came meanwhile stay, and no ref shows them.
   */
  const keep = () => {
    const kept = repositories.map((repo) => ({ repo, files: filesBelow(join(root, repo), STATE) }));
    const keptClock = clock;
    return () => {
      server.closeAllConnections();
      for (const child of backends) child.kill('SIGKILL');
      for (const repo of repositories.splice(0)) {
        const files = kept.find((one) => one.repo === repo)?.files;
        const gone = files === undefined ? [''] : STATE;
        for (const name of gone) rmSync(join(root, repo, name), { recursive: true, force: true });
      }
      for (const { repo, files } of kept) {
        mkdirSync(join(root, repo, 'refs'));
        for (const [name, content] of files) writeFile(join(root, repo, name), content);
        repositories.push(repo);
      }
      for (const list of [requests, authorizations, faults]) list.length = 0;
      for (const name of Object.keys(users)) delete users[name];
      Object.assign(users, accounts);
      clock = keptClock;
    };
  };

  return {
    url,
    root,
    keep,
    /** `METHOD /path` of every request, in order. */
    requests,
    authorizations,
    /** May be changed while it runs. */
    users,
    faults,
    git,
    create,
    /** Another bare repository with the same history. */
    fork: (from: string, repo: string) => create(repo, from),
    seed,
    /** The commit of `refs/heads/…` or `refs/tags/…`; undefined when there is none. */
    tip,
    /** Puts a whole ref where it shall be, or removes it: as `git update-ref` would. */
    put: (repo: string, ref: string, commit: string | undefined) => {
      const file = join(root, repo, ref);
      if (commit === undefined) rmSync(file);
      else writeFile(file, `${commit}\n`);
    },
    /** Branches that its `update` hook refuses. */
    protect: (repo: string, branches: readonly string[]) =>
      writeFileSync(
        join(root, repo, 'protected'),
        `${branches.map((name) => `refs/heads/${name}`).join('\n')}\n`,
      ),
    /** Every ref that a push changed, in order. */
    landed: (): Landed[] =>
      repositories.flatMap((repo) => {
        const file = join(root, repo, 'landed');
        if (!existsSync(file)) return [];
        const lines = readFileSync(file, 'utf8').trim().split('\n');
        return lines.map((line) => {
          const [from = '', to = '', ref = ''] = line.split(' ');
          return { repo, ref, from: from === NONE ? '' : from, to: to === NONE ? '' : to };
        });
      }),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      for (const backend of backends) backend.kill('SIGKILL');
      await closed;
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

/** Undefined when whoever asks has gone. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part);
    return Buffer.concat(parts);
  } catch {
    return undefined;
  }
}

function writeFile(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** Contents of those of the files and folders that are there, by their paths from the folder. */
function filesBelow(folder: string, names: readonly string[]): [name: string, content: Buffer][] {
  return names.flatMap((name) => {
    const path = join(folder, name);
    if (!existsSync(path)) return [];
    if (!statSync(path).isDirectory()) return [[name, readFileSync(path)]];
    const inner = readdirSync(path).map((one) => join(name, one));
    return filesBelow(folder, inner);
  });
}

/** A folder that is written anew again and again: much quicker than to copy it. Folders without files are left out. */
export function folderOf(from: string): (to: string) => void {
  const files = filesBelow(from, readdirSync(from));
  return (to) => {
    for (const [name, content] of files) writeFile(join(to, name), content);
  };
}

function readIf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * All that an answer to a reader depends on: what is asked, and where each ref stands. git need not be
 * started again for the same question to the same repository.
 */
function readKey(root: string, request: IncomingMessage, body: Buffer): string {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const folder = join(root, pathname.replace(/\/(info\/refs|git-upload-pack)$/, ''));
  const hash = createHash('sha256').update(`${request.method} ${request.url}\n`);
  for (const name of ['git-protocol', 'content-type', 'content-encoding'])
    hash.update(`${name}: ${String(request.headers[name])}\n`);
  for (const [name, content] of filesBelow(folder, ['HEAD', 'config', 'packed-refs', 'refs']))
    hash.update(`${name} `).update(content);
  return hash.update(body).digest('hex');
}

function takeFault(faults: Fault[], line: string): Fault['does'] | undefined {
  const at = faults.findIndex(({ request }) => request.test(line));
  return at < 0 ? undefined : faults.splice(at, 1)[0]?.does;
}

function cgiEnvironment(root: string, request: IncomingMessage, user: string | undefined) {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    ...ENV,
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: decodeURIComponent(pathname),
    QUERY_STRING: searchParams.toString(),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: header('content-type'),
    CONTENT_LENGTH: header('content-length'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_ADDR: '127.0.0.1',
    ...(user === undefined ? {} : { REMOTE_USER: user, GIT_COMMITTER_NAME: user }),
  };
}

/** A CGI program writes headers, an empty line, and the body. */
function answer(response: ServerResponse, output: Buffer): void {
  const end = output.indexOf('\r\n\r\n');
  const headers = output.subarray(0, Math.max(0, end)).toString().split('\r\n');
  let status = end < 0 ? 500 : 200;
  for (const line of headers) {
    const [name = '', value = ''] = line.split(/: (.*)/);
    if (name === 'Status') status = Number.parseInt(value, 10);
    else if (name !== '') response.setHeader(name, value);
  }
  response.writeHead(status).end(output.subarray(end + 4));
}
