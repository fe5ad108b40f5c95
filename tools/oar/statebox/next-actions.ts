import type { StateBox, StateBoxIssue } from '../statebox.ts';
import { type Ref, refsIn } from '../statebox-refs.ts';
import { calledOff } from './called-off.ts';
import { FLOW_TASKS, type FlowTask, type Phase, phaseOf, statusOfTask, taskOf, unmetNeeds } from './graph.ts';
import { blockerOf, generalBlockers } from './issues.ts';

export const ACTIONS = ['start', 'poll', 'wait', 'decide', 'none'] as const;

export interface NextAction {
  task: FlowTask;
  action: (typeof ACTIONS)[number];
  why: string;
  refs: Ref[];
}

/** Which of the systems in a task's log runs its work; refs of others are only mentioned there. */
const RUNS_IN: Partial<Record<FlowTask, Ref['system']>> = {
  'push-to-cdn-staging': 'errata',
  'image-consistency-check': 'prow',
  'stage-testing': 'jenkins',
};

const LOOK: Partial<Record<Ref['system'], string>> = {
  prow: 'prow_get_job',
  jenkins: 'jenkins_get_build',
  errata: 'oar_get_push_status',
};

export function nextActions(box: StateBox): { phase: Phase; actions: NextAction[]; off: boolean } {
  const off = calledOff(box);
  if (off !== undefined) {
    const why = `The release was called off: ${excerpt(off)}`;
    const actions = FLOW_TASKS.map((task): NextAction => ({ task, action: 'none', why, refs: [] }));
    return { phase: 'cancelled', actions, off: true };
  }
  return { phase: phaseOf(box), actions: FLOW_TASKS.map((task) => actionOf(box, task)), off: false };
}

function actionOf(box: StateBox, task: FlowTask): NextAction {
  const refs = refsOf(box, task);
  const status = statusOfTask(box, task);
  const blocker = blockerOf(box, task);
  if (status === 'In Progress') return underWay(box, task, refs, blocker);
  if (status === 'Pass') {
    if (blocker === undefined) return { task, action: 'none', why: 'It passed.', refs };
    return {
      task,
      action: 'decide',
      why: `It passed, yet its blocker is open: ${excerpt(blocker.issue)}`,
      refs,
    };
  }
  const held = blocker ?? generalBlockers(box)[0];
  if (held !== undefined) {
    const whose = blocker === undefined ? 'the whole release' : 'it';
    const why = `An open issue blocks ${whose}: ${excerpt(held.issue)} Resolve it with oar_resolve_issue.`;
    return { task, action: 'decide', why, refs };
  }
  const unmet = unmetNeeds(box, task);
  if (unmet.length > 0)
    return { task, action: 'wait', why: `It needs ${unmet.join(', ')} to pass first.`, refs };
  return { task, ...(status === 'Fail' ? afterFailure(task) : beginning(task)), refs };
}

function underWay(
  box: StateBox,
  task: FlowTask,
  refs: Ref[],
  blocker: StateBoxIssue | undefined,
): NextAction {
  const aside = blocker === undefined ? '' : ` Its blocker is open: ${excerpt(blocker.issue)}`;
  const tool = refs.map(({ system }) => LOOK[system]).find((name) => name !== undefined);
  if (tool !== undefined) {
    const ids = refs.map(({ system, id }) => `${system} ${id}`).join(', ');
    return { task, action: 'poll', why: `It runs as ${ids}; look with ${tool}.${aside}`, refs };
  }
  const since = taskOf(box, task)?.started_at;
  const why = `Orphaned wait: In Progress${since == null ? '' : ` since ${since}`}, and nothing that still runs is named.`;
  if (blocker !== undefined) return { task, action: 'decide', why: why + aside, refs };
  if (isAnalysis(task))
    return { task, action: 'decide', why: `${why} Evaluate it with oar_get_test_result.`, refs };
  const unmet = unmetNeeds(box, task);
  if (unmet.length > 0) {
    return { task, action: 'wait', why: `${why} Begin it again when ${unmet.join(', ')} passed.`, refs };
  }
  return { task, action: 'start', why: `${why} Begin it again.`, refs };
}

function afterFailure(task: FlowTask): Pick<NextAction, 'action' | 'why'> {
  if (isAnalysis(task))
    return { action: 'decide', why: 'The tests failed: analyse them and let a person decide.' };
  return { action: 'start', why: 'It failed and nothing blocks it: try again.' };
}

function beginning(task: FlowTask): Pick<NextAction, 'action' | 'why'> {
  switch (task) {
    case 'analyze-candidate-build':
      return {
        action: 'decide',
        why: 'Evaluate the candidate with oar_get_test_result; it informs and gates nothing.',
      };
    case 'analyze-promoted-build':
      return {
        action: 'wait',
        why: 'For the test result of the promoted build: look with oar_get_test_result.',
      };
    case 'image-consistency-check':
    case 'stage-testing':
      return {
        action: 'start',
        why: 'What it needs has passed; it asks for the promoted build and the stage release itself.',
      };
    default:
      return { action: 'start', why: 'What it needs has passed.' };
  }
}

const isAnalysis = (task: FlowTask): boolean => task.startsWith('analyze-');

/** Of the system that runs the task: the newest attempt, or all advisories that are pushed. */
function refsOf(box: StateBox, task: FlowTask): Ref[] {
  const result = taskOf(box, task)?.result ?? null;
  const system = RUNS_IN[task];
  if (result === null || system === undefined) return [];
  const refs = refsIn(result, box.metadata.shipment_mr).filter((ref) => ref.system === system);
  return system === 'errata' ? refs : refs.slice(-1);
}

function excerpt(text: string, limit = 200): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const chars = [...line];
  const cut = chars.length <= limit ? line : `${chars.slice(0, limit).join('')}…`;
  return /[.!?…]$/.test(cut) ? cut : `${cut}.`;
}
