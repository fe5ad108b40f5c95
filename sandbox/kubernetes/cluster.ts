import { isDeepStrictEqual } from 'node:util';
import type { Tree } from '../scenario/merge.ts';
import { ScenarioError } from '../scenario/schema.ts';
import type { ApiServer, Change, Entry, Kubernetes, Log } from '../scenario/schema-kubernetes.ts';
import { isoSeconds } from '../scenario/time.ts';
import { Agenda } from './agenda.ts';
import { changed } from './changes.ts';
import { listAt, nameOf, namespaceOf, textAt, treeAt, uidOf, withMetadata } from './manifest.ts';
import { suffix, uuid } from './names.ts';
import { planned, type Verb } from './reactions.ts';
import type { Resources, ResourceType } from './resources.ts';
import { type Rollout, steps as rolloutSteps } from './rollout.ts';
import { keyOf, ObjectStore } from './store.ts';
import { filled } from './template.ts';

/** What an open watch has to hear beside the changes. */
export interface Watcher {
  /** Virtual time at which it ends by itself. */
  deadline: number;
  tick(now: number): void;
  expire(): void;
  end(): void;
}

type System = Exclude<keyof Kubernetes, 'crds'>;

interface Target {
  type: ResourceType;
  namespace: string;
  name: string;
}

/** One API server with its controllers: what the scenario gives, what requests did, and what came of both. */
export class Cluster {
  readonly system: System;
  readonly resources: Resources;
  readonly store = new ObjectStore();
  readonly watchers = new Set<Watcher>();
  #config: ApiServer;
  #entries = new Map<string, Entry>();
  #logs = new Map<string, Readonly<Record<string, Log>>>();
  #agenda = new Agenda();
  #counts = new Map<string, number>();
  #expired = new Set<number>();
  #start: number;
  #now: number;

  constructor(system: System, resources: Resources, config: ApiServer, start: number) {
    this.system = system;
    this.resources = resources;
    this.#config = config;
    this.#start = start;
    this.#now = start;
    this.#take(config);
  }

  get now(): number {
    return this.#now;
  }

  get config(): ApiServer {
    return this.#config;
  }

