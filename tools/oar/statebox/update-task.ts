import { SluiceError } from '../../../src/kit/errors.ts';
import { type StateBox, TASK_STATUSES } from '../statebox.ts';
import { refsIn } from '../statebox-refs.ts';
import type { Change } from './edit.ts';
import { mask } from './mask.ts';
import type { Operation } from './operation.ts';
import { TASKS } from './tasks.ts';
import { stampsIn } from './times.ts';

type Status = (typeof TASK_STATUSES)[number];
type Task = StateBox['tasks'][number];

export interface TaskUpdate {
  task: string;
  status: string;
  result?: string | undefined;
  /** Why a task is begun again; it stays in the result, with who said so. */
  reason?: string | undefined;
}

export function updateTask(update: TaskUpdate, who: string, at: string): Operation {
  const { task, status } = checkUpdate(update);
  return {
    message: `Update task: ${task}`,
    changes: (box) => {
      if (isUpdated(box, update)) return [];
      const index = box.tasks.findLastIndex(({ name }) => name === task);
      const old = box.tasks[index];
      demandNoRegression(old, { ...update, status });
      const next = nextTask(old, { ...update, task, status }, who, at);
      if (old === undefined) return [{ append: 'tasks', item: { ...next } }];
      const fields = ['status', 'started_at', 'completed_at', 'result'] as const;
      return fields.flatMap((field): Change[] =>
        old[field] === next[field] ? [] : [{ set: ['tasks', index, field], to: next[field] }],
      );
    },
  };
}

/** Whether the file says it already; so a lost answer is found again, and a repeated call is none. */
export function isUpdated(box: StateBox, { task, status, result, reason }: TaskUpdate): boolean {
  const old = box.tasks.findLast(({ name }) => name === task);
  if (old === undefined) return status === 'Not Started';
  if (old.status !== status) return false;
  const text = old.result ?? '';
  if (reason !== undefined && !text.includes(mask(reason.trim()))) return false;
  if (result === undefined || text === mask(result)) return true;
  const told = withoutNote(text);
  return told === mask(result) || told.endsWith(`\n${mask(result)}`);
}

function checkUpdate({ task, status, reason }: TaskUpdate): { task: string; status: Status } {
  const known = TASKS.find((name) => name === task);
  if (known === undefined) {
    const cause =
      task.trim() === ''
        ? 'Task name is blank.'
        : task.length > 200
          ? 'Task name is longer than 200 characters.'
          : `Unsupported task name ${JSON.stringify(task)}.`;
    throw new SluiceError('invalid_input', { cause, remedy: `Take one of ${TASKS.join(', ')}.` });
  }
  const wanted = TASK_STATUSES.find((name) => name === status);
  if (wanted === undefined) {
    throw new SluiceError('invalid_input', {
      cause: `Invalid task status ${JSON.stringify(status)}.`,
      remedy: `Take one of ${TASK_STATUSES.join(', ')}.`,
    });
  }
  if (wanted === 'Not Started' && (reason ?? '').trim() === '') {
    throw new SluiceError('invalid_input', {
      cause: `${task} is to be set back without a reason.`,
      remedy: 'Give the reason for which the task begins anew.',
    });
  }
  return { task: known, status: wanted };
}

/**
 * What passed stays passed: the late word of an attempt that nobody waits for any more (a timeout,
 * a log of a call that had nothing to do) is not news. Only a reason opens it again.
 */
function demandNoRegression(old: Task | undefined, update: TaskUpdate & { status: Status }): void {
  const { task, status, reason } = update;
  if (old === undefined || (reason ?? '').trim() !== '') return;
  const late =
    (old.status === 'Pass' && status !== 'Pass') ||
    (old.status === 'Fail' && status === 'In Progress' && isSameRun(old.result, update.result));
  if (!late) return;
  const when = old.completed_at === null ? '' : ` (${old.completed_at})`;
  throw new SluiceError('conflict', {
    cause: `${task} is ${old.status}${when}; it stays so and is not set to ${status}.`,
    remedy: 'Nothing to do if an older attempt reports late; to begin the task anew, give a reason.',
    rule: 'statebox.no-regression',
  });
}

/** The log speaks of runs that the task has named already, so it is no new attempt. */
function isSameRun(old: string | null, result: string | undefined): boolean {
  const runs = (text: string) =>
    refsIn(text, null).flatMap(({ system, id }) =>
      system === 'prow' || system === 'jenkins' ? [`${system} ${id}`] : [],
    );
  const named = runs(result ?? '');
  const known = new Set(runs(old ?? ''));
  return named.length > 0 && named.every((run) => known.has(run));
}

function nextTask(
  old: Task | undefined,
  { task, status, result, reason }: TaskUpdate & { status: Status },
  who: string,
  at: string,
): Task {
  const stamps = stampsIn(result ?? null);
  const times = {
    started_at: old?.started_at ?? null,
    completed_at: old?.completed_at ?? null,
  };
  if (status === 'In Progress') {
    times.started_at = stamps?.first ?? at;
    times.completed_at = null;
  } else if (status !== 'Not Started') {
    times.started_at ??= stamps?.first ?? at;
    times.completed_at = stamps?.last ?? at;
  }
  const told = result === undefined ? (old?.result ?? null) : keepRefs(old, status, mask(result));
  const note =
    reason === undefined ? undefined : `${at}: INFO: set to [${status}] by ${who}: ${reason.trim()}`;
  const text = note === undefined ? told : [...(told === null ? [] : [told]), mask(note)].join('\n');
  return { name: task, status, ...times, result: text };
}

const NOTE = /\n?\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z: INFO: set to \[[A-Za-z ]+\] by [\s\S]*$/;

function withoutNote(text: string): string {
  return text.replace(NOTE, '');
}

/** A poll's log must not wipe out the line that names the job: without it the job would be lost. */
function keepRefs(old: Task | undefined, status: Status, result: string): string {
  if (old?.status !== 'In Progress' || status !== 'In Progress' || old.result === null) return result;
  const present = new Set(refsIn(result, null).map(({ system }) => system));
  const lines = old.result
    .split('\n')
    .filter((line) => refsIn(line, null).some(({ system }) => !present.has(system)));
  return lines.length === 0 ? result : [...lines, result].join('\n');
}
