import { z } from 'zod';
import type { App } from '../app.ts';
import type { Engine } from '../flow/engine.ts';
import type { Explanation } from '../flow/explain.ts';
import type { Target } from '../flow/find-run.ts';
import type { RunReport } from '../flow/report.ts';
import { isoTime } from '../kit/clock.ts';
import { SluiceError } from '../kit/errors.ts';
import { cleanDeep } from '../kit/text.ts';
import { demandYes, isConfirmed } from './confirm-direct.ts';
import { driveAndAsk } from './confirm-release.ts';
import type { FaceTool } from './face-tool.ts';
import { ownTool } from './own-tool.ts';
import { BriefReport, ExplainReport, PlanReport, Report } from './report-schema.ts';
import type { Scope } from './scope.ts';

const ReleaseId = z.string().min(1).meta({ description: 'As release_list shows it; its key does as well.' });
const Inputs = z.record(z.string(), z.unknown()).meta({ description: 'As skill_get shows them.' });

/** The verbs of the engine. Approving, deciding and waiving are a person's, and are not here. */
export function engineTools(app: App, scope: Scope): FaceTool[] {
  /** The run, if its flow is one that these personas drive. */
  const owned = async (
    id: string,
    assert = (flow: string) => scope.assertFlow(flow),
  ): Promise<{ engine: Engine; id: string }> => {
    const engine = await app.engine();
    const { flow, release_id } = await engine.status(id);
    assert(flow);
    return { engine, id: release_id };
  };
  const clean = (report: unknown): unknown => app.redactor.deep(cleanDeep(report));

  return [
    ownTool({
      name: 'release_plan',
      title: 'Plan a release',
      description:
        'What driving this flow would do now: its steps and the effects on the outside, each resolved or with what it waits for. Sends nothing and begins nothing.',
      effect: 'read',
      input: z.object({ flow: z.string(), inputs: Inputs }),
      output: PlanReport,
      run: async ({ flow, inputs }) => {
        scope.assertFlow(flow);
        const report = await (await app.engine()).plan({ flow, inputs });
        return clean(planWithinReason({ ...report, effects: report.effects ?? [] }));
      },
    }),
    ownTool({
      name: 'release_drive',
      title: 'Drive a release',
      description:
        'Begins a release (flow and inputs) or goes on with one (release_id): does everything that is due, then answers with the state, what is waited for and when to look again. Repeatable: nothing is sent twice. It stops where a person must approve or decide.',
      effect: 'update',
      input: z.object({
        flow: z.string().optional(),
        inputs: Inputs.optional(),
        release_id: ReleaseId.optional(),
        wait_seconds: z
          .number()
          .int()
          .min(1)
          .max(55)
          .default(50)
          .meta({ description: 'Longest time to drive.' }),
      }),
      output: Report,
      run: async (input, caller) => {
        const target = targetOf(input);
        if ('flow' in target) scope.assertFlow(target.flow);
        const run = 'flow' in target ? { engine: await app.engine() } : await owned(target.release_id);
        return clean(await driveAndAsk(run.engine, target, input.wait_seconds, caller, app));
      },
    }),
    ownTool({
      name: 'release_status',
      title: 'Status of a release',
      description:
        'Phase, steps, what blocks, what is waited for and until when. Looks at the journal alone.',
      effect: 'read',
      input: z.object({ release_id: ReleaseId }),
      output: Report,
      run: async ({ release_id }) => clean(await (await app.engine()).status(release_id)),
    }),
    ownTool({
      name: 'release_explain',
      title: 'Explain a release or one of its steps',
      description:
        'Why a step is as it is: evidence, effects with their keys, attempts, the open question with its options, the plan that an approval binds to, who may approve. Without a step: all that are under way.',
      effect: 'read',
      input: z.object({ release_id: ReleaseId, step: z.string().optional() }),
      output: ExplainReport,
      run: async ({ release_id, step }) =>
        clean(withinReason(await (await app.engine()).explain(release_id, step))),
    }),
    ownTool({
      name: 'release_list',
      title: 'List releases',
      description: 'Every release that this installation knows, open ones first, with state and next look.',
      effect: 'read',
      input: z.object({}),
      output: z.object({
        releases: z.array(
          z.object({
            release_id: z.string(),
            flow: z.string(),
            key: z.string(),
            state: z.string(),
            sandbox: z.boolean(),
            opened_at: z.string(),
            updated_at: z.string(),
            next_at: z.string().nullable(),
          }),
        ),
        truncated: z.boolean(),
        summary: z.string(),
      }),
      run: async () => await listReleases(await app.engine()),
    }),
    ownTool({
      name: 'release_recommend',
      title: 'File a recommendation',
      description:
        'Files a recommended option with its reasons for an open question of a release. It is shown to the person who decides, is recorded, and decides nothing.',
      effect: 'create',
      input: z.object({
        release_id: ReleaseId,
        step: z.string(),
        option: z.string(),
        reasons: z.string().min(1).meta({ description: 'Evidence with links or ids.' }),
      }),
      output: BriefReport,
      run: async ({ release_id, ...request }, { principal }) => {
        const { engine, id } = await owned(release_id, (flow) => scope.assertAdvice(flow));
        return clean(await engine.recommend(id, { ...request, by: principal }));
      },
    }),
    ownTool({
      name: 'release_cancel',
      title: 'Cancel a release',
      description: 'Ends a release for good: nothing further is sent, and what was done stays done.',
      effect: 'destroy',
      input: z.object({ release_id: ReleaseId, reason: z.string().min(1) }),
      output: BriefReport,
      run: async ({ release_id, reason }, caller) => {
        const { engine, id } = await owned(release_id);
        const { state, summary } = await engine.status(id);
        if (isConfirmed('destroy', app) && !ENDED.includes(state)) {
          const matter = {
            tool: 'release_cancel',
            input: { release_id: id, reason },
            release: id,
            question: `End the release ${id} for good?`,
            shows: { now: summary, reason },
            bound: null,
            byHand: `sluice cancel ${id} --reason "…"`,
          };
          await demandYes(matter, caller, app);
        }
        return clean(await engine.cancel(id, { reason, by: caller.principal }));
      },
    }),
    ownTool({
      name: 'release_rollback',
      title: 'Roll a release back',
      description:
        'Stops a release and takes back what it did, last things first, also when it is done: by the flow that it names as its way back, or by the undo of each step. A run of its own does it (`rollback.release_id`); what cannot be undone is listed (`rollback.stays`). A person confirms it. Calling again goes on with it; nothing is undone twice.',
      effect: 'destroy',
      input: z.object({
        release_id: ReleaseId,
        reason: z.string().min(1).meta({ description: "The person's reason; do not make one up." }),
      }),
      output: BriefReport,
      run: async ({ release_id, reason }, caller) => {
        const { engine, id } = await owned(release_id);
        const { state, summary, rollback } = await engine.status(id);
        if (isConfirmed('destroy', app) && rollback === undefined && state !== 'rolled_back') {
          const matter = {
            tool: 'release_rollback',
            input: { release_id: id, reason },
            release: id,
            question: `Stop the release ${id} and take back what it did?`,
            shows: { now: summary, reason },
            bound: null,
            byHand: `sluice rollback ${id} --reason "…"`,
          };
          await demandYes(matter, caller, app);
        }
        await engine.rollback(id, { reason, by: caller.principal }, { budgetMs: 0 });
        return clean(await driveAndAsk(engine, { release_id: id }, ROLLBACK_SECONDS, caller, app));
      },
    }),
  ];
}

