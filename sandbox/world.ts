import { join } from 'node:path';
import { VirtualClock } from './clock.ts';
import { Faults } from './faults.ts';
import { GitHost } from './git/host.ts';
import { letHappen } from './happenings.ts';
import { type EffectEntry, queryWithoutSecrets, type RequestEntry, withoutSecrets } from './records.ts';
import { deepMerge, leafPaths, type Tree } from './scenario/merge.ts';
import { checkScenario, type Scenario, ScenarioError } from './scenario/schema.ts';
import { isoSeconds } from './scenario/time.ts';
import { type Step, stepAt } from './scenario/timeline.ts';
import { Store } from './store.ts';

interface Change {
  at: number;
  value: string;
}

/**
 * What the scenario says, plus what requests have changed, seen at one virtual moment. Answers are computed from
 * these when asked, so a patched scenario shows at once, also in what was created before.
 */
export class World {
  readonly clock: VirtualClock;
  readonly faults = new Faults();
  readonly secrets: readonly string[];
  requests: RequestEntry[] = [];
  effects: EffectEntry[] = [];
  store = new Store();
  readonly #repositories: string | undefined;
  #git: GitHost | undefined;
  #hosts = 0;
  #raw: Tree;
  #scenario: Scenario;
  #changes = new Map<string, Change>();
  #counters = new Map<string, number>();

  /** `repositories` is the folder for those of git. */
  constructor(raw: Tree, secrets: readonly string[], repositories?: string) {
    this.#raw = raw;
    this.#scenario = checkScenario(raw, nameOf(raw));
    this.clock = new VirtualClock(this.#scenario.clock, () => this.#timePassed());
    this.secrets = secrets;
    this.#repositories = repositories;
    this.#git = this.#hostFor(this.#scenario);
  }

  get scenario(): Scenario {
    return this.#scenario;
  }

  get raw(): Tree {
    return this.#raw;
  }

  get git(): GitHost | undefined {
    return this.#git;
  }

  get now(): number {
    return this.clock.now;
  }

  replace(raw: Tree): void {
    const scenario = checkScenario(raw, nameOf(raw));
    // The repositories come first: where they cannot be made, the world stays as it is.
    const before = this.#git;
    this.#git = this.#hostFor(scenario);
    before?.remove();
    this.#scenario = scenario;
    this.#raw = raw;
    this.clock.reset(this.#scenario.clock);
    this.faults.clear();
    this.requests = [];
    this.effects = [];
    this.#changes.clear();
    for (const cluster of this.store.clusters.values()) cluster.close();
    this.store = new Store();
    this.#counters.clear();
  }

  patch(patch: Tree): void {
    const raw = deepMerge(this.#raw, patch);
    const scenario = checkScenario(raw, nameOf(raw));
    if (this.#git === undefined) this.#git = this.#hostFor(scenario);
    else this.#git.adopt(scenario.git, this.now);
    this.#scenario = scenario;
    this.#raw = raw;
    // Who patches a state means it to hold, whatever a request had made of it before.
    for (const path of leafPaths(patch)) this.#forget(keyOf(path));
    for (const cluster of this.store.clusters.values()) {
      cluster.adopt(this.#scenario.kubernetes[cluster.system], this.now);
    }
    this.#timePassed();
  }

  #hostFor({ git, clock }: Scenario): GitHost | undefined {
    if (Object.keys(git.repositories).length === 0) return undefined;
    if (this.#repositories === undefined) throw new ScenarioError('there is no folder for git repositories');
    this.#hosts += 1;
    return new GitHost(join(this.#repositories, String(this.#hosts)), git, clock);
  }

  /** Whoever watches hears of it at once; for all others it is soon enough when they ask. */
  #timePassed(): void {
    letHappen(this);
    for (const cluster of this.store.clusters.values()) cluster.advance(this.now);
  }

  #forget(patched: string): void {
    // Above: the whole thing was replaced or removed. Below: a part of a file that a request had written.
    for (const key of [...this.#changes.keys()]) {
      if (key === patched || key.startsWith(`${patched}\n`) || patched.startsWith(`${key}\n`)) {
        this.#changes.delete(key);
      }
    }
  }

  /** The value a timeline has now, unless a request has changed it since its last step. */
  current<T>(
    path: readonly string[],
    steps: readonly Step<T>[],
    read: (changed: string) => T,
  ): T | undefined {
    const step = stepAt(steps, this.now);
    const change = this.#changes.get(keyOf(path));
    if (change !== undefined && change.at >= (step?.at ?? -Infinity)) return read(change.value);
    return step?.value;
  }

  change(path: readonly string[], value: string): void {
    this.#changes.set(keyOf(path), { at: this.now, value });
  }

  /** Places under `prefix` that only a request has filled. */
  changedUnder(prefix: readonly string[]): string[] {
    const start = `${keyOf(prefix)}\n`;
    return [...this.#changes.keys()]
      .filter((key) => key.startsWith(start))
      .map((key) => key.slice(start.length));
  }

  /** 0, 1, 2, … per name. */
  count(name: string): number {
    const n = this.#counters.get(name) ?? 0;
    this.#counters.set(name, n + 1);
    return n;
  }

  effect(system: string, kind: string, key: string, data: Record<string, unknown>): void {
    this.effects.push({ n: this.effects.length + 1, at: isoSeconds(this.now), system, kind, key, data });
  }

  record(entry: Omit<RequestEntry, 'n' | 'at'>): void {
    this.requests.push({
      n: this.requests.length + 1,
      at: isoSeconds(this.now),
      ...entry,
      query: queryWithoutSecrets(entry.query, this.secrets),
      body: withoutSecrets(entry.body, this.secrets),
    });
  }
}

function keyOf(path: readonly string[]): string {
  return path.join('\n');
}

function nameOf(raw: Tree): string {
  return typeof raw.name === 'string' ? `"${raw.name}"` : '(without a name)';
}
