import { Redactor } from '../../src/kit/redact.ts';
import { cleanText } from '../../src/kit/text.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours and cursor moves begin with it
const TERMINAL = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g;
const LONGEST_LINE = 1_000;

/** As a person would have seen it: no colours, of a progress bar its last state, nothing invisible, no secrets. */
export function logLines(text: string): string[] {
  // As one text first: a key stands on many lines.
  const plain = new Redactor().text(text.replace(TERMINAL, ''));
  const lines = plain.split(/\r*\n/).map((line) => {
    const [last = ''] = line.split('\r').slice(-1);
    return cleanText(last, LONGEST_LINE);
  });
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  return lines;
}

/** The last lines that fit into so many bytes. */
export function lastLines(lines: readonly string[], bytes: number): string[] {
  let room = bytes;
  const from = lines.findLastIndex((line) => {
    room -= Buffer.byteLength(line) + 1;
    return room < 0;
  });
  return lines.slice(from + 1);
}
