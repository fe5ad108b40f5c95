import { SluiceError } from '../../src/kit/errors.ts';
import type { AppInterfaceClient, ReadSaas } from './client.ts';
import { unifiedDiff } from './saas/diff.ts';
import { type RefChange, setRefs } from './saas/edit.ts';
import type { Addressable } from './saas/locate.ts';
import { mayEdit } from './saas/may-edit.ts';
import { checkOnlyRefs } from './saas/self-check.ts';

export interface Wish {
  product: string;
  /** Labels of the targets. */
  targets: readonly string[];
  ref: string;
}

export interface WantedFile {
  path: string;
  before: string;
  after: string;
}

export interface Wanted {
  /** Files that have to change; none when every ref is there already. */
  files: WantedFile[];
  /** Label → the ref that it has now, of those that change. */
  from: Record<string, string>;
  already: string[];
  located: readonly { label: string; target: Addressable }[];
}

/** What the files of a commit become with the wish, each proven to differ in the refs alone. */
export function wantedOf(client: AppInterfaceClient, read: ReadSaas, wish: Wish): Wanted {
  const located = wish.targets.map((label) => ({ label, target: client.target(read, wish.product, label) }));
  const changing = located.filter(({ target }) => target.ref.value !== wish.ref);
  const byFile = new Map<string, RefChange[]>();
  for (const { target } of changing) {
    const change = { target, to: wish.ref };
    byFile.set(target.file, [...(byFile.get(target.file) ?? []), change]);
  }
  const files = [...byFile].map(([path, changes]) => {
    const before = read.files.get(path)?.text;
    if (before === undefined) throw new Error(`${path} was not read`);
    const after = setRefs(before, changes);
    checkOnlyRefs(
      path,
      before,
      after,
      changes.map(({ target, to }) => ({ at: target.at, to })),
    );
    return { path, before, after };
  });
  return {
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    from: Object.fromEntries(changing.map(({ label, target }) => [label, target.ref.value])),
    already: located.filter(({ target }) => target.ref.value === wish.ref).map(({ label }) => label),
    located,
  };
}

export interface Expectation {
  ref?: string | undefined;
  refs?: Readonly<Record<string, string>> | undefined;
}

/** Refuses when a ref is not what the caller believes it to be. One that is as wanted already may be. */
export function checkExpected(wanted: Wanted, read: ReadSaas, expected: Expectation): void {
  for (const [label, now] of Object.entries(wanted.from)) {
    const own =
      expected.refs !== undefined && Object.hasOwn(expected.refs, label) ? expected.refs[label] : undefined;
    const believed = own ?? expected.ref;
    if (believed === undefined) {
      throw new SluiceError('invalid_input', {
        cause: `Nothing says which ref ${label} has now.`,
        remedy: `Give expected_ref, or expected_refs.${label}; appinterface_get_config tells them (refs).`,
      });
    }
    if (believed === now) continue;
    throw new SluiceError('stale', {
      cause: `The ref of ${label} is ${now} at ${read.commit.slice(0, 12)} of upstream, not ${believed.slice(0, 60)}.`,
      remedy:
        'Somebody changed it meanwhile. Look at appinterface_ref_history, then plan anew with the present value.',
      rule: 'appinterface.expected_ref',
    });
  }
}

/** Refuses targets that are not to be changed by hand; answers with what people should know. */
export function checkTargets(wanted: Wanted, read: ReadSaas, force: boolean): string[] {
  return wanted.located.flatMap(({ label, target }) =>
    Object.hasOwn(wanted.from, label) ? mayEdit(read.file, target, { force }) : [],
  );
}

export function diffOf(files: readonly WantedFile[]): string {
  return files.map(({ path, before, after }) => unifiedDiff(path, before, after)).join('');
}