const ROLLBACK_SECONDS = 40;

/** Of these the engine says itself that there is nothing to end. */
const ENDED: readonly string[] = ['done', 'cancelled', 'rolled_back'];

interface DriveInput {
  flow?: string | undefined;
  inputs?: Record<string, unknown> | undefined;
  release_id?: string | undefined;
}

function targetOf({ flow, inputs, release_id }: DriveInput): Target {
  if (release_id !== undefined && flow === undefined && inputs === undefined) return { release_id };
  if (flow !== undefined && release_id === undefined) return { flow, inputs: inputs ?? {} };
  throw new SluiceError('invalid_input', {
    cause: 'release_drive needs either flow and inputs, or release_id.',
    remedy: 'Give { flow, inputs } to begin or find a release, { release_id } to go on with one.',
  });
}

/** A long plan leaves out the way back in its parts: a person reads it with `sluice plan`. */
function planWithinReason(report: RunReport): unknown {
  const { rollback_plan: whole, ...rest } = report;
  if (whole === undefined || JSON.stringify(report).length <= MOST_BYTES) return report;
  return { ...rest, rollback_plan: { truncated: true, whole: 'sluice plan' } };
}

const MOST_BYTES = 10_000;
const LONG_EVIDENCE = 1_000;

/** Long evidence gives way when an answer about many steps grows too large; about one step it is whole. */
function withinReason(report: Explanation): Explanation {
  if (report.explained.length === 1 || JSON.stringify(report).length <= MOST_BYTES) return report;
  const explained = report.explained.map((step) => {
    const bytes = JSON.stringify(step.evidence ?? null).length;
    if (bytes <= LONG_EVIDENCE) return step;
    return { ...step, evidence: { truncated: true, bytes, whole: `release_explain with step ${step.id}` } };
  });
  return { ...report, explained };
}

const MOST_LISTED = 40;

async function listReleases(engine: Engine) {
  const rows = (await engine.list()).toSorted((a, b) => Number(a.closed) - Number(b.closed));
  const open = rows.filter(({ closed }) => !closed).length;
  return {
    releases: rows.slice(0, MOST_LISTED).map((row) => ({
      release_id: row.id,
      flow: row.flow,
      key: row.key,
      state: row.state,
      sandbox: row.sandbox,
      opened_at: row.openedAt,
      updated_at: row.updatedAt,
      next_at: row.nextAt === null ? null : isoTime(row.nextAt),
    })),
    truncated: rows.length > MOST_LISTED,
    summary: `${rows.length} releases, ${open} open.`,
  };
}
