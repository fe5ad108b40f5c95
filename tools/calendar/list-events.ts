import { z } from 'zod';
import { isoTime } from '../../src/kit/clock.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { oneLine } from '../../src/kit/text.ts';
import { toolsOf } from '../../src/kit/tool.ts';
import type { CalendarClient } from './client.ts';
import { type CalendarEvent, eventsBetween } from './events.ts';
import { readCalendar } from './lines.ts';

const defineTool = toolsOf<CalendarClient>();
const DAY_MS = 86_400_000;
const MOST_DAYS = 800;
const MOST_NAMED = 10;

const Moment = z.iso.datetime({ offset: true });

const listEvents = defineTool({
  name: 'calendar_list_events',
  title: 'List events of a calendar',
  description: `
Events of an iCalendar of the settings between two moments (default: the next 30 days), the earliest first: repeated ones
one by one, whole days from midnight to midnight. One that goes on at the beginning is among them. unreadable counts
events that could not be read: then the answer is not all there is.`,
  effect: 'read',
  input: z.object({
    calendar: z.string().min(1).max(100).meta({ description: 'Its name in the settings.' }),
    from: Moment.optional(),
    to: Moment.optional(),
    summary_has: z.string().min(1).max(200).optional().meta({ description: 'In whatever case.' }),
    limit: z.int().min(1).max(200).default(20),
  }),
  output: z.object({
    calendar: z.string(),
    zone: z.string().meta({ description: 'Of events that name none, and of whole days.' }),
    from: z.string(),
    to: z.string(),
    events: z.array(
      z.object({
        summary: z.string(),
        start: z.string(),
        end: z.string().meta({ description: 'Outside of the event.' }),
        all_day: z.boolean(),
        repeats: z.boolean(),
        uid: z.string(),
      }),
    ),
    total: z.int(),
    truncated: z.boolean(),
    unreadable: z.int(),
    problems: z.array(z.string()).meta({ description: 'Why, for the first of them.' }),
    summary: z.string(),
  }),
  run: async ({ calendar, summary_has: wanted, limit, ...given }, { client, now, signal }) => {
    const from = given.from === undefined ? now : Date.parse(given.from);
    const to = given.to === undefined ? from + 30 * DAY_MS : Date.parse(given.to);
    if (to <= from || to - from > MOST_DAYS * DAY_MS) {
      throw new SluiceError('invalid_input', {
        cause: `calendar_list_events: from ${isoTime(from)} to ${isoTime(to)} is no stretch of at most ${MOST_DAYS} days.`,
        remedy: 'Give a from before the to, and less at once.',
      });
    }
    const document = readCalendar(await client.text(calendar, signal), calendar);
    const { events, unreadable, zone } = await eventsBetween(document, client.zoneOf(calendar), from, to);
    const fitting = events.filter(({ summary }) => contains(summary, wanted));
    const shown = fitting.slice(0, limit);
    return {
      calendar,
      zone,
      from: isoTime(from),
      to: isoTime(to),
      events: shown.map((event) => ({
        summary: oneLine(event.summary, 200),
        start: isoTime(event.start),
        end: isoTime(event.end),
        all_day: event.allDay,
        repeats: event.repeats,
        uid: oneLine(event.uid, 120),
      })),
      total: fitting.length,
      truncated: fitting.length > shown.length,
      unreadable: unreadable.length,
      problems: unreadable.slice(0, MOST_NAMED).map((why) => oneLine(why, 200)),
      summary: summaryOf(calendar, fitting, unreadable.length, now),
    };
  },
});

function contains(summary: string, wanted: string | undefined): boolean {
  return wanted === undefined || summary.toLowerCase().includes(wanted.toLowerCase());
}

function summaryOf(
  calendar: string,
  events: readonly CalendarEvent[],
  unreadable: number,
  now: number,
): string {
  const going = events.find(({ start, end }) => start <= now && now < end);
  const next = events.find(({ start }) => start > now);
  const one = going ?? next;
  const what =
    one === undefined
      ? ''
      : ` ${going === undefined ? 'The next' : 'One that goes on'}: ${JSON.stringify(oneLine(one.summary, 80))}, ${isoTime(one.start)} to ${isoTime(one.end)}.`;
  const lost = unreadable === 0 ? '' : ` ${unreadable} could not be read.`;
  return `${calendar} has ${events.length} such ${events.length === 1 ? 'event' : 'events'}.${what}${lost}`;
}

export const tools = [listEvents];
