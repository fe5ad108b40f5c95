import { z } from 'zod';
import { isoTime } from '../../kit/clock.ts';
import { toSluiceError } from '../../kit/errors.ts';
import type { FreezeRule, Span } from '../../kit/freeze-settings.ts';
import type { Principal } from '../../kit/principal.ts';
import type { Registry } from '../../kit/registry.ts';
import { oneLine } from '../../kit/text.ts';
import type { EngineServices } from '../services.ts';
import { type CalendarFacts, HORIZON_MS, type SourceFacts } from './evaluate.ts';
import { openIncidents } from './incidents.ts';
import type { Window } from './timetable.ts';

/** What a source said counts for so long, in the world's time and in this machine's; a refusal not at all. */
const FRESH_MS = 30_000;
/** An event that goes on may have begun so long ago and be joined to one before it. */
const BEFORE_MS = 32 * 86_400_000;
const MOST_EVENTS = 200;
const MOST_ADMISSIONS = 50;

export interface SourceServices extends Pick<EngineServices, 'clock' | 'store'> {
  registry: Pick<Registry, 'read'>;
}

export interface Asking {
  rule: FreezeRule;
  environment: string;
  principal: Principal;
  now: number;
  signal?: AbortSignal | undefined;
}

/** Asks what rules rest on, through the registry alone. One for each process. */
export class FreezeSources {
  readonly #kept = new Map<string, { facts: unknown; world: number; wall: number }>();

  /** Undefined for a rule that needs no source. Throws nothing: a source that fails is unreadable. */
  async factsFor(asking: Asking, services: SourceServices): Promise<SourceFacts | undefined> {
    const { rule } = asking;
    try {
      if (rule.incident === true) return await this.#incident(asking, services);
      if (rule.gitlab !== undefined) return await this.#gitlab(rule.gitlab, asking, services);
      if (rule.konflux !== undefined) return await this.#konflux(rule.konflux, asking, services);
      const spans = rule.only ?? [rule];
      if (spans.every(({ ical }) => ical === undefined)) return undefined;
      return {
        kind: 'calendar',
        spans: await Promise.all(spans.map(async (span) => await this.#calendar(span, asking, services))),
      };
    } catch (thrown) {
      return { kind: 'unreadable', why: reasonOf(thrown) };
    }
  }

  async #incident({ environment }: Asking, { store }: SourceServices): Promise<SourceFacts> {
    const open = (await openIncidents(store)).filter((incident) => incident.environment === environment);
    const [first] = open;
    return {
      kind: 'flag',
      on: first !== undefined,
      since: first?.at ?? null,
      why: open.map(({ incident, reason }) => `${incident} (${oneLine(reason, 120)})`).join(', '),
    };
  }

  async #gitlab(
    input: NonNullable<FreezeRule['gitlab']>,
    asking: Asking,
    services: SourceServices,
  ): Promise<SourceFacts> {
    const { facts, world } = await this.#ask('gitlab_list_freeze_periods', input, Periods, asking, services);
    const unreadable = new Set(facts.unreadable);
    return {
      kind: 'gitlab',
      // Beyond its first page only the tool's own verdict counts: it has read all of them.
      periods: facts.freeze_periods.filter(({ id }) => !unreadable.has(id)),
      told:
        facts.frozen === true && facts.until !== null ? { start: world, end: Date.parse(facts.until) } : null,
      partly:
        unreadable.size > 0 || facts.frozen === null
          ? `freeze period ${[...unreadable].join(', ')} of ${input.project} cannot be read`
          : null,
    };
  }

