import { z } from 'zod';
import { DurationText } from '../kit/duration.ts';

const Expression = z.string().min(1).meta({ description: 'CEL' });
const StepId = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case words joined by -');
const ToolName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);
/** Values that begin with `=` are expressions; `==…` is the literal `=…`. */
const Arguments = z.record(z.string(), z.unknown());

const Call = z.strictObject({ uses: ToolName, with: Arguments.default({}) });

const Wait = z.strictObject({
  uses: ToolName.optional(),
  with: Arguments.default({}),
  until: Expression.optional().meta({ description: 'Over `result`: the wait is over.' }),
  failed: Expression.optional().meta({ description: 'Over `result`: it will never be over.' }),
  cause: Expression.optional().meta({ description: 'Over `result`: what is waited for, for people.' }),
  at: Expression.optional().meta({ description: 'A moment (timestamp) to wait for, instead of a look.' }),
  every: DurationText.default('15m'),
  backoff: z.number().min(1).max(4).default(1).meta({ description: 'Factor from look to look.' }),
  timeout: DurationText.optional(),
});

const Poll = z.strictObject({
  uses: ToolName,
  with: Arguments.default({}),
  done: Expression,
  failed: Expression,
  cause: Expression.optional(),
  every: DurationText,
  timeout: DurationText,
});

const Gate = z.strictObject({
  uses: ToolName.optional(),
  with: Arguments.default({}),
  pass: Expression,
  fail: Expression,
  cause: Expression.optional(),
  unknown: z
    .strictObject({ wait: DurationText, timeout: DurationText })
    .default({ wait: '15m', timeout: '1d' })
    .meta({ description: 'How often to look again while neither holds, and when to ask a person.' }),
  max_age: DurationText.optional(),
});

const Approve = z.strictObject({
  role: z.string().min(1),
  quorum: z.int().min(1).default(1),
  shows: z
    .record(z.string(), Expression)
    .default({})
    .meta({ description: 'Evidence that the approver sees and the approval binds to.' }),
});

const Confirm = z.strictObject({
  question: Expression.meta({ description: 'CEL; what the requester is asked, in a sentence.' }),
  shows: z
    .record(z.string(), Expression)
    .default({})
    .meta({ description: 'What the requester sees, and the confirmation binds to.' }),
});

const Decide = z.strictObject({
  question: Expression,
  about: StepId.optional().meta({ description: 'The gate that this settles; asked only when it failed.' }),
  role: z.string().optional(),
  agent_may: Expression.optional().meta({
    description:
      'True: an agent that recommends an option with effect pass has decided. Every report says so.',
  }),
  options: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/),
      z.strictObject({
        title: z.string(),
        effect: z.enum(['pass', 'fail', 'retry']).meta({ description: 'What it does to the gate or step.' }),
      }),
    )
    .refine((options) => Object.keys(options).length >= 2, 'at least two options'),
});

const SubFlow = z.strictObject({ flow: StepId, inputs: Arguments.default({}) });

const Rollback = z.strictObject({
  flow: StepId,
  each: Expression.optional().meta({
    description: 'A list: one run for each of it, which `inputs` read as `item`, one after the other.',
  }),
  inputs: Arguments.default({}).meta({ description: 'An input `reason` that is not named gets the reason.' }),
});

const NOTICE_EVENTS = ['begun', 'passed', 'failed', 'asked'] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

const Notice = z.strictObject({
  uses: ToolName,
  with: Arguments,
  when: Expression.optional(),
  on: z.array(z.enum(NOTICE_EVENTS)).default(['passed']),
});

const Mirror = z.strictObject({
  uses: ToolName,
  with: Arguments,
  when: Expression.optional(),
  on: z.array(z.enum(NOTICE_EVENTS)).default(['begun', 'passed', 'failed']),
});

const Undo = z.union([z.strictObject({ none: z.string().min(1) }), Call]);

