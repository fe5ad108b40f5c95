import { destinationOf, environmentOf, type Step } from '../definition.ts';
import { wantsRollbackPlan } from '../environments.ts';
import { ExpressionError, resolveArguments } from '../expression.ts';
import type { EngineServices } from '../services.ts';
import { type EffectState, type RunState, stepState } from '../state.ts';
import { variablesOf } from '../variables.ts';
import {
  type Answered,
  answersOf,
  madeBy,
  readsEffect,
  reverseOrder,
  unclearOf,
  withAnswers,
} from './done.ts';
import { wayBack } from './runs.ts';

/** One thing to do on the way back. */
export type UndoTask = {
  id: string;
  title: string;
} & (
  | {
      do: 'call';
      tool: string;
      with: Record<string, unknown>;
      /** Nothing waits for it, as nothing waited for what it undoes. */
      optional: boolean;
      environment: string;
      toward: string | undefined;
      /** It leads to an environment that wants a way back: it goes before what only tidies up. */
      first: boolean;
    }
  | { do: 'run'; flow: string; inputs: Record<string, unknown> }
  | { do: 'by-hand'; why: string }
);

/** What stays as it is, and why. */
export interface Left {
  step: string;
  target: string;
  why: string;
}

export interface UndoWork {
  tasks: UndoTask[];
  left: Left[];
}

export interface UndoWish {
  reason: string;
  /** Only these; every step when there are none. */
  steps: readonly string[];
  /** Keys of effects that earlier runs of the same key have made. */
  earlier: ReadonlySet<string>;
  /** Runs that steps of this one have begun. */
  children: ReadonlyMap<string, { state: RunState; earlier: ReadonlySet<string> }>;
}

/** What has to be done to take a run back, last things first. Throws what passes by itself. */
export async function collectUndo(
  state: RunState,
  wish: UndoWish,
  services: EngineServices,
  prefix = '',
): Promise<UndoWork> {
  const { flow } = state.opened;
  const chosen = (step: Step) => wish.steps.length === 0 || wish.steps.includes(step.id);
  const answers = await answersOf(state, wish.earlier, services);
  const now = await services.clock.now();
  const work: UndoWork = { tasks: [], left: leftOf(state, wish.earlier, chosen) };
  const reached = flow.steps.some(
    (step) => madeBy(state, step, wish.earlier).length > 0 && destinationOf(flow, step) !== 'none',
  );
  const whole = flow.rollback !== undefined && wish.steps.length === 0 && reached;
  if (whole) {
    for (const [index, run] of wayBack(state, now, wish.reason, services, answers).entries())
      work.tasks.push({
        id: `${prefix}take-back-${index + 1}`,
        title: `Take back ${flow.title}`,
        do: 'run',
        ...run,
      });
  }
  for (const step of reverseOrder(flow)) {
    if (!chosen(step)) continue;
    const child = wish.children.get(step.id);
    if (child !== undefined) {
      const inner = { ...wish, ...child, steps: [], children: new Map() };
      const below = await collectUndo(child.state, inner, services, `${prefix}${step.id}-`);
      work.tasks.push(...below.tasks);
      work.left.push(...below.left);
    } else if (!whole) {
      work.tasks.push(...tasksOf(step, state, wish.earlier, answers, now, services, prefix));
    }
    work.tasks.push(...unclearTasks(step, state, prefix));
  }
  return work;
}

/** What was made and cannot be undone: known from the flow and the journal alone. */
export function leftOf(
  state: RunState,
  earlier: ReadonlySet<string>,
  chosen: (step: Step) => boolean = () => true,
): Left[] {
  return reverseOrder(state.opened.flow).flatMap((step) => {
    if (!chosen(step) || (step.undo !== undefined && !('none' in step.undo))) return [];
    const why = step.undo === undefined ? 'its flow names no undo' : step.undo.none;
    return madeBy(state, step, earlier).map(({ key, preview }) => ({
      step: step.id,
      target: preview?.target ?? key,
      why,
    }));
  });
}

function tasksOf(
  step: Step,
  state: RunState,
  earlier: ReadonlySet<string>,
  answers: ReadonlyMap<string, Answered>,
  now: number,
  services: EngineServices,
  prefix: string,
): UndoTask[] {
  const { undo } = step;
  const made = madeBy(state, step, earlier);
  if (undo === undefined || 'none' in undo || made.length === 0) return [];
  const { flow } = state.opened;
  const answered = answers.get(step.id);
  const base = {
    ...withAnswers(variablesOf(state, now, step), answers),
    ...(answered === undefined ? {} : { result: answered.result }),
    ...(answered === undefined || answered.ref === null ? {} : { ref: answered.ref }),
  };
  const about = readsEffect(undo.with, services.expressions)
    ? made.toReversed().map((effect) => ({ ...base, effect: effectVariable(effect) }))
    : [base];
  const title = step.title ?? step.id;
  return about.map((variables, index): UndoTask => {
    const id = `${prefix}undo-${step.id}${about.length === 1 ? '' : `-${index + 1}`}`;
    try {
      const args = resolveArguments(services.expressions, undo.with, variables);
      return {
        id,
        title: `Undo: ${title}`,
        do: 'call',
        tool: undo.uses,
        with: { ...Object(args) },
        optional: step.optional,
        environment: environmentOf(flow, step),
        toward: step.toward,
        first: wantsRollbackPlan(services.environments, destinationOf(flow, step)),
      };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const targets = made.map(({ key, preview }) => preview?.target ?? key).join(', ');
      return {
        id,
        title: `Undo: ${title}`,
        do: 'by-hand',
        why: `${title} has changed ${targets}. ${error.message}`,
      };
    }
  });
}

function effectVariable({ key, preview, data }: EffectState): Record<string, unknown> {
  return {
    key,
    target: preview?.target ?? '',
    before: preview?.before ?? null,
    after: preview?.after ?? null,
    data: data ?? null,
  };
}

/** A step that has ended while nobody can say what became of its effect: a person has to look. */
function unclearTasks(step: Step, state: RunState, prefix: string): UndoTask[] {
  if (stepState(state, step.id).status === 'open') return [];
  return unclearOf(state, step).map((effect, index) => ({
    id: `${prefix}look-${step.id}-${index + 1}`,
    title: `Look: ${step.title ?? step.id}`,
    do: 'by-hand',
    why: `Nobody can say whether "${effect.preview?.action ?? effect.tool}" reached ${effect.preview?.target ?? effect.key} (${effect.why})`,
  }));
}
