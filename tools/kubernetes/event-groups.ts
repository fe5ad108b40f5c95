import { z } from 'zod';
import { isoTime } from '../../src/kit/clock.ts';
import { oneLine } from '../../src/kit/text.ts';
import type { KubeEvent } from './resources/event.ts';

export const EventRow = z.object({
  type: z.string(),
  reason: z.string(),
  kind: z.string(),
  objects: z.array(z.string()).meta({ description: 'What it happened to, at most five of them.' }),
  objects_total: z.int(),
  count: z.int(),
  message: z.string(),
  first_seen: z.string().nullable(),
  last_seen: z.string().nullable(),
});
export type EventRow = z.output<typeof EventRow>;

const OBJECTS = 5;

interface Group {
  event: KubeEvent;
  names: Set<string>;
  count: number;
  first: number;
  last: number;
}

/** What is the same is said once, with how often, also of several objects. Warnings first, each newest first. */
export function groupEvents(events: readonly KubeEvent[]): EventRow[] {
  const groups = new Map<string, Group>();
  for (const event of events) {
    const { name, kind } = event.involvedObject;
    const message = name === '' ? event.message : event.message.replaceAll(name, '…');
    const key = JSON.stringify([event.type, event.reason, kind, message]);
    const seen = timesOf(event);
    const group = groups.get(key) ?? {
      event,
      names: new Set(),
      count: 0,
      first: seen.first,
      last: Number.NaN,
    };
    if (!(seen.last <= group.last)) group.event = event;
    group.names.add(name);
    group.count += seen.count;
    group.first = earlier(group.first, seen.first);
    group.last = later(group.last, seen.last);
    groups.set(key, group);
  }
  const warns = ({ event }: Group) => (event.type === 'Warning' ? 0 : 1);
  return [...groups.values()]
    .toSorted((a, b) => warns(a) - warns(b) || (b.last || 0) - (a.last || 0))
    .map(({ event, names, count, first, last }) => ({
      type: event.type,
      reason: event.reason,
      kind: event.involvedObject.kind,
      objects: [...names].slice(0, OBJECTS),
      objects_total: names.size,
      count,
      message: oneLine(event.message, 240),
      first_seen: iso(first),
      last_seen: iso(last),
    }));
}

/** The older API has count and timestamps, the newer one eventTime and a series. */
export function timesOf(event: KubeEvent): { count: number; first: number; last: number } {
  const { series, metadata } = event;
  const begin = event.firstTimestamp ?? event.eventTime ?? metadata.creationTimestamp;
  const end = event.lastTimestamp ?? series?.lastObservedTime ?? event.eventTime ?? begin;
  return {
    count: Math.max(1, event.count ?? series?.count ?? 1),
    first: Date.parse(begin),
    last: Date.parse(end),
  };
}

function earlier(a: number, b: number): number {
  return Number.isNaN(a) || b < a ? b : a;
}

function later(a: number, b: number): number {
  return Number.isNaN(a) || b > a ? b : a;
}

function iso(ms: number): string | null {
  return Number.isNaN(ms) ? null : isoTime(ms);
}
