import type { StateBox, StateBoxIssue, TASK_STATUSES } from './statebox.ts';
import { type Ref, refsIn } from './statebox-refs.ts';

/** The tasks that every release goes through; the order is the one of the flow. */
const WORKFLOW_TASKS = [
  'take-ownership',
  'check-cve-tracker-bug',
  'push-to-cdn-staging',
  'analyze-candidate-build',
  'image-consistency-check',
  'stage-testing',
  'analyze-promoted-build',
  'image-signed-check',
  'change-advisory-status',
] as const;

type Overall = (typeof TASK_STATUSES)[number];

interface TaskStatus {
  name: string;
  status: Overall;
  started_at: string | null;
  completed_at: string | null;
  refs: Ref[];
}

export interface ReleaseStatus {
  tasks: TaskStatus[];
  issues: StateBoxIssue[];
  overall: Overall;
  summary: string;
  next: string;
}

export function statusOf(box: StateBox): ReleaseStatus {
  const overall = overallOf(box);
  const open = box.issues.filter(({ resolved }) => !resolved);
  const passed = WORKFLOW_TASKS.filter((name) => statusOfTask(box, name) === 'Pass').length;
  const blockers = open.filter(({ blocker }) => blocker).length;
  return {
    tasks: box.tasks.map(({ result, ...task }) => ({
      ...task,
      refs: result === null ? [] : refsIn(result, box.metadata.shipment_mr),
    })),
    issues: box.issues,
    overall,
    summary: `${box.release} is ${overall}: ${passed} of ${WORKFLOW_TASKS.length} tasks passed, ${open.length} open issues, ${blockers} of them blockers.`,
    next: nextOf(box),
  };
}

function statusOfTask(box: StateBox, name: string): string {
  return box.tasks.findLast((task) => task.name === name)?.status ?? 'Not Started';
}

function overallOf(box: StateBox): Overall {
  const known = new Set<string>([...WORKFLOW_TASKS, ...box.tasks.map(({ name }) => name)]);
  const statuses = [...known].map((name) => statusOfTask(box, name));
  const blocked = box.issues.some(({ blocker, resolved }) => blocker && !resolved);
  if (blocked || statuses.includes('Fail')) return 'Fail';
  if (WORKFLOW_TASKS.every((name) => statusOfTask(box, name) === 'Pass')) {
    return statuses.includes('In Progress') ? 'In Progress' : 'Pass';
  }
  return statuses.every((status) => status === 'Not Started') ? 'Not Started' : 'In Progress';
}

function nextOf(box: StateBox): string {
  const blocker = box.issues.find((issue) => issue.blocker && !issue.resolved);
  if (blocker !== undefined) {
    const tasks = blocker.related_tasks.length === 0 ? 'the release' : blocker.related_tasks.join(', ');
    return `Resolve the open blocker of ${tasks}.`;
  }
  const failed = box.tasks.filter(({ status }) => status === 'Fail').map(({ name }) => name);
  if (failed.length > 0) return `Look at what failed: ${failed.join(', ')}.`;
  const running = box.tasks.filter(({ status }) => status === 'In Progress').map(({ name }) => name);
  if (running.length > 0) return `Wait for ${running.join(', ')}.`;
  const open = WORKFLOW_TASKS.find((name) => statusOfTask(box, name) !== 'Pass');
  return open === undefined ? 'Nothing: every task passed.' : `Begin ${open}.`;
}
