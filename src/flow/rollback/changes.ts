import { digestOf } from '../../kit/canonical.ts';
import type { EffectClass, EffectPreview } from '../../kit/effect.ts';

/** One change of the outside, with what stood there before it. */
export interface Change {
  key: string;
  system: string;
  action: string;
  target: string;
  /** `nothing`: it is made new, and there was nothing before. */
  previous: 'known' | 'nothing' | 'unknown';
  before?: unknown;
  after?: unknown;
}

/** Longer values are named by their digest: refs and digests are short, diffs and texts are not. */
const LONGEST = 200;

export function changeOf(key: string, preview: EffectPreview, effect: EffectClass): Change {
  const { system, action, target, before, after } = preview;
  const made = effect === 'create' || effect === 'notify';
  const nothing = before === null || (before === undefined && made);
  return {
    key,
    system,
    action,
    target,
    previous: nothing ? 'nothing' : before === undefined ? 'unknown' : 'known',
    ...(before === undefined || before === null ? {} : { before: brief(before) }),
    ...(after === undefined || after === null ? {} : { after: brief(after) }),
  };
}

function brief(value: unknown): unknown {
  const plain: unknown = JSON.parse(JSON.stringify(value));
  if (plain === null || typeof plain !== 'object' || Array.isArray(plain)) return short(plain);
  return Object.fromEntries(Object.entries(plain).map(([name, item]) => [name, short(item)]));
}

function short(value: unknown): unknown {
  const text = JSON.stringify(value);
  if (text.length <= LONGEST) return value;
  return `${text.length} characters, sha256 ${digestOf(value).slice(0, 16)}`;
}
