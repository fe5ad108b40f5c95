import { z } from 'zod';
import { Instant } from './time.ts';
import { outcome, timeline } from './timeline.ts';

export const AdvisoryState = z.enum([
  'NEW_FILES',
  'QE',
  'REL_PREP',
  'PUSH_READY',
  'IN_PUSH',
  'SHIPPED_LIVE',
  'DROPPED_NO_SHIP',
]);

export type AdvisoryState = z.infer<typeof AdvisoryState>;

const PushStatus = z.enum(['READY', 'QUEUED', 'RUNNING', 'WAITING_ON_PUB', 'COMPLETE', 'FAILED']);

const PushOutcome = outcome({ status: PushStatus });

const Alert = z.strictObject({
  name: z.string(),
  text: z.string(),
  description: z.string().default(''),
  how_to_resolve: z.string().default(''),
  blocking: z.boolean(),
});

const Push = z.strictObject({
  id: z.int(),
  target: z.string().default('cdn_stage'),
  created: Instant,
  outcome: PushOutcome,
});

export const Advisory = z.strictObject({
  type: z.enum(['RHBA', 'RHSA', 'RHEA']),
  fulladvisory: z.string(),
  synopsis: z.string(),
  state: timeline(AdvisoryState),
  assigned_to: timeline(z.string()),
  signed: timeline(z.boolean()).default([{ value: true }]),
  jira_issues: z.array(z.string()).default([]),
  blocking_advisories: z.array(z.int()).default([]),
  alerts: timeline(z.array(Alert)).default([{ value: [] }]),
  /** Whether product security answers in time when the alerts are asked for anew. */
  alerts_refresh: timeline(z.enum(['answers', 'times_out'])).default([{ value: 'answers' }]),
  builds: z.record(z.string(), z.array(z.string())).default({}),
  pushes: z.array(Push).default([]),
  /** What becomes of the first, second, … push a request starts; the last one repeats. */
  push_outcomes: z.array(PushOutcome).default([]),
});

export type Advisory = z.infer<typeof Advisory>;

export const Errata = z.strictObject({
  users: z.array(z.email()),
  first_push_id: z.int(),
  advisories: z.record(z.string().regex(/^\d+$/), Advisory),
});
