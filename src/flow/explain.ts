import { isoTime } from '../kit/clock.ts';
import { questionOf, whoConfirms } from './confirm.ts';
import type { Step } from './definition.ts';
import { approvalsOver } from './graph.ts';
import type { RunReport } from './report.ts';
import { recordedPlan } from './rollback/plan.ts';
import type { EngineServices } from './services.ts';
import { type RunState, type StepState, stepState } from './state.ts';

export interface StepExplanation {
  id: string;
  title: string;
  needs: { step: string; state: string }[];
  evidence: unknown;
  effects: { key: string; state: string; attempt: number; action: string; target: string; detail: string }[];
  attempts: { attempt: number; outcome: string; ref: unknown; next: string }[];
  question?: string;
  options?: Record<string, string>;
  recommendations?: { option: string; reasons: string; by: string; at: string }[];
  plan?: unknown;
  approvals?: { by: string; way: string; at: string; plan_hash: string }[];
  confirmation?: {
    verdict: string | null;
    by: string;
    how: string;
    reason: string;
    plan_hash: string;
  } | null;
  who_may?: string[];
  covered_by: string[];
  undo: unknown;
  notices: { notice: string; state: string; cause: string }[];
}

export interface Explanation extends RunReport {
  explained: StepExplanation[];
}

/** The report with the reasons behind it: of one step, or of every step that is not done. */
export function explainRun(
  state: RunState,
  report: RunReport,
  step: Step | undefined,
  services: EngineServices,
): Explanation {
  const open = new Set(
    report.steps
      .filter((entry) => !['done', 'skipped', 'pending'].includes(entry.state))
      .map((entry) => entry.id),
  );
  const steps = step === undefined ? state.opened.flow.steps.filter(({ id }) => open.has(id)) : [step];
  const plan = recordedPlan(state.rollbackPlan?.plan);
  const wayBack = plan === undefined ? {} : { rollback_plan: plan };
  const explained = steps.map((one) => explainStep(one, state, report, services));
  return { ...report, ...wayBack, explained };
}

function explainStep(
  step: Step,
  state: RunState,
  report: RunReport,
  services: EngineServices,
): StepExplanation {
  const own = stepState(state, step.id);
  const stateOf = (id: string) => report.steps.find((entry) => entry.id === id)?.state ?? 'unknown';
  return {
    id: step.id,
    title: step.title ?? step.id,
    needs: step.needs.map((need) => ({ step: need, state: stateOf(need) })),
    evidence: own.result ?? null,
    effects: [...own.effects.values()].map((effect) => ({
      key: effect.key,
      state: effect.status,
      attempt: effect.attempt,
      action: effect.preview?.action ?? '',
      target: effect.preview?.target ?? '',
      detail: effect.why,
    })),
    attempts: own.history.map((attempt) => ({
      attempt: attempt.attempt,
      outcome: attempt.cause,
      ref: attempt.ref,
      next: attempt.reason,
    })),
    ...(step.decide === undefined
      ? {}
      : {
          ...(own.question === null ? {} : { question: own.question }),
          options: Object.fromEntries(
            Object.entries(step.decide.options).map(([name, option]) => [name, option.title]),
          ),
          recommendations: own.recommendations.map((one) => ({ ...one, at: isoTime(one.at) })),
        }),
    ...(step.approve === undefined
      ? {}
      : {
          plan: own.asked?.plan ?? null,
          approvals: own.approvals.map((given) => ({
            by: given.by,
            way: given.way,
            at: isoTime(given.at),
            plan_hash: given.planHash,
          })),
          who_may: [...(services.approvals.roles[step.approve.role] ?? [])],
        }),
    ...(step.confirm === undefined ? {} : confirmationOf(own, state, services)),
    covered_by: approvalsOver(state.opened.flow, step.id).map(({ id }) => id),
    undo: step.undo ?? null,
    notices: [...own.notices].map(([notice, { status, cause }]) => ({ notice, state: status, cause })),
  };
}

function confirmationOf(own: StepState, state: RunState, services: EngineServices) {
  const { confirmation } = own;
  if (confirmation === null) return { confirmation: null, who_may: whoConfirms(state, services.approvals) };
  const { verdict, by, how, reason, planHash, plan } = confirmation;
  return {
    question: questionOf(own),
    plan,
    confirmation: { verdict, by, how, reason, plan_hash: planHash },
    who_may: whoConfirms(state, services.approvals),
  };
}
