import { SluiceError } from '../../../src/kit/errors.ts';
import type { Addressable } from './locate.ts';
import { looksNumeric } from './refs.ts';

export interface RefChange {
  target: Addressable;
  to: string;
}

/** The text with the refs replaced: the bytes of each scalar and nothing else. */
export function setRefs(text: string, changes: readonly RefChange[]): string {
  const spans = changes
    .map(({ target: { ref }, to }) => ({ start: ref.start, end: ref.end, written: written(ref.quote, to) }))
    .sort((a, b) => a.start - b.start);
  let out = '';
  let at = 0;
  for (const { start, end, written: scalar } of spans) {
    if (start < at) {
      throw new SluiceError('invalid_input', {
        cause: 'Two of the targets to change are the same one.',
        remedy: 'Name each target once; check modules.appinterface.products for two labels with one target.',
      });
    }
    out += text.slice(at, start) + scalar;
    at = end;
  }
  return out + text.slice(at);
}

/** Quotes stay as they were; one that a loader would read as a number gets some. */
function written(quote: Addressable['ref']['quote'], to: string): string {
  if (!/^[\w.-]+$/.test(to)) throw new Error('a ref to be written holds letters that YAML could misread');
  if (quote === 'single') return `'${to}'`;
  if (quote === 'double' || looksNumeric(to)) return `"${to}"`;
  return to;
}