  async #konflux(
    given: NonNullable<FreezeRule['konflux']>,
    asking: Asking,
    services: SourceServices,
  ): Promise<SourceFacts> {
    const input = { ...given, limit: MOST_ADMISSIONS };
    const { facts } = await this.#ask('konflux_admission_list', input, Admissions, asking, services);
    const named = (blocks: boolean | null) =>
      facts.admissions
        .filter((one) => one.block_releases === blocks)
        .map((one) => `${one.namespace}/${one.name}`);
    const blocked = named(true);
    if (blocked.length > 0)
      return { kind: 'flag', on: true, since: null, why: `block-releases is on at ${blocked.join(', ')}` };
    const closed = named(null);
    const why =
      closed.length > 0
        ? `we may not read whether ${closed.join(', ')} block releases`
        : facts.admissions.length === 0
          ? 'there is no release plan admission to ask'
          : facts.truncated
            ? `there are more than ${MOST_ADMISSIONS} admissions: name an application or a managed namespace`
            : undefined;
    if (why !== undefined) return { kind: 'unreadable', why };
    return { kind: 'flag', on: false, since: null, why: '' };
  }

  async #calendar(span: Span, asking: Asking, services: SourceServices): Promise<CalendarFacts> {
    if (span.ical === undefined) return null;
    const { calendar, summary_has: wanted } = span.ical;
    const from = asking.now - BEFORE_MS;
    const to = asking.now + HORIZON_MS;
    const input = {
      calendar,
      from: isoTime(from),
      to: isoTime(to),
      limit: MOST_EVENTS,
      ...(wanted === undefined ? {} : { summary_has: wanted }),
    };
    try {
      const key = `calendar ${calendar} ${wanted ?? ''}`;
      const { facts } = await this.#ask('calendar_list_events', input, Events, asking, services, key);
      if (facts.unreadable > 0)
        return { unreadable: `${facts.unreadable} events of calendar ${calendar} cannot be read` };
      const windows = facts.events.map(
        ({ start, end }): Window => ({ start: Date.parse(start), end: Date.parse(end) }),
      );
      // Events come by their beginning: what is cut off begins after the last one.
      const knownUntil = facts.truncated ? (windows.at(-1)?.start ?? asking.now) : to;
      const holding = facts.events.find((_, index) => covers(windows[index], asking.now));
      return {
        windows,
        knownUntil,
        why: holding === undefined ? '' : JSON.stringify(oneLine(holding.summary, 80)),
      };
    } catch (thrown) {
      return { unreadable: reasonOf(thrown) };
    }
  }

  async #ask<S extends z.ZodType>(
    tool: string,
    input: Record<string, unknown>,
    schema: S,
    asking: Asking,
    services: SourceServices,
    key = `${tool} ${JSON.stringify(input)}`,
  ): Promise<{ facts: z.output<S>; world: number }> {
    const { registry, clock } = services;
    const kept = this.#kept.get(key);
    const age = kept === undefined ? undefined : asking.now - kept.world;
    if (kept !== undefined && age !== undefined && age >= 0 && age < FRESH_MS) {
      if (clock.wall() - kept.wall < FRESH_MS) return { facts: schema.parse(kept.facts), world: kept.world };
    }
    this.#kept.delete(key);
    const { principal, now, signal } = asking;
    const answer = await registry.read(tool, input, { principal, now, signal });
    const facts = schema.parse(answer);
    this.#kept.set(key, { facts: answer, world: now, wall: clock.wall() });
    return { facts, world: now };
  }
}

const Periods = z.object({
  frozen: z.boolean().nullable(),
  until: z.string().nullable(),
  unreadable: z.array(z.int()),
  freeze_periods: z.array(
    z.object({ id: z.int(), start: z.string(), end: z.string(), time_zone: z.string() }),
  ),
});

const Admissions = z.object({
  truncated: z.boolean(),
  admissions: z.array(
    z.object({ name: z.string(), namespace: z.string(), block_releases: z.boolean().nullable() }),
  ),
});

const Events = z.object({
  events: z.array(z.object({ summary: z.string(), start: z.iso.datetime(), end: z.iso.datetime() })),
  unreadable: z.int(),
  truncated: z.boolean(),
});

function covers(window: Window | undefined, moment: number): boolean {
  return window !== undefined && window.start <= moment && moment < window.end;
}

function reasonOf(thrown: unknown): string {
  return oneLine(toSluiceError(thrown).message);
}
