import { z } from 'zod';
import { DurationText, durationMs } from '../../src/kit/duration.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { oneLine } from '../../src/kit/text.ts';
import type { Place } from './environments.ts';
import { lastLines, logLines } from './log-text.ts';
import { podsOf } from './owned.ts';
import { type JudgedPod, judgePods } from './pod-row.ts';
import { allOf } from './read.ts';
import { DEPLOYMENT } from './resources/deployment.ts';
import { POD } from './resources/pod.ts';
import {
  call,
  defineTool,
  Name,
  PLACE_INPUT,
  PLACE_OUTPUT,
  placeArgs,
  placeName,
  placeOutput,
} from './tool.ts';
import { many } from './words.ts';

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';
/** Of all pods together. */
const MOST_BYTES = 8 * 1024;
/** Of one container before it is cut to lines: a line may be long. */
const READ_BYTES = 4 * 1024 * 1024;

const LogRow = z.object({
  pod: z.string(),
  container: z.string(),
  lines: z.array(z.string()),
  truncated: z.boolean().meta({ description: 'Earlier lines were left out.' }),
  note: z.string().optional().meta({ description: 'Why there are no lines.' }),
});
type LogRow = z.output<typeof LogRow>;

const Input = z.object({
  ...PLACE_INPUT,
  pod: Name.optional(),
  deployment: Name.optional().meta({ description: 'Instead of a pod: its pods, those that fail first.' }),
  container: Name.optional(),
  tail_lines: z.int().min(1).max(500).default(80).meta({ description: 'Of each pod.' }),
  since: DurationText.optional().meta({ description: 'Said within this time, e.g. 15m.' }),
  previous: z.boolean().default(false).meta({ description: 'Of the container before its last restart.' }),
  pods: z.int().min(1).max(5).default(2).meta({ description: 'With deployment: how many of its pods.' }),
});
type Input = z.output<typeof Input>;

