import { z } from 'zod';
import { DurationText } from './duration.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** The rule that holds while an incident is open; the settings may say more about it. */
export const INCIDENT_RULE = 'incident';

const TIME_OF_DAY = '([01][0-9]|2[0-3]):[0-5][0-9]';

const LocalTime = z
  .string()
  .refine(isLocalTime, 'a local time such as 2026-12-18T18:00')
  .meta({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$' });

const Zone = z.string().refine(isZone, 'a time zone such as Europe/Berlin');

const Weekly = z.strictObject({
  days: z.array(z.enum(WEEKDAYS)).min(1).meta({ description: 'The days on which it begins.' }),
  from: z.string().regex(new RegExp(`^${TIME_OF_DAY}$`), 'a time of day such as 18:00'),
  to: z
    .string()
    .regex(new RegExp(`^((${WEEKDAYS.join('|')}) )?(${TIME_OF_DAY}|24:00)$`), 'such as 08:00 or mon 08:00')
    .meta({
      description:
        'Its end: a time of the same day (the next day, when it is not later than from), or of the weekday that is named.',
    }),
});

/** Windows of time. `from` is inside, `to` is outside of them. */
const spanShape = {
  from: LocalTime.optional(),
  to: LocalTime.optional(),
  zone: Zone.optional().meta({ description: 'Of from and to, weekly and cron.' }),
  weekly: Weekly.optional(),
  cron: z
    .string()
    .regex(/^\S+( \S+){4}$/, 'five fields of a cron expression')
    .optional()
    .meta({ description: 'When it begins, on the wall clock of zone.' }),
  for: DurationText.optional().meta({ description: 'How long it lasts after cron, as time passes.' }),
  ical: z
    .strictObject({
      calendar: z.string().min(1).meta({ description: 'A name of modules.calendar.calendars.' }),
      summary_has: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'Only events with this text in their summary, in whatever case.' }),
    })
    .optional(),
};

const Span = z.strictObject(spanShape).superRefine((span, context) => {
  complain(context, spanProblem(span));
});
export type Span = z.output<typeof Span>;

const Except = z.strictObject({
  flow: z.string().min(1).meta({ description: 'Runs of this flow, and of the flows that they drive.' }),
  needs: z.string().min(1).optional().meta({ description: 'A role that the requester has to hold.' }),
  environments: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .meta({ description: 'Only there; absent: wherever the rule holds.' }),
  reason: z.string().min(3).meta({ description: 'Stands wherever the exception is used.' }),
});
export type Except = z.output<typeof Except>;

const Rule = z
  .strictObject({
    title: z.string().min(1).optional(),
    environments: z.array(z.string().min(1)).min(1).default(['production']),
    ...spanShape,
    only: z
      .union([Span.transform((span) => [span]), z.array(Span).min(1)])
      .optional()
      .meta({ description: 'Release windows: frozen outside of all of them.' }),
    gitlab: z
      .strictObject({ project: z.string().min(1) })
      .optional()
      .meta({ description: 'The deploy freeze periods of a project.' }),
    konflux: z
      .strictObject({
        namespace: z.string().min(1).optional(),
        managed_namespace: z.string().min(1).optional(),
        application: z.string().min(1).optional(),
      })
      .optional()
      .meta({ description: 'The label block-releases of the admissions that take releases of a tenant.' }),
    incident: z
      .literal(true)
      .optional()
      .meta({
        description: `Under the name ${INCIDENT_RULE} alone: what holds while an incident is open (sluice incident).`,
      }),
    overrun: z.enum(['block', 'finish']).default('block').meta({
      description: 'finish: a run that had an effect there before the window began may do the rest of them.',
    }),
    rollbacks: z
      .enum(['block', 'go_on'])
      .default('go_on')
      .meta({ description: 'Whether it holds back the flow rollback.' }),
    except: z.array(Except).default([]),
    grantors: z
      .string()
      .min(1)
      .default('waiver')
      .meta({ description: 'The role (approvals.roles) that may grant a release an exception.' }),
    requester_may_grant: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether a grantor may grant an exception to a release of their own.' }),
    unreachable: z.enum(['block', 'go_on']).default('go_on').meta({
      description:
        'What holds while the source of the rule cannot be read, for environments other than production; production is blocked.',
    }),
  })
  .superRefine((rule, context) => {
    complain(context, ruleProblem(rule));
  });
export type FreezeRule = z.output<typeof Rule>;

export const FreezeSettings = z
  .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case words joined by -'), Rule)
  .superRefine((rules, context) => {
    for (const [name, rule] of Object.entries(rules)) {
      if ((name === INCIDENT_RULE) === (rule.incident === true)) continue;
      complain(context, `incident: true and the name ${INCIDENT_RULE} belong together`, [name]);
    }
  });
export type FreezeSettings = z.output<typeof FreezeSettings>;

/** For the hint that an unknown key gets. */
export const freezeKeys: readonly string[] = Object.keys(Rule.shape);

function complain(
  context: { addIssue(issue: { code: 'custom'; message: string; path: PropertyKey[] }): void },
  message: string | undefined,
  path: PropertyKey[] = [],
): void {
  if (message !== undefined) context.addIssue({ code: 'custom', message, path });
}

const kindsOfSpan = (span: Span) =>
  [
    ['from and to', span.from ?? span.to],
    ['weekly', span.weekly],
    ['cron and for', span.cron ?? span.for],
    ['ical', span.ical],
  ].flatMap(([name, value]) => (value === undefined ? [] : [name]));

function spanProblem(span: Span): string | undefined {
  const kinds = kindsOfSpan(span);
  if (kinds.length !== 1) return `it needs one of from and to, weekly, cron and for, ical${has(kinds)}`;
  if ((span.from === undefined) !== (span.to === undefined)) return 'from and to belong together';
  if ((span.cron === undefined) !== (span.for === undefined)) return 'cron and for belong together';
  if (span.from !== undefined && span.to !== undefined && span.from >= span.to) return 'to is not after from';
  if (span.ical === undefined && span.zone === undefined) return 'a zone is missing, such as Europe/Berlin';
  return span.ical !== undefined && span.zone !== undefined ? 'a calendar has a zone of its own' : undefined;
}

function ruleProblem(rule: z.output<typeof Rule>): string | undefined {
  const spans = kindsOfSpan(rule);
  const others = (['only', 'gitlab', 'konflux', 'incident'] as const).filter(
    (key) => rule[key] !== undefined,
  );
  if (spans.length + others.length !== 1) {
    return `it needs one of from and to, weekly, cron and for, ical, only, gitlab, konflux${has([...spans, ...others])}`;
  }
  if (rule.overrun === 'finish' && others.length > 0 && rule.gitlab === undefined)
    return `overrun: finish has no meaning with ${others[0]}`;
  if (others.length > 0) return rule.zone === undefined ? undefined : `${others[0]} takes no zone here`;
  return spanProblem(rule);
}

function has(kinds: readonly unknown[]): string {
  return kinds.length === 0 ? '' : `, and has ${kinds.join(', ')}`;
}

function isLocalTime(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text)) return false;
  const moment = Date.parse(`${text}:00Z`);
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(text);
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
