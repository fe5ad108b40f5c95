import { SluiceError } from '../../../src/kit/errors.ts';
import type { RunReport, TaskReport } from './classify.ts';
import { NO_POD, type StepPlace } from './step-log.ts';

export interface LogChoice {
  task?: string | undefined;
  step?: string | undefined;
}

export interface Chosen {
  /** In the order in which they ran. */
  steps: StepPlace[];
  /** Earlier steps that are not read. */
  leftOut: number;
}

const MOST_STEPS = 12;

/** Which logs answer: of a task that is named all its steps; else the step that failed; else the last steps of all. */
export function chooseSteps(run: string, report: RunReport, { task, step }: LogChoice): Chosen {
  if (task !== undefined) return last(tasksNamed(run, report, task).flatMap((one) => stepsOf(one, step)));
  if (step !== undefined) {
    throw new SluiceError('invalid_input', {
      cause: `The step ${JSON.stringify(step)} is given without its task.`,
      remedy: `Give \`task\` too, one of: ${namesOf(report)}.`,
    });
  }
  const failed = report.tasks.find(({ taskRun }) => taskRun === report.failedTask?.taskRun);
  if (failed !== undefined) return { steps: stepsOf(failed, report.failedTask?.step), leftOut: 0 };
  return last(
    report.tasks
      .filter(({ pod }) => pod !== undefined)
      .flatMap((one) => stepsOf(one).filter((place) => begun(one, place.step))),
  );
}

function begun({ steps }: TaskReport, name: string): boolean {
  return steps.some((step) => step.name === name && step.state !== 'waiting');
}

function last(steps: StepPlace[]): Chosen {
  const shown = steps.slice(-MOST_STEPS);
  return { steps: shown, leftOut: steps.length - shown.length };
}

export function stepsOf(task: TaskReport, wanted?: string): StepPlace[] {
  const { name, pod } = task;
  if (task.steps.length === 0) return [{ task: name, step: '', pod, container: '', silent: whySilent(task) }];
  const steps = task.steps.filter(
    (step) => wanted === undefined || step.name === wanted || step.container === wanted,
  );
  if (steps.length === 0) {
    throw new SluiceError('not_found', {
      cause: `The task ${name} has no step ${JSON.stringify(wanted)}.`,
      remedy: `Its steps: ${task.steps.map((step) => step.name).join(', ')}.`,
    });
  }
  return steps.map(({ name: step, container }) => ({ task: name, step, pod, container }));
}

function whySilent({ state, pod }: TaskReport): string {
  if (state === 'unknown') return 'Its TaskRun has been pruned, and with it the name of its pod.';
  return pod === undefined ? NO_POD : 'No step of it has begun, so there is no log.';
}

export function tasksNamed(run: string, report: RunReport, wanted: string): TaskReport[] {
  const tasks = report.tasks.filter(({ name, taskRun }) => name === wanted || taskRun === wanted);
  if (tasks.length > 0) return tasks;
  const skipped = report.skipped.find(({ name }) => name === wanted);
  if (skipped !== undefined) {
    throw new SluiceError('not_found', {
      cause: `The task ${wanted} of ${run} was skipped (${skipped.reason || 'no reason is given'}), so it has no log.`,
      remedy: `Tasks that ran: ${namesOf(report)}.`,
    });
  }
  if (report.waiting.includes(wanted)) {
    throw new SluiceError('not_found', {
      cause: `The task ${wanted} of ${run} has not begun yet, so it has no log.`,
      remedy: `Tasks that have: ${namesOf(report)}.`,
    });
  }
  throw new SluiceError('not_found', {
    cause: `${run} has no task ${JSON.stringify(wanted)}.`,
    remedy: `Its tasks: ${namesOf(report)}.`,
  });
}

function namesOf({ tasks }: RunReport): string {
  return tasks.map(({ name }) => name).join(', ') || 'none';
}