  /** 1, 2, 3, … per name. */
  count(name: string): number {
    const n = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, n);
    return n;
  }

  /** Lets everything happen that is due, each at its own moment. */
  advance(now: number): void {
    for (let due = this.#agenda.next(now); due !== undefined; due = this.#agenda.next(now)) {
      this.#now = Math.max(this.#now, due.at);
      this.#endWatches();
      due.run(due.at);
    }
    this.#now = now;
    this.#endWatches();
    for (const watcher of [...this.watchers]) watcher.tick(now);
  }

  /** A patched scenario: entries that differ are placed anew, whatever requests had made of them. */
  adopt(config: ApiServer, now: number): void {
    this.advance(now);
    this.#config = config;
    this.#take(config);
    this.advance(now);
  }

  close(): void {
    for (const watcher of [...this.watchers]) watcher.end();
  }

  logsOf(namespace: string, pod: string): Readonly<Record<string, Log>> {
    return this.#logs.get(`${namespace}/${pod}`) ?? {};
  }

  schedule(at: number, target: Target, change: Change): void {
    this.#agenda.add(at, keyOf(target.type, target.namespace, target.name), (when) =>
      this.#apply(change, target, when),
    );
  }

  /** What the controllers make of a request's change. */
  react(verb: Verb, type: ResourceType, before: Tree | undefined, after: Tree): void {
    this.#play(verb, type.kind, before, after, { type, namespace: namespaceOf(after), name: nameOf(after) });
  }

  /** What follows from something outside of the cluster. */
  hear(kind: string, before: Tree | undefined, after: Tree): void {
    this.#play('merged', kind, before, after, undefined);
    this.advance(this.#now);
  }

  #play(verb: Verb, kind: string, before: Tree | undefined, after: Tree, target: Target | undefined): void {
    const plan = planned(this.#config.reactions, verb, kind, before, after, (name) => this.count(name));
    if (plan === undefined) return;
    const key = target === undefined ? '' : keyOf(target.type, target.namespace, target.name);
    if (plan.halts && key !== '') this.#agenda.cancel(key);
    const id = suffix(`${this.system} ${plan.name} ${plan.nth}`);
    const scope = { ...after, id, n: plan.nth, start: isoSeconds(this.#now) };
    for (const { after: wait, at, ...change } of plan.steps) {
      const when = at === undefined ? this.#now + wait : Date.parse(String(filled(at, scope)));
      this.#agenda.add(when, this.#keyOfChange(change, scope, key), (now) => {
        this.#apply(changeIn(change, { ...scope, at: isoSeconds(now) }), target, now);
      });
    }
  }

  /** Removes an object with all that it owns, or that lives in it. */
  remove(type: ResourceType, object: Tree, orphan = false): void {
    const { store } = this;
    const key = keyOf(type, namespaceOf(object), nameOf(object));
    if (store.remove(type, object) === undefined) return;
    this.#agenda.cancel(key);
    this.#logs.delete(`${namespaceOf(object)}/${nameOf(object)}`);
    const owned = (other: Tree) =>
      listAt(other, 'metadata.ownerReferences').some((owner) => textAt(owner, 'uid') === uidOf(object));
    const inside = (other: Tree) => type.kind === 'Namespace' && namespaceOf(other) === nameOf(object);
    for (const other of store.everything()) {
      if (inside(other.object) || (!orphan && owned(other.object))) this.remove(other.type, other.object);
    }
  }

  hasNamespace(namespace: string): boolean {
    return this.store.get(this.#type('v1', 'Namespace'), '', namespace) !== undefined;
  }

  #endWatches(): void {
    for (const watcher of [...this.watchers]) if (watcher.deadline <= this.#now) watcher.end();
  }

  #take(config: ApiServer): void {
    const next = new Map(
      Object.values(config.objects).flatMap((list) => list.map((e) => [this.#entryKey(e), e])),
    );
    for (const [key, entry] of this.#entries) if (!next.has(key)) this.#drop(entry);
    // Namespaces first, so that none is made up for an object that stands before its own one.
    const order = [...next].sort(([, a], [, b]) => rank(a) - rank(b));
    for (const [key, entry] of order) {
      if (!isDeepStrictEqual(this.#entries.get(key), entry)) this.#place(entry, key);
    }
    this.#entries = next;
    for (const at of config.expires) {
      if (this.#expired.has(at)) continue;
      this.#expired.add(at);
      this.#agenda.add(at, '', () => this.#expire());
    }
  }

  #expire(): void {
    this.store.drop();
    for (const watcher of [...this.watchers]) watcher.expire();
  }

  #place(entry: Entry, key: string): void {
    const { at, timeline, logs, ...object } = entry;
    this.#agenda.cancel(key);
    const target = this.#targetOf(entry);
    const created = at ?? this.#start;
    const appear = () => this.#create(object, created, logs);
    if (created <= this.#now) appear();
    else {
      this.#drop(entry);
      this.#agenda.add(created, key, appear);
    }
    for (const { at: when, ...change } of timeline) this.schedule(when, target, change);
  }

  #drop(entry: Entry): void {
    const { type, namespace, name } = this.#targetOf(entry);
    const object = this.store.get(type, namespace, name);
    if (object !== undefined) this.remove(type, object);
  }

  /** Puts a manifest there as the world's own doing: neither checked nor changed, but for what every object has. */
  #create(manifest: Tree, at: number, logs: Readonly<Record<string, Log>> | undefined): void {
    const { type, namespace, name } = this.#targetOf(manifest);
    if (type.namespaced && !this.hasNamespace(namespace)) this.#createNamespace(namespace);
    const given = {
      ...treeAt(this.store.get(type, namespace, name), 'metadata'),
      ...treeAt(manifest, 'metadata'),
    };
    const object = withMetadata(manifest, {
      creationTimestamp: given.creationTimestamp ?? isoSeconds(at),
      uid: given.uid ?? uuid(`${this.system} ${keyOf(type, namespace, name)} ${this.count('uid')}`),
      generation: given.generation ?? 1,
    });
    this.store.put(type, object);
    if (logs !== undefined) this.#logs.set(`${namespace}/${name}`, logs);
  }

  #createNamespace(name: string): void {
    const metadata = { name, labels: { 'kubernetes.io/metadata.name': name } };
    const spec = { finalizers: ['kubernetes'] };
    this.#create(
      { apiVersion: 'v1', kind: 'Namespace', metadata, spec, status: { phase: 'Active' } },
      this.#start,
      undefined,
    );
  }

  #apply(change: Change, own: Target | undefined, at: number): void {
    for (const { logs, ...manifest } of change.create ?? []) this.#create(manifest, at, logs);
    const target = change.of === undefined ? own : this.#targetOf({ ...change.of, metadata: change.of });
    if (target === undefined) return;
    const { type, namespace, name } = target;
    const current = this.store.get(type, namespace, name);
    if (current === undefined) return;
    const next = changed(current, change, at);
    if (!isDeepStrictEqual(next, current)) this.store.put(type, next);
    if (change.rollout !== undefined) this.#rollOut(change.rollout, target, at);
    if (change.delete === true) this.remove(type, current);
  }

  /** A rollout that is on its way gives way to the next one. */
  #rollOut(rollout: Rollout, target: Target, at: number): void {
    const { type, namespace, name } = target;
    const key = `rollout ${keyOf(type, namespace, name)}`;
    this.#agenda.cancel(key);
    for (const { after, changes } of rolloutSteps(rollout, this.store, target, this.count(key))) {
      this.#agenda.add(at + after, key, (now) => {
        for (const change of changes(now)) this.#apply(change, target, now);
      });
    }
  }

  /** A step about another object falls with that one. */
  #keyOfChange(change: Change, scope: Tree, own: string): string {
    if (change.of === undefined) return own;
    const of = changeIn({ of: change.of }, scope).of ?? change.of;
    const { type, namespace, name } = this.#targetOf({ ...of, metadata: of });
    return keyOf(type, namespace, name);
  }

  #entryKey(entry: Entry): string {
    const { type, namespace, name } = this.#targetOf(entry);
    return keyOf(type, namespace, name);
  }

  #targetOf(manifest: Tree): Target {
    const type = this.#type(String(manifest.apiVersion), String(manifest.kind));
    const namespace = type.namespaced ? (textAt(manifest, 'metadata.namespace') ?? '') : '';
    const name = nameOf(manifest);
    if (type.namespaced && namespace === '') {
      throw new ScenarioError(`${this.system}: ${type.kind} ${name} stands in no namespace`);
    }
    return { type, namespace, name };
  }

  #type(apiVersion: string, kind: string): ResourceType {
    const type = this.resources.ofManifest(apiVersion, kind);
    if (type === undefined) throw new ScenarioError(`${this.system} serves no ${kind} of ${apiVersion}`);
    return type;
  }
}

function rank(entry: Entry): number {
  return entry.kind === 'Namespace' ? 0 : 1;
}

/** A change with its expressions filled in. */
function changeIn(change: Change, scope: Tree): Change {
  const { of, merge, conditions, tests, create, rollout } = change;
  const tree = <T>(value: T): T => filled(value, scope) as T;
  return {
    ...change,
    ...(of === undefined ? {} : { of: tree(of) }),
    ...(merge === undefined ? {} : { merge: tree(merge) }),
    ...(conditions === undefined ? {} : { conditions: tree(conditions) }),
    ...(tests === undefined ? {} : { tests: tree(tests) }),
    ...(create === undefined ? {} : { create: tree(create) }),
    ...(rollout === undefined ? {} : { rollout: tree(rollout) }),
  };
}
