import { type Flow, noticesOf, type Step } from './definition.ts';

export function stepOf(flow: Flow, id: string): Step | undefined {
  return flow.steps.find((step) => step.id === id);
}

/** What a step waits for, directly: its needs, and the gate that a question is about. */
export function predecessors(step: Step): string[] {
  return step.decide?.about === undefined ? step.needs : [...step.needs, step.decide.about];
}

/** Every step that must come before this one. */
export function upstream(flow: Flow, id: string): Set<string> {
  const seen = new Set<string>();
  const visit = (step: Step | undefined) => {
    for (const before of step === undefined ? [] : predecessors(step)) {
      if (seen.has(before)) continue;
      seen.add(before);
      visit(stepOf(flow, before));
    }
  };
  visit(stepOf(flow, id));
  return seen;
}

/** The steps behind an approval up to the next approval: what it covers. */
export function coveredBy(flow: Flow, approval: string): Step[] {
  const covered = new Set<string>();
  let grew = true;
  while (grew) {
    grew = false;
    for (const step of flow.steps) {
      if (covered.has(step.id) || step.kind === 'approve') continue;
      if (!predecessors(step).some((before) => before === approval || covered.has(before))) continue;
      covered.add(step.id);
      grew = true;
    }
  }
  return flow.steps.filter((step) => covered.has(step.id));
}

/** The approvals whose cover this step is in. */
export function approvalsOver(flow: Flow, id: string): Step[] {
  return flow.steps.filter(
    (step) => step.kind === 'approve' && coveredBy(flow, step.id).some((covered) => covered.id === id),
  );
}

/** A cycle as the ids along it; undefined when there is none. */
export function findCycle(flow: Flow): string[] | undefined {
  const done = new Set<string>();
  const walk = (id: string, trail: string[]): string[] | undefined => {
    const at = trail.indexOf(id);
    if (at >= 0) return [...trail.slice(at), id];
    if (done.has(id)) return undefined;
    const step = stepOf(flow, id);
    for (const before of step === undefined ? [] : predecessors(step)) {
      const cycle = walk(before, [...trail, id]);
      if (cycle !== undefined) return cycle;
    }
    done.add(id);
    return undefined;
  };
  for (const step of flow.steps) {
    const cycle = walk(step.id, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Every call of a tool that a step makes, with where it stands. */
export function callsOf(
  step: Step,
): { tool: string; with: Record<string, unknown>; where: string; read: boolean }[] {
  const calls: { tool: string; with: Record<string, unknown>; where: string; read: boolean }[] = [];
  const add = (
    tool: string | undefined,
    args: Record<string, unknown> | undefined,
    where: string,
    read: boolean,
  ) => {
    if (tool !== undefined) calls.push({ tool, with: args ?? {}, where, read });
  };
  add(step.uses, step.with, 'uses', false);
  add(step.start?.uses, step.start?.with, 'start', false);
  add(step.poll?.uses, step.poll?.with, 'poll', true);
  add(step.wait?.uses, step.wait?.with, 'wait', true);
  add(step.gate?.uses, step.gate?.with, 'gate', true);
  if (step.undo !== undefined && 'uses' in step.undo) add(step.undo.uses, step.undo.with, 'undo', false);
  for (const entry of noticesOf(step)) add(entry.uses, entry.with, entry.mirror ? 'mirror' : 'notify', false);
  return calls;
}

/** Whether a step does its work with this tool; being told of, or kept on record, with it is another thing. */
export function doesWith(step: Step, tool: string): boolean {
  return step.uses === tool || step.start?.uses === tool;
}

/** The exact set of tools that runs of a flow may use. */
export function grantOf(flow: Flow): string[] {
  return [...new Set(flow.steps.flatMap((step) => callsOf(step).map((call) => call.tool)))].sort();
}