export const STEP_KINDS = ['uses', 'wait', 'start', 'gate', 'approve', 'confirm', 'decide', 'flow'] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export const StepSource = z.strictObject({
  title: z.string().optional(),
  phase: z.string().optional(),
  needs: z.array(StepId).default([]),
  when: Expression.optional(),
  adopt: Expression.optional().meta({ description: 'True: an older automation has done this step.' }),
  optional: z.boolean().default(false).meta({ description: 'Informs, but nothing fails or waits for it.' }),
  environment: z.string().optional(),
  toward: z.string().optional().meta({
    description:
      'The environment that its effects lead to once somebody else lets them (a merge, a sync): freezes and the rollback plan of that environment hold for them.',
  }),
  expected: DurationText.optional(),
  timeout: DurationText.optional(),
  every: DurationText.optional().meta({ description: 'How often to look again while a tool says not yet.' }),
  retry: z
    .strictObject({ attempts: z.int().min(1).max(10) })
    .optional()
    .meta({ description: 'Attempts in all; each is kept with its reason.' }),
  undo: Undo.optional(),
  notify: z.union([Notice, z.array(Notice)]).optional(),
  mirror: z
    .union([Mirror, z.array(Mirror)])
    .optional()
    .meta({ description: 'Keeps records elsewhere in step with this one; the journal wins.' }),
  on_fail: StepId.optional(),
  uses: ToolName.optional(),
  with: Arguments.optional(),
  wait: Wait.optional(),
  start: Call.optional(),
  poll: Poll.optional(),
  gate: Gate.optional(),
  approve: Approve.optional(),
  confirm: Confirm.optional(),
  decide: Decide.optional(),
  flow: SubFlow.optional(),
});
export type StepSource = z.output<typeof StepSource>;

const Input = z.strictObject({
  type: z.enum(['string', 'integer', 'boolean']).default('string'),
  description: z.string().optional(),
  pattern: z.string().optional(),
  format: z.enum(['email', 'uri']).optional(),
  required: z.boolean().default(true),
  example: z.string().optional(),
});
export type InputDefinition = z.output<typeof Input>;

const PolicyChoice = z.strictObject({
  default: z.union([z.string(), z.number(), z.boolean()]),
  one_of: z.array(z.union([z.string(), z.number(), z.boolean()])).optional(),
  description: z.string().optional(),
});

export const FlowSource = z.strictObject({
  flow: StepId,
  title: z.string(),
  description: z.string().optional(),
  inputs: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), Input).default({}),
  key: z.string().meta({ description: 'Expression; one open run per key.' }),
  repeats: z.literal(true).optional().meta({
    description:
      'Once a run of the key is done, other inputs begin a new one; the same inputs answer with the done one.',
  }),
  environment: z.string().default('none'),
  policy: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), PolicyChoice).default({}),
  rollback: Rollback.optional().meta({ description: 'Another flow that takes back what this one did.' }),
  phases: z.record(z.string(), z.string()).default({}).meta({ description: 'Phase → title, in order.' }),
  steps: z.record(StepId, StepSource),
});
export type FlowSource = z.output<typeof FlowSource>;

export type Step = StepSource & { id: string; kind: StepKind };

export interface Flow extends Omit<FlowSource, 'steps'> {
  steps: Step[];
}

export function kindOf(step: StepSource): StepKind[] {
  return STEP_KINDS.filter((kind) => step[kind] !== undefined);
}

export type OutboxEntry = z.output<typeof Notice> & { mirror: boolean };

/** What leaves through the outbox about a step: messages, and entries of a mirror. */
export function noticesOf(step: Step): OutboxEntry[] {
  const notices = step.notify === undefined ? [] : [step.notify].flat();
  const mirrors = step.mirror === undefined ? [] : [step.mirror].flat();
  return [
    ...notices.map((notice) => ({ ...notice, mirror: false })),
    ...mirrors.map((mirror) => ({ ...mirror, mirror: true })),
  ];
}

export function environmentOf(flow: Flow, step: Step): string {
  return step.environment ?? flow.environment;
}

/** Where its effects arrive in the end: whose freezes and rules hold for them. */
export function destinationOf(flow: Flow, step: Step): string {
  return step.toward ?? environmentOf(flow, step);
}
