import { oneLine } from '../../kit/text.ts';
import type { Flow, Step } from '../definition.ts';
import type { RunState } from '../state.ts';
import type { Left, UndoTask, UndoWork } from './collect.ts';

const ASK = 'confirm';
const APPROVAL = 'approval';
const MOST_NAMED = 12;

export interface UndoFlowOptions {
  reason: string;
  /** Whom the settings want to approve a rollback; nobody when undefined. */
  approvalRole: string | undefined;
  /** The runs that it begins ask a person by themselves. */
  asksBelow: boolean;
}

/**
 * A flow made for one release: its undo calls with literal arguments, last things first. What leads
 * to production waits for nothing that only tidies up.
 */
export function undoFlow(state: RunState, work: UndoWork, options: UndoFlowOptions): Flow {
  const { opened } = state;
  const steps: Step[] = [];
  const confirms = !options.asksBelow;
  if (confirms) steps.push(confirmStep(state, work, options.reason));
  if (options.approvalRole !== undefined)
    steps.push(approvalStep(options.approvalRole, confirms, work, options));
  const begin = steps.at(-1)?.id;
  let first: string | undefined;
  let rest: string | undefined;
  for (const task of work.tasks) {
    const before = isFirst(task) ? [first] : isApart(task) ? [] : [rest, first];
    const needs = before.filter((id) => id !== undefined);
    steps.push(stepOf(task, needs.length === 0 && begin !== undefined ? [begin] : needs));
    if (isFirst(task)) first = task.id;
    else if (!isApart(task)) rest = task.id;
  }
  return {
    flow: `undo-${opened.flow.flow}`,
    title: `Undo of ${opened.flow.title}`,
    description: `Takes back what ${opened.release_id} has done: made by Sluice from its journal.`,
    inputs: {},
    key: `=${text(opened.release_id)}`,
    environment: 'none',
    policy: {},
    phases: { confirm: 'Confirmation', undo: 'Undo' },
    steps,
  };
}

function isFirst(task: UndoTask): boolean {
  return task.do === 'run' || (task.do === 'call' && task.first && !task.optional);
}

function isApart(task: UndoTask): boolean {
  return task.do === 'by-hand' || (task.do === 'call' && task.optional);
}

function stepOf(task: UndoTask, needs: string[]): Step {
  const common = { id: task.id, title: task.title, phase: 'undo', needs, optional: false };
  if (task.do === 'run') {
    const inputs = literal(task.inputs) as Record<string, unknown>;
    return { ...common, kind: 'flow', flow: { flow: task.flow, inputs } };
  }
  if (task.do === 'by-hand') {
    return {
      ...common,
      kind: 'decide',
      decide: {
        question: text(`${oneLine(task.why, 600)} Undo it by hand. Is that done?`),
        options: {
          done: { title: 'It is as it was before, or may stay.', effect: 'pass' },
          stop: { title: 'It cannot be undone.', effect: 'fail' },
        },
      },
    };
  }
  return {
    ...common,
    kind: 'uses',
    optional: task.optional,
    environment: task.environment,
    ...(task.toward === undefined ? {} : { toward: task.toward }),
    uses: task.tool,
    with: literal(task.with) as Record<string, unknown>,
    undo: { none: 'This is the way back; what it takes back is released anew.' },
  };
}

function confirmStep(state: RunState, { tasks, left }: UndoWork, reason: string): Step {
  const { opened } = state;
  return {
    id: ASK,
    kind: 'confirm',
    title: 'A person says yes',
    phase: 'confirm',
    needs: [],
    optional: false,
    confirm: {
      question: text(`Take back ${opened.release_id} (${oneLine(reason, 300)})?`),
      shows: { undo: list(tasks.map(taskWords)), stays: list(left.map(leftWords)) },
    },
  };
}

function approvalStep(role: string, confirms: boolean, work: UndoWork, { reason }: UndoFlowOptions): Step {
  return {
    id: APPROVAL,
    kind: 'approve',
    title: 'Somebody else agrees',
    phase: 'confirm',
    needs: confirms ? [ASK] : [],
    optional: false,
    approve: {
      role,
      quorum: 1,
      shows: { reason: text(oneLine(reason, 300)), undo: list(work.tasks.map(taskWords)) },
    },
  };
}

function taskWords(task: UndoTask): string {
  if (task.do === 'run') return `${task.title}: flow ${task.flow} ${JSON.stringify(task.inputs)}`;
  if (task.do === 'by-hand') return `${task.title}, by hand`;
  return `${task.title}: ${task.tool} ${JSON.stringify(task.with)}`;
}

function leftWords({ step, target, why }: Left): string {
  return `${step}, ${target}: ${why}`;
}

/** As a CEL list of texts; of many, the first ones and how many more. */
function list(lines: readonly string[]): string {
  const more = lines.length > MOST_NAMED ? [`and ${lines.length - MOST_NAMED} more`] : [];
  const named = [...lines.slice(0, MOST_NAMED), ...more];
  return `[${named.map((line) => text(oneLine(line, 300))).join(', ')}]`;
}

/** A literal of CEL: the escapes of JSON are among those of CEL. */
function text(value: string): string {
  return JSON.stringify(value);
}

/** Values that the engine would read as expressions, as the literals that they are. */
function literal(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith('=') ? `=${value}` : value;
  if (Array.isArray(value)) return value.map(literal);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, literal(item)]));
  return value;
}
