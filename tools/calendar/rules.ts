import type { NodeICalSync } from 'node-ical';
import { isZone } from './times.ts';

/** Recurrence rules and the names of zones, as node-ical knows them; loaded at first use. */
export interface Rules {
  /** Starts of a rule between two wall times, both as milliseconds as if in UTC. Throws for a bad rule. */
  between(rule: string, start: number, from: number, to: number): number[];
  /** The IANA name of a zone, which calendars also call by other names. */
  zone(tzid: string): string | undefined;
}

const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
/** Parts that could make thousands of starts a day out of one event. */
const TOO_FINE = ['BYHOUR', 'BYMINUTE', 'BYSECOND'];

let loaded: Promise<Rules> | undefined;

export function loadRules(): Promise<Rules> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Rules> {
  const { default: ical } = await import('node-ical');
  return {
    between: (rule, start, from, to) => {
      // Wall times go in and out as UTC: a clock change is not the rule's affair.
      const event = only(ical.sync, [`DTSTART:${stamp(start)}`, `RRULE:${wholeRule(rule, start)}`]);
      const dates = event?.rrule?.between(new Date(from), new Date(to), true);
      if (dates === undefined) throw new Error(`the rule ${rule.slice(0, 80)} cannot be read`);
      return dates.map((date) => date.getTime());
    },
    zone: (tzid) => zoneOf(tzid, ical.sync),
  };
}

function only(ical: NodeICalSync, lines: readonly string[]) {
  const text = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    'UID:one',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  const found = ical.parseICS(text.join('\r\n')).one;
  return found !== undefined && found.type === 'VEVENT' ? found : undefined;
}

/** The library takes what a rule leaves open from the start, but moves the 31st of a month for good. */
function wholeRule(rule: string, start: number): string {
  const parts = new Map(rule.split(';').map((part) => split(part)));
  const frequency = parts.get('FREQ') ?? '';
  const fine = TOO_FINE.find((name) => parts.has(name));
  if (!FREQUENCIES.includes(frequency) || fine !== undefined)
    throw new Error(`a rule with ${fine ?? `FREQ=${frequency}`} is not taken`);
  const date = new Date(start);
  const open = !['BYDAY', 'BYMONTHDAY', 'BYYEARDAY', 'BYWEEKNO'].some((name) => parts.has(name));
  if (open && (frequency === 'MONTHLY' || frequency === 'YEARLY')) {
    parts.set('BYMONTHDAY', String(date.getUTCDate()));
    if (frequency === 'YEARLY' && !parts.has('BYMONTH')) parts.set('BYMONTH', String(date.getUTCMonth() + 1));
  }
  return [...parts].map(([name, value]) => `${name}=${value}`).join(';');
}

function split(part: string): [string, string] {
  const at = part.indexOf('=');
  return [part.slice(0, at).toUpperCase(), part.slice(at + 1).toUpperCase()];
}

/** `20261218T180000Z` */
function stamp(moment: number): string {
  return new Date(moment).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

function zoneOf(tzid: string, ical: NodeICalSync): string | undefined {
  if (isZone(tzid)) return tzid;
  const path = /[A-Za-z_]+\/[A-Za-z_+-]+(?:\/[A-Za-z_+-]+)?$/.exec(tzid)?.[0];
  if (tzid.startsWith('/') && path !== undefined && isZone(path)) return path;
  // For these the library takes the zone of this machine.
  if (/^(Customized Time Zone|tzone:)/.test(tzid) || !/^[\w .,()+:/-]+$/.test(tzid)) return undefined;
  const found = only(ical, [`DTSTART;TZID=${tzid}:20260115T120000`])?.start.tz;
  return found !== undefined && isZone(found) ? found : undefined;
}
