import { z } from 'zod';
import { RUN_STATES } from '../flow/report.ts';

const Moment = z.string().nullable();

const Step = z.looseObject({
  id: z.string(),
  kind: z.string(),
  phase: z.string().nullable(),
  state: z.string(),
  cause: z.string(),
  since: Moment,
  next_at: Moment,
  attempt: z.number(),
  refs: z.array(z.looseObject({})).meta({ description: 'Outside jobs: system, id, url.' }),
});

const Blocker = z.looseObject({
  step: z.string(),
  cause: z.string(),
  remedy: z.string().meta({ description: 'For a person: often the exact command.' }),
});

/** The fixed shape of plan, drive, status and explain; what is added to it later does not break a client. */
export const Report = z.looseObject({
  release_id: z.string(),
  flow: z.string(),
  key: z.string(),
  sandbox: z.boolean(),
  state: z.enum(RUN_STATES),
  phase: z.string().nullable(),
  steps: z.array(Step),
  blocked_by: z.array(Blocker),
  plan_hash: z.string().nullable(),
  next_at: Moment,
  next: z.string(),
  summary: z.string(),
});

/** What changed little and is asked for again by release_status. */
export const BriefReport = z.looseObject({
  release_id: z.string(),
  state: z.enum(RUN_STATES),
  next: z.string(),
  summary: z.string(),
});

/** Both answer with the whole shape; a schema that says so again would cost each client a thousand bytes. */
export const PlanReport = BriefReport.extend({
  effects: z.array(z.looseObject({ step: z.string(), state: z.string() })),
});

export const ExplainReport = BriefReport.extend({
  explained: z.array(z.looseObject({ id: z.string() })),
});
