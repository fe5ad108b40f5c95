import { environmentOf, type Flow, type Step } from '../src/flow/definition.ts';
import { code, plain, table } from './markdown.ts';

/** The engine's own values for what a step does not say (docs/flows.md, Times). */
const LOOK = '15m';
const CALL_TIMEOUT = '1d';

export function stepTable(flow: Flow): string {
  const head = [
    'step',
    'phase',
    'kind',
    'tool',
    'needs',
    'looks every',
    'waits at most',
    'attempts',
    'usual duration',
    'undo',
  ];
  const rows = flow.steps.map((step) => [
    `[${code(step.id)}](#${step.id})`,
    plain(flow.phases[step.phase ?? ''] ?? step.phase ?? ''),
    step.optional ? `${step.kind}, optional` : step.kind,
    toolsOf(step).map(code).join(', then '),
    step.needs.map(code).join(', ') ||
      (step.decide?.about === undefined ? '' : `failed ${code(step.decide.about)}`),
    looksEvery(step),
    waitsAtMost(step),
    step.kind === 'start' ? String(step.retry?.attempts ?? 1) : '',
    step.expected ?? '',
    undoOf(step),
  ]);
  return table(head, rows);
}

export function policyTable(flow: Flow): string {
  const rows = Object.entries(flow.policy).map(([name, choice]) => [
    code(name),
    code(String(choice.default)),
    (choice.one_of ?? []).map((value) => code(String(value))).join(', ') || 'any of its type',
    plain(choice.description ?? ''),
  ]);
  return table(['choice', 'default', 'may be', 'what it decides'], rows);
}

/** What people are asked: signatures on a plan, and decisions with a reason. */
export function approvalTables(flow: Flow): string {
  const approvals = flow.steps.flatMap((step) => {
    const { approve } = step;
    if (approve === undefined) return [];
    const covered = coveredBy(flow, step).map(({ id }) => code(id));
    const shows = Object.keys(approve.shows).map(code);
    return [
      [
        code(step.id),
        code(approve.role),
        String(approve.quorum),
        environmentOf(flow, step),
        shows.join(', '),
        covered.join(', '),
      ],
    ];
  });
  const decisions = flow.steps.flatMap((step) => {
    const { decide } = step;
    if (decide === undefined) return [];
    const options = Object.entries(decide.options).map(
      ([name, { title, effect }]) => `${code(name)}: ${plain(title)} (the gate: ${effect})`,
    );
    return [[code(step.id), code(decide.about ?? ''), decide.role ?? 'any person', options.join('<br>')]];
  });
  return [
    table(['approval', 'role', 'people', 'environment', 'shows', 'covers'], approvals),
    '',
    table(['decision', 'when this failed', 'who', 'options'], decisions),
  ].join('\n');
}

/** The steps that write after an approval and before the next one. */
function coveredBy(flow: Flow, approval: Step): Step[] {
  const reached = new Set([approval.id]);
  for (let before = 0; before !== reached.size; ) {
    before = reached.size;
    for (const step of flow.steps) {
      if (step.kind !== 'approve' && step.needs.some((need) => reached.has(need))) reached.add(step.id);
    }
  }
  return flow.steps.filter((step) => reached.has(step.id) && step.undo !== undefined);
}

function toolsOf(step: Step): string[] {
  const named = [step.uses, step.wait?.uses, step.start?.uses, step.poll?.uses, step.gate?.uses];
  return named.filter((tool) => tool !== undefined);
}

function looksEvery(step: Step): string {
  if (step.poll !== undefined) return `${step.poll.every}; to start ${step.every ?? step.poll.every}`;
  if (step.wait !== undefined) return step.wait.at === undefined ? step.wait.every : 'once, at that moment';
  if (step.gate !== undefined) return step.gate.unknown.wait;
  return step.uses === undefined ? '' : (step.every ?? LOOK);
}

function waitsAtMost(step: Step): string {
  if (step.poll !== undefined) return `${step.poll.timeout} a job; to start ${step.timeout ?? CALL_TIMEOUT}`;
  if (step.wait !== undefined)
    return step.wait.at === undefined ? (step.timeout ?? step.wait.timeout ?? 'no end') : 'that moment';
  if (step.gate !== undefined) return `${step.gate.unknown.timeout}, then asks a person`;
  if (step.uses !== undefined) return step.timeout ?? CALL_TIMEOUT;
  return 'a person';
}

function undoOf({ undo }: Step): string {
  if (undo === undefined) return '';
  return 'uses' in undo ? code(undo.uses) : `none: ${plain(undo.none)}`;
}