export const readLogs = defineTool({
  name: 'kubernetes_logs',
  title: 'Logs of pods',
  description: `
The end of the log of a pod, or of the pods of a Deployment (those that fail first). Of several containers the one that
fails is taken, else the default one, unless container names it. previous reads what a container said before it was
restarted: there stands why it crashed. Cleaned, and cut to the last 8 KB; it says so.`,
  effect: 'read',
  input: Input,
  output: z.object({
    ...PLACE_OUTPUT,
    logs: z.array(LogRow),
    truncated: z.boolean(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async (input, { client, now, signal }) => {
    const place = await client.place(input);
    const { chosen, others } = await choose(place, input, now, signal);
    const logs = capped(await Promise.all(chosen.map((one) => readLog(place, one, input, signal))));
    const lines = logs.reduce((sum, log) => sum + log.lines.length, 0);
    const notes = logs.flatMap(({ pod, note }) => (note === undefined ? [] : [`${pod}: ${note}`]));
    const next = nextOf(place, chosen, input);
    const before = input.previous ? ' before the last restart' : '';
    return {
      ...placeOutput(place),
      logs,
      truncated: logs.some((log) => log.truncated) || others > 0,
      summary:
        lines > 0
          ? `The last ${many(lines, 'line')}${before} of ${logs.map(({ pod }) => pod).join(', ')} in ${placeName(place)}${others > 0 ? `; ${many(others, 'pod')} more not read` : ''}.${notes.length === 0 ? '' : ` ${notes.join('; ')}.`}`
          : `No lines${before} in ${placeName(place)}. ${notes.join('; ') || `${logs.map(({ pod }) => pod).join(', ')} said nothing`}.`,
      ...(next === undefined ? {} : { next }),
    };
  },
});

interface Source {
  judged: JudgedPod;
  container: string;
}

async function choose(
  place: Place,
  { pod, deployment, container, pods: most }: Input,
  now: number,
  signal: AbortSignal | undefined,
): Promise<{ chosen: Source[]; others: number }> {
  if ((pod === undefined) === (deployment === undefined)) {
    throw new SluiceError('invalid_input', {
      cause: 'Give either pod or deployment.',
      remedy: 'kubernetes_pod_list and kubernetes_deployment_list show the names.',
    });
  }
  const where = { namespace: place.namespace, signal };
  if (pod !== undefined) {
    const judged = judgePods([await place.cluster.get(POD, pod, where)], now);
    return {
      chosen: judged.map((one) => ({ judged: one, container: containerOf(one, container) })),
      others: 0,
    };
  }
  const name = deployment ?? '';
  const [kept, all] = await Promise.all([
    place.cluster.get(DEPLOYMENT, name, where),
    allOf(place, POD, signal),
  ]);
  const judged = judgePods(podsOf(kept, all), now);
  if (judged.length === 0) {
    throw new SluiceError('not_found', {
      cause: `Deployment ${name} in ${place.namespace} has no pods, so there is no log.`,
      remedy: `Why: ${call('kubernetes_rollout_status', { ...placeArgs(place), deployment: name })}.`,
    });
  }
  const chosen = judged.slice(0, most);
  return {
    chosen: chosen.map((one) => ({ judged: one, container: containerOf(one, container) })),
    others: judged.length - chosen.length,
  };
}

function containerOf({ pod, health }: JudgedPod, asked: string | undefined): string {
  const { containers, initContainers } = pod.spec;
  const names = [...containers, ...initContainers].map(({ name }) => name);
  if (asked !== undefined) {
    if (names.includes(asked)) return asked;
    throw new SluiceError('invalid_input', {
      cause: `Pod ${pod.metadata.name} has no container ${asked}.`,
      remedy: `It has: ${names.join(', ')}.`,
    });
  }
  return health.container ?? pod.metadata.annotations[DEFAULT_CONTAINER] ?? names[0] ?? '';
}

async function readLog(
  place: Place,
  { judged, container }: Source,
  { tail_lines: tail, since, previous }: Input,
  signal: AbortSignal | undefined,
): Promise<LogRow> {
  const pod = judged.pod.metadata.name;
  try {
    const text = await place.cluster.logs(pod, {
      namespace: place.namespace,
      container,
      // One more than is shown tells whether there are more.
      tailLines: tail + 1,
      limitBytes: READ_BYTES,
      ...(since === undefined ? {} : { sinceSeconds: Math.max(1, Math.ceil(durationMs(since) / 1_000)) }),
      ...(previous ? { previous } : {}),
      signal,
    });
    const all = logLines(text);
    const lines = all.slice(-tail);
    return { pod, container, lines, truncated: lines.length < all.length };
  } catch (error) {
    // Not started yet, or never restarted: that is an answer.
    if (!(error instanceof SluiceError) || error.status !== 400) throw error;
    return { pod, container, lines: [], truncated: false, note: whyNone(judged, previous, error) };
  }
}

function whyNone({ health }: JudgedPod, previous: boolean, error: SluiceError): string {
  if (previous && health.lastEnd === undefined)
    return 'it has not been restarted, so there is no earlier log';
  return health.reason === '' ? oneLine(error.message, 300) : `it has no log: ${health.reason}`;
}

/** Each gets an equal share; what one leaves over goes to the next. */
function capped(logs: readonly LogRow[]): LogRow[] {
  let room = MOST_BYTES;
  return logs.map((log, index) => {
    const lines = lastLines(log.lines, Math.floor(room / (logs.length - index)));
    room -= lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    return { ...log, lines, truncated: log.truncated || lines.length < log.lines.length };
  });
}

function nextOf(place: Place, chosen: readonly Source[], { previous }: Input): string | undefined {
  const where = placeArgs(place);
  const crashed = chosen.find(({ judged }) => judged.health.lastEnd !== undefined);
  if (crashed !== undefined && !previous) {
    const { judged, container } = crashed;
    return call('kubernetes_logs', { ...where, pod: judged.pod.metadata.name, container, previous: true });
  }
  const never = chosen.find(
    ({ judged: { health } }) => health.state === 'failing' && health.lastEnd === undefined,
  );
  return never === undefined
    ? undefined
    : call('kubernetes_event_list', { ...where, object: never.judged.pod.metadata.name });
}
