import { SluiceError } from '../../../src/kit/errors.ts';
import { Redactor } from '../../../src/kit/redact.ts';
import { cleanText } from '../../../src/kit/text.ts';
import type { KonfluxClient } from '../client.ts';

export interface StepPlace {
  task: string;
  step: string;
  pod: string | undefined;
  container: string;
  /** Why it can have no log. */
  silent?: string;
}

export interface StepLog {
  task: string;
  step: string;
  pod: string | null;
  lines: string[];
  /** Earlier lines were left out. */
  truncated: boolean;
  source: 'cluster' | 'archive' | 'none';
  /** Why there are no lines. */
  note?: string;
}

export interface LogWhere {
  namespace: string;
  signal: AbortSignal | undefined;
  tailLines: number;
  /** The run has been pruned, and its pods with it. */
  archived: boolean;
}

export const NO_POD = 'It never had a pod, so there is no log.';

/** A step's log, its last lines. A pod that is gone is said, and looked for in the archive; a refusal is thrown. */
export async function readStepLog(
  client: KonfluxClient,
  place: StepPlace,
  where: LogWhere,
): Promise<StepLog> {
  const { task, step, pod = null } = place;
  const none = (note: string): StepLog => ({
    task,
    step,
    pod,
    lines: [],
    truncated: false,
    source: 'none',
    note,
  });
  if (pod === null || place.silent !== undefined) return none(place.silent ?? NO_POD);
  const options = {
    container: place.container,
    // One more than is shown tells whether there are more.
    tailLines: where.tailLines + 1,
    namespace: where.namespace,
    signal: where.signal,
  };
  const read = (text: string, source: 'cluster' | 'archive'): StepLog => {
    const lines = linesOf(text);
    const kept = lines.slice(-where.tailLines);
    return { task, step, pod, lines: kept, truncated: lines.length > kept.length, source };
  };
  if (!where.archived) {
    try {
      return read(await client.cluster.logs(pod, options), 'cluster');
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      if (error.status === 400) return none(`There is no log yet: ${cleanText(error.message, 300)}`);
      if (error.status !== 404) throw error;
    }
  }
  if (client.archive === undefined)
    return none(`The pod is gone (${pod}), and its log with it: no KubeArchive is configured.`);
  try {
    return read(await client.archive.logs(pod, options), 'archive');
  } catch (error) {
    if (!(error instanceof SluiceError) || error.status !== 404) throw error;
    return none(`The pod is gone (${pod}), and KubeArchive has no log of it.`);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours and cursor moves begin with it
const TERMINAL = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g;
const LONGEST_LINE = 1_000;

/** As a person would have seen it: no colours, of a progress bar its last state, nothing invisible, no secrets. */
export function linesOf(text: string): string[] {
  // As one text first: a key stands on many lines.
  const plain = new Redactor().text(text.replace(TERMINAL, ''));
  const lines = plain.split(/\r*\n/).map((line) => {
    const [last = ''] = line.split('\r').slice(-1);
    return cleanText(last, LONGEST_LINE);
  });
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  return lines;
}

/** The last sections and lines that fit; of several sections the later ones go first. */
export function capped(logs: readonly StepLog[], bytes: number): StepLog[] {
  let room = bytes;
  return logs
    .toReversed()
    .map((log) => {
      const from = log.lines.findLastIndex((line) => {
        room -= Buffer.byteLength(line) + 1;
        return room < 0;
      });
      const lines = log.lines.slice(from + 1);
      return { ...log, lines, truncated: log.truncated || lines.length < log.lines.length };
    })
    .toReversed();
}
