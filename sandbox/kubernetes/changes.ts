import { isDeepStrictEqual } from 'node:util';
import { isTree, type Tree } from '../scenario/merge.ts';
import type { Change } from '../scenario/schema-kubernetes.ts';
import { isoSeconds } from '../scenario/time.ts';
import { listAt, treeAt, withMetadata, wordsAt } from './manifest.ts';
import { mergePatch } from './patching.ts';

/** An object as the world leaves it: what a change says merged in, conditions set by type. */
export function changed(object: Tree, { merge, conditions, tests }: Change, at: number): Tree {
  const merged = merge === undefined ? object : mergePatch(object, merge);
  const next = isTree(merged) ? merged : object;
  const told = conditions === undefined ? next : withConditions(next, conditions, at);
  return bumped(object, tests === undefined ? told : withTests(told, tests, at));
}

const TESTS = 'test.appstudio.openshift.io/status';

/** The annotation is a list of its own, written as JSON. */
function withTests(object: Tree, tests: readonly Tree[], at: number): Tree {
  const annotations = wordsAt(object, 'metadata.annotations');
  const read: unknown = JSON.parse(annotations[TESTS] ?? '[]');
  const now = (Array.isArray(read) ? read : []).filter(isTree);
  for (const test of tests) {
    const old = now.findIndex(({ scenario }) => scenario === test.scenario);
    const set = { ...now[old], lastUpdateTime: isoSeconds(at), ...test };
    if (old >= 0) now[old] = set;
    else now.push(set);
  }
  return withMetadata(object, { annotations: { ...annotations, [TESTS]: JSON.stringify(now) } });
}

function withConditions(object: Tree, conditions: readonly Tree[], at: number): Tree {
  const now = listAt(object, 'status.conditions').filter(isTree);
  for (const condition of conditions) {
    const old = now.findIndex(({ type }) => type === condition.type);
    const since = now[old]?.status === condition.status ? now[old]?.lastTransitionTime : undefined;
    const set = { message: '', lastTransitionTime: since ?? isoSeconds(at), ...condition };
    if (old >= 0) now[old] = set;
    else now.push(set);
  }
  return { ...object, status: { ...treeAt(object, 'status'), conditions: now } };
}

/** The generation counts what was wanted, not what became of it. */
export function bumped(before: Tree, after: Tree): Tree {
  const wanted = ({ metadata: _, status: __, ...rest }: Tree) => rest;
  if (isDeepStrictEqual(wanted(before), wanted(after))) return after;
  const generation = Number(treeAt(before, 'metadata').generation ?? 1) + 1;
  return withMetadata(after, { generation });
}
