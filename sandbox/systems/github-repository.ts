import { createHash } from 'node:crypto';
import { type Call, json, type Reply } from '../http.ts';
import type { GithubRepository } from '../scenario/schema-github.ts';
import { stepAt } from '../scenario/timeline.ts';
import type { World } from '../world.ts';

export const NOT_FOUND: Reply = json(404, { message: 'Not Found', status: '404' });

/** A repository as it stands now. */
export class Repository {
  readonly name: string;
  readonly data: GithubRepository;
  readonly world: World;

  constructor(name: string, data: GithubRepository, world: World) {
    this.name = name;
    this.data = data;
    this.world = world;
  }

  get owner(): string {
    return this.name.split('/')[0] ?? '';
  }

  key(id: string | number): string {
    return `${this.name}#${id}`;
  }

  /** The commit where a branch stands; undefined when there is no such branch. */
  head(branch: string): string | undefined {
    const found = this.data.branches[branch];
    if (found === undefined) return undefined;
    const stands = found.head === undefined ? undefined : stepAt(found.head, this.world.now)?.value;
    return stands ?? createHash('sha1').update(`${this.name} ${branch}`).digest('hex');
  }

  tag(name: string): { commit: string; object: string | undefined } | undefined {
    const made = this.world.store.github.tags.get(this.key(name));
    if (made !== undefined) return { ...made, object: made.object === made.commit ? undefined : made.object };
    const found = this.data.tags[name];
    if (found === undefined) return undefined;
    const object = createHash('sha1').update(`${this.name} tag ${name}`).digest('hex');
    return { commit: found.commit, object: found.annotated ? object : undefined };
  }

  tagNames(): string[] {
    const made = [...this.world.store.github.tags.keys()]
      .filter((key) => key.startsWith(`${this.name}#`))
      .map((key) => key.slice(this.name.length + 1));
    return [...new Set([...Object.keys(this.data.tags), ...made])].sort().reverse();
  }

  /** A branch, a tag, a commit or the beginning of its id. */
  resolve(ref: string): string | undefined {
    const plain = ref.replace(/^(refs\/)?(heads|tags)\//, '');
    const named = this.head(plain) ?? this.tag(plain)?.commit;
    if (named !== undefined) return named;
    if (!/^[0-9a-f]{7,40}$/.test(ref)) return undefined;
    const known = [
      ...Object.keys(this.data.commits),
      ...Object.keys(this.data.branches).map((branch) => this.head(branch)),
    ];
    return known.find((sha) => sha?.startsWith(ref) === true);
  }

  /** A commit and all before it, newest first. */
  history(commit: string): string[] {
    const seen = new Set<string>();
    const queue = [commit];
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      if (seen.has(at)) continue;
      seen.add(at);
      queue.push(...(this.data.commits[at]?.parents ?? []));
    }
    const date = (sha: string) => this.data.commits[sha]?.at ?? 0;
    return [...seen].sort((a, b) => date(b) - date(a));
  }
}

export function repositoryOf(call: Call, world: World): Repository | undefined {
  return repositoryNamed(`${call.param('owner')}/${call.param('repo')}`, world);
}

export function repositoryNamed(name: string, world: World): Repository | undefined {
  const data = world.scenario.github.repositories[name];
  return data === undefined ? undefined : new Repository(name, data, world);
}

/** Answers for a repository that is there. */
export function within(answer: (call: Call, repository: Repository, world: World) => Reply) {
  return (call: Call, world: World): Reply => {
    const repository = repositoryOf(call, world);
    return repository === undefined ? NOT_FOUND : answer(call, repository, world);
  };
}

export function user(login: string) {
  return { login, id: login.length, type: 'User' };
}
