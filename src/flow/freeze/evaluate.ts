import type { FreezeRule, Span } from '../../kit/freeze-settings.ts';
import type { Moments } from './moments.ts';
import { listed, type Timetable, timetableOf, type Window } from './timetable.ts';

/** What a source said when it was asked. Rules without a source have none. */
export type SourceFacts =
  | { kind: 'calendar'; spans: readonly CalendarFacts[] }
  | GitLabFacts
  | { kind: 'flag'; on: boolean; since: number | null; why: string }
  | { kind: 'unreadable'; why: string };

/** One entry for each span of the rule; null for spans without a calendar. */
export type CalendarFacts =
  | { windows: readonly Window[]; knownUntil: number; why: string }
  | { unreadable: string }
  | null;

export interface GitLabFacts {
  kind: 'gitlab';
  periods: readonly { start: string; end: string; time_zone: string }[];
  /** As the tool itself has found, from when it was asked. */
  told: Window | null;
  /** Not all of it could be read. */
  partly: string | null;
}

export type Say =
  | { state: 'open' }
  | { state: 'frozen'; until: number | null; why: string }
  | { state: 'unknown'; why: string };

export interface CompiledRule {
  name: string;
  says(moment: number): Say;
  /** Since when it holds without a break, where it holds at this moment and that is known. */
  heldSince(moment: number): number | null;
}

/** How far calendars are read. */
export const HORIZON_MS = 400 * 86_400_000;
const MOST_STEPS = 200;
/** Windows that follow each other without a gap are told as one, so many of them. */
const MOST_JOINED = 20;

/** A rule with what its source said. Pure; throws nothing: what cannot be read is unknown. */
export function compileRule(
  name: string,
  rule: FreezeRule,
  facts: SourceFacts | undefined,
  moments: Moments,
): CompiledRule {
  if (facts?.kind === 'unreadable') return { name, ...always({ state: 'unknown', why: facts.why }, null) };
  if (facts?.kind === 'flag') {
    const { on, since, why } = facts;
    return { name, ...always(on ? { state: 'frozen', until: null, why } : { state: 'open' }, since) };
  }
  const calendars = facts?.kind === 'calendar' ? facts.spans : [];
  const parts =
    facts?.kind === 'gitlab'
      ? [{ table: lazily(() => gitlabTimetable(facts, moments)), why: '', partly: facts.partly }]
      : (rule.only ?? [rule]).map((span, index) => partOf(span, calendars[index], moments));
  const says = (moment: number) => (rule.only === undefined ? inside(parts, moment) : outside(parts, moment));
  return {
    name,
    says: (moment) => {
      try {
        return says(moment);
      } catch (error) {
        return { state: 'unknown', why: error instanceof Error ? error.message : String(error) };
      }
    },
    heldSince: (moment) => {
      if (rule.only !== undefined || says(moment).state !== 'frozen') return null;
      return Math.min(...parts.flatMap((part) => ('table' in part ? startOf(part.table(), moment) : [])));
    },
  };
}

function always(said: Say, since: number | null) {
  return { says: () => said, heldSince: () => (said.state === 'frozen' ? since : null) };
}

type Part = { table: () => Timetable; why: string; partly: string | null } | { unreadable: string };

function partOf(span: Span, found: CalendarFacts | undefined, moments: Moments): Part {
  if (span.ical === undefined)
    return { table: lazily(() => timetableOf(span, moments)), why: '', partly: null };
  if (found === null || found === undefined) return { unreadable: 'its calendar was not asked' };
  if ('unreadable' in found) return found;
  const table = listed(found.windows, found.knownUntil);
  return { table: () => table, why: found.why, partly: null };
}

/** Made inside `says`, so that what cannot be read is unknown and no defect. */
function lazily(make: () => Timetable): () => Timetable {
  let made: Timetable | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** A freeze: any of its windows closes. */
function inside(parts: readonly Part[], moment: number): Say {
  let unknown: string | undefined;
  for (const part of parts) {
    if ('unreadable' in part) {
      unknown = part.unreadable;
      continue;
    }
    const table = part.table();
    const window = table.at(moment);
    if (window !== undefined) return { state: 'frozen', until: endOf(table, window, moment), why: part.why };
    unknown ??= ignoranceOf(part, table, moment);
  }
  return unknown === undefined ? { state: 'open' } : { state: 'unknown', why: unknown };
}

/** Release windows: any of them opens. */
function outside(parts: readonly Part[], moment: number): Say {
  let unknown: string | undefined;
  const starts: number[] = [];
  for (const part of parts) {
    if ('unreadable' in part) {
      unknown = part.unreadable;
      continue;
    }
    const table = part.table();
    if (table.at(moment) !== undefined) return { state: 'open' };
    unknown ??= ignoranceOf(part, table, moment);
    const next = table.next(moment);
    if (next !== undefined) starts.push(next);
  }
  if (unknown !== undefined) return { state: 'unknown', why: unknown };
  return { state: 'frozen', until: starts.length === 0 ? null : Math.min(...starts), why: '' };
}

function ignoranceOf(part: { partly: string | null }, table: Timetable, moment: number): string | undefined {
  if (moment >= (table.knownUntil ?? Number.POSITIVE_INFINITY))
    return 'its calendar was read up to an earlier time';
  return part.partly ?? undefined;
}

function endOf(table: Timetable, window: Window, moment: number): number {
  let { end } = window;
  for (let step = 0; step < MOST_JOINED && end < moment + HORIZON_MS; step += 1) {
    const next = table.at(end);
    if (next === undefined) break;
    end = next.end;
  }
  return end;
}

function startOf(table: Timetable, moment: number): number[] {
  let window = table.at(moment);
  if (window === undefined) return [];
  for (let step = 0; step < MOST_JOINED; step += 1) {
    const before = table.at(window.start - 1);
    if (before === undefined) break;
    window = before;
  }
  return [window.start];
}

/** As GitLab's own jobs see it: a period holds while its last beginning is later than its last end. */
function gitlabTimetable(facts: GitLabFacts, moments: Moments): Timetable {
  const periods = facts.periods.map(({ start, end, time_zone }) => ({
    start: moments.cron(start, time_zone),
    end: moments.cron(end, time_zone),
  }));
  const windowsAt = (moment: number): Window[] =>
    periods.flatMap(({ start, end }) => {
      // A moment later: what begins at this very second holds.
      const reference = new Date(moment + 1_000);
      const [began] = start.previousRuns(1, reference);
      const [ended] = end.previousRuns(1, reference);
      if (began === undefined || (ended !== undefined && ended >= began)) return [];
      const ends = end.nextRun(new Date(moment))?.getTime() ?? moment + HORIZON_MS;
      return [{ start: began.getTime(), end: ends }];
    });
  const told = facts.told === null ? [] : [facts.told];
  return {
    at: (moment) => listed([...windowsAt(moment), ...told]).at(moment),
    next: () => undefined,
  };
}

/**
 * The first moment, from this one on, at which no rule holds; null where that cannot be told. `excepted`:
 * rule → until when an exception lets the release pass it.
 */
export function nextOpening(
  rules: readonly CompiledRule[],
  from: number,
  excepted: ReadonlyMap<string, number> = new Map(),
): number | null {
  let moment = from;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    let later = moment;
    for (const rule of rules) {
      if ((excepted.get(rule.name) ?? Number.NEGATIVE_INFINITY) > moment) continue;
      const said = rule.says(moment);
      if (said.state === 'open') continue;
      if (said.state === 'unknown' || said.until === null) return null;
      later = Math.max(later, said.until);
    }
    if (later === moment) return moment;
    moment = later;
  }
  return null;
}
