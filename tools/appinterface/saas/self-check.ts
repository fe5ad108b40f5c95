import { SluiceError } from '../../../src/kit/errors.ts';
import { type At, leavesOf, openYaml } from './document.ts';
import { parseSaas } from './parse.ts';

/** One ref that was meant to change, by its place. */
export interface MeantChange {
  at: At;
  to: string;
}

/**
 * Refuses a text that differs from `before` in anything but the refs meant: read again, value by
 * value, line by line, and with the old scalars put back it has to be the old text.
 */
export function checkOnlyRefs(
  path: string,
  before: string,
  after: string,
  meant: readonly MeantChange[],
): { lines: number[] } {
  const wanted = new Map(meant.map(({ at, to }) => [JSON.stringify([...at, 'ref']), `=${to}`]));
  const old = leavesOf(openYaml(path, before));
  const now = leavesOf(openYaml(path, after));
  const differing = [...new Set([...old.keys(), ...now.keys()])].filter(
    (key) => old.get(key) !== now.get(key),
  );
  const stray = differing.filter((key) => !wanted.has(key));
  if (stray.length > 0) refuse(path, `${stray.length} values besides the refs would change`);
  for (const [key, value] of wanted) {
    if (now.get(key) !== value) refuse(path, 'a ref does not read as it was meant');
  }

  const lines = changedLines(before, after);
  if (lines === undefined) return refuse(path, 'the number of lines would change');
  const parsed = { before: parseSaas(path, before), after: parseSaas(path, after) };
  const scalar = (file: typeof parsed.after, at: At) =>
    file.targets.find((target) => JSON.stringify(target.at) === JSON.stringify(at))?.ref;
  const spans = meant
    .flatMap(({ at }) => {
      const [was, is] = [scalar(parsed.before, at), scalar(parsed.after, at)];
      return was === undefined || is === undefined ? [] : [{ was, is }];
    })
    .sort((a, b) => b.is.start - a.is.start);
  const held = new Set(spans.map(({ is }) => is.line));
  if (spans.length !== meant.length || lines.some((line) => !held.has(line)))
    refuse(path, 'a line without one of the refs would change');
  let restored = after;
  for (const { was, is } of spans)
    restored = restored.slice(0, is.start) + before.slice(was.start, was.end) + restored.slice(is.end);
  if (restored !== before) refuse(path, 'text around the refs would change');
  return { lines };
}

/** Numbers of the lines that differ, from 1; undefined when lines came or went. */
function changedLines(before: string, after: string): number[] | undefined {
  const [old, now] = [before.split('\n'), after.split('\n')];
  if (old.length !== now.length) return undefined;
  return now.flatMap((line, index) => (line === old[index] ? [] : [index + 1]));
}

function refuse(path: string, why: string): never {
  throw new SluiceError('precondition', {
    cause: `Self-check of ${path}: ${why}.`,
    remedy:
      'Nothing was pushed. Only refs may change, or the merge request is not self-serviceable; change this file by hand.',
    rule: 'appinterface.only_refs',
  });
}
