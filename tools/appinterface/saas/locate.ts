import { posix } from 'node:path';
import { SluiceError } from '../../../src/kit/errors.ts';
import { oneLine } from '../../../src/kit/text.ts';
import type { RefScalar, Target } from './model.ts';

/** Says which target is meant. What is not given does not narrow. */
export interface Locator {
  template?: string | undefined;
  /** Whole path of the namespace file as in its `$ref`, or its stem. Never a part of either. */
  namespace?: string | undefined;
  /** The target's own name. */
  target?: string | undefined;
}

export type Addressable = Target & { ref: RefScalar };

const SHOWN = 8;

/** The file name of a `$ref` without folder and ending. */
export function stemOf(ref: string): string {
  return posix.basename(ref).replace(/\.ya?ml$/, '');
}

/** Why a target cannot be named by its namespace; undefined when it can. */
export function whyNotAddressable(target: Target): string | undefined {
  if (target.selector !== undefined) {
    return target.namespace === undefined
      ? 'it selects its namespaces (namespaceSelector), so no namespace names it'
      : 'it has both namespace and namespaceSelector';
  }
  if (target.targetFile !== undefined && target.ref === undefined) return 'its target file was not read';
  if (target.namespace === undefined) return 'it names no namespace';
  if (target.ref === undefined) return 'it has no ref';
  if (target.ref.fixed !== undefined) return `its ref cannot be changed alone: ${target.ref.fixed}`;
  return undefined;
}

export function matching(targets: readonly Target[], locator: Locator): Target[] {
  return targets.filter(
    ({ template, namespace, name }) =>
      (locator.template === undefined || template === locator.template) &&
      (locator.namespace === undefined || namespaceIs(namespace, locator.namespace)) &&
      (locator.target === undefined || name === locator.target),
  );
}

/** Exactly the targets meant: another number than expected is refused, with the candidates. */
export function locate(targets: readonly Target[], locator: Locator, expected = 1): Addressable[] {
  const found = matching(targets, locator);
  if (found.length !== expected) {
    const none = found.length === 0;
    throw new SluiceError(none ? 'not_found' : 'conflict', {
      cause: `${found.length} targets match ${describeLocator(locator)}, expected ${expected}${none ? '' : `: ${listed(found)}`}.`,
      remedy: none
        ? `Correct template, namespace or target name; there are: ${listed(targets)}.`
        : 'Say which one: give the template, the whole path of the namespace file, or the name of the target.',
      rule: 'appinterface.one_target',
    });
  }
  return found.map((target) => {
    const why = whyNotAddressable(target);
    const { ref } = target;
    // A selector target may still be meant by its own name.
    const byName = locator.target !== undefined && target.selector !== undefined;
    if (ref === undefined || ref.fixed !== undefined || (why !== undefined && !byName)) {
      throw new SluiceError('precondition', {
        cause: `The ref of ${describeTarget(target)} cannot be addressed: ${why ?? 'it has no ref'}.`,
        remedy: 'Have this target changed by hand, or name another one.',
        rule: 'appinterface.addressable',
      });
    }
    return { ...target, ref };
  });
}

/** For causes and lists: template, namespace and name, never the text around them. */
export function describeTarget(target: Target): string {
  const where =
    target.namespace === undefined
      ? target.selector !== undefined
        ? 'a namespaceSelector'
        : (target.targetFile ?? 'no namespace')
      : stemOf(target.namespace);
  const name = target.name === undefined ? '' : ` (${target.name})`;
  return oneLine(`${target.template ?? 'target file'} → ${where}${name}`, 160);
}

export function describeLocator({ template, namespace, target }: Locator): string {
  const parts = [
    template === undefined ? [] : [`template ${template}`],
    namespace === undefined ? [] : [`namespace ${namespace}`],
    target === undefined ? [] : [`target ${target}`],
  ].flat();
  return parts.length === 0 ? 'everything' : oneLine(parts.join(', '), 200);
}

function namespaceIs(ref: string | undefined, wanted: string): boolean {
  if (ref === undefined) return false;
  return wanted.includes('/') ? ref === wanted : stemOf(ref) === wanted;
}

function listed(targets: readonly Target[]): string {
  const lines = targets
    .slice(0, SHOWN)
    .map(
      (target) => `${describeTarget(target)}${target.ref === undefined ? '' : ` line ${target.ref.line}`}`,
    );
  const more = targets.length - lines.length;
  return `${lines.join('; ') || 'none'}${more > 0 ? `; and ${more} more` : ''}`;
}
