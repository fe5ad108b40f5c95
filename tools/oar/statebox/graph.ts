import type { StateBox, TASK_STATUSES } from '../statebox.ts';
import type { TaskName } from './tasks.ts';

/** What each task of the flow needs to have passed; the candidate's analysis gates nothing. */
export const NEEDS = {
  'take-ownership': [],
  'check-cve-tracker-bug': ['take-ownership'],
  'analyze-candidate-build': [],
  'push-to-cdn-staging': ['check-cve-tracker-bug'],
  'image-consistency-check': ['check-cve-tracker-bug'],
  'stage-testing': ['check-cve-tracker-bug'],
  'analyze-promoted-build': ['check-cve-tracker-bug'],
  'image-signed-check': [
    'analyze-promoted-build',
    'push-to-cdn-staging',
    'image-consistency-check',
    'stage-testing',
  ],
  'change-advisory-status': ['image-signed-check'],
} as const satisfies Partial<Record<TaskName, readonly TaskName[]>>;

export type FlowTask = keyof typeof NEEDS;
export const FLOW_TASKS = Object.keys(NEEDS).filter((name): name is FlowTask => name in NEEDS);

type Task = StateBox['tasks'][number];

export function taskOf(box: StateBox, name: TaskName): Task | undefined {
  return box.tasks.findLast((task) => task.name === name);
}

/** A task that is not in the file has not begun. */
export function statusOfTask(box: StateBox, name: TaskName): (typeof TASK_STATUSES)[number] {
  return taskOf(box, name)?.status ?? 'Not Started';
}

/** What the graph still asks for before the task may begin, at any depth. */
export function unmetNeeds(box: StateBox, task: FlowTask): FlowTask[] {
  const unmet = new Set<FlowTask>();
  for (const need of NEEDS[task]) {
    if (statusOfTask(box, need) !== 'Pass') unmet.add(need);
    for (const deeper of unmetNeeds(box, need)) unmet.add(deeper);
  }
  return FLOW_TASKS.filter((name) => unmet.has(name));
}

export const PHASES = [
  'initialization',
  'promotion',
  'tests',
  'final-sync',
  'final-approval',
  'done',
  'cancelled',
] as const;
export type Phase = (typeof PHASES)[number];

export function phaseOf(box: StateBox): Phase {
  const passed = (name: FlowTask) => statusOfTask(box, name) === 'Pass';
  if (FLOW_TASKS.every(passed)) return 'done';
  if (!passed('take-ownership')) return 'initialization';
  // Nobody writes down the promotion itself; what can only follow it has begun, or not.
  const afterPromotion: FlowTask[] = ['image-consistency-check', 'stage-testing', 'analyze-promoted-build'];
  if (afterPromotion.every((name) => statusOfTask(box, name) === 'Not Started')) return 'promotion';
  if (!passed('analyze-promoted-build')) return 'tests';
  const runs: FlowTask[] = ['push-to-cdn-staging', 'image-consistency-check', 'stage-testing'];
  return runs.every(passed) ? 'final-approval' : 'final-sync';
}
