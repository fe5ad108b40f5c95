import { type Reply, text } from '../http.ts';
import { isTree, type Tree } from '../scenario/merge.ts';
import type { Lines } from '../scenario/schema-kubernetes.ts';
import { isoSeconds } from '../scenario/time.ts';
import { type Ask, permit, stored } from './ask.ts';
import { listAt, nameOf, textAt } from './manifest.ts';
import { badRequest } from './status.ts';

interface Line {
  at: number;
  text: string;
}

/** What a container has said up to now. */
export function podLog(ask: Ask): Reply {
  permit(ask, 'get');
  const { call, cluster } = ask;
  const pod = stored(ask);
  const container = containerOf(pod, call.query.get('container') ?? '');
  const previous = call.query.get('previous') === 'true';
  const log = cluster.logsOf(ask.namespace ?? '', ask.name)[container];
  const lines = previous ? log?.previous : log?.current;
  if (previous && lines === undefined) {
    throw badRequest(`previous terminated container "${container}" in pod "${nameOf(pod)}" not found`);
  }
  const waiting = previous ? undefined : waitingReason(pod, container);
  if (waiting !== undefined) {
    throw badRequest(`container "${container}" in pod "${nameOf(pod)}" is waiting to start: ${waiting}`);
  }
  return text(200, spoken(ask, pod, lines ?? []), 'text/plain');
}

/** As much of it as was asked for. */
export function spoken(ask: Ask, pod: Tree, lines: Lines): string {
  const began = textAt(pod, 'status.startTime') ?? textAt(pod, 'metadata.creationTimestamp') ?? '';
  return cut(
    ask,
    linesOf(lines, Date.parse(began)).filter(({ at }) => at <= ask.world.now),
  );
}

export function containerOf(pod: Tree, asked: string): string {
  const names = ['initContainers', 'containers'].map((list) =>
    listAt(pod, `spec.${list}`).map((container) => textAt(container, 'name') ?? ''),
  );
  const [initial = [], usual = []] = names;
  const annotated = textAt(pod, 'metadata.annotations[kubectl.kubernetes.io/default-container]');
  const wanted = asked || annotated || (usual.length === 1 ? (usual[0] ?? '') : '');
  if (wanted === '') {
    const init = initial.length === 0 ? '' : ` or one of the init containers: [${initial.join(' ')}]`;
    throw badRequest(
      `a container name must be specified for pod ${nameOf(pod)}, choose one of: [${usual.join(' ')}]${init}`,
    );
  }
  if (![...initial, ...usual].includes(wanted)) {
    throw badRequest(`container ${wanted} is not valid for pod ${nameOf(pod)}`);
  }
  return wanted;
}

const PULLING = ['ImagePullBackOff', 'ErrImagePull'];

function waitingReason(pod: Tree, container: string): string | undefined {
  const status = [...listAt(pod, 'status.containerStatuses'), ...listAt(pod, 'status.initContainerStatuses')]
    .filter(isTree)
    .find(({ name }) => name === container);
  const reason = textAt(status, 'state.waiting.reason');
  // A container that has run before still has what it said then.
  if (reason === undefined || reason === 'CrashLoopBackOff') return undefined;
  return PULLING.includes(reason) ? 'trying and failing to pull image' : reason;
}

function linesOf(lines: Lines, began: number): Line[] {
  if (typeof lines === 'string') return linesOf(lines.replace(/\n$/, '').split('\n'), began);
  return lines.map((line) => (typeof line === 'string' ? { at: began, text: line } : line));
}

function cut({ call, world }: Ask, lines: readonly Line[]): string {
  const limit = (name: string) => {
    const asked = call.query.get(name);
    if (asked === null) return undefined;
    if (!/^\d+$/.test(asked)) throw badRequest(`strconv.ParseInt: parsing "${asked}": invalid syntax`);
    return Number(asked);
  };
  const sinceSeconds = limit('sinceSeconds');
  const sinceTime = call.query.get('sinceTime');
  const since = sinceSeconds === undefined ? Date.parse(sinceTime ?? '') : world.now - sinceSeconds * 1000;
  const recent = Number.isNaN(since) ? lines : lines.filter(({ at }) => at >= since);
  const tail = limit('tailLines');
  const last = tail === undefined ? recent : tail === 0 ? [] : recent.slice(-tail);
  const stamped = call.query.get('timestamps') === 'true';
  const whole = last.map((line) => `${stamped ? `${isoSeconds(line.at)} ` : ''}${line.text}\n`).join('');
  const bytes = limit('limitBytes');
  return bytes === undefined ? whole : Buffer.from(whole).subarray(0, bytes).toString('utf8');
}
