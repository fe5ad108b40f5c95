import type { Flow, Step } from '../src/flow/definition.ts';

const SHAPES: Record<Step['kind'], [string, string]> = {
  uses: ['["', '"]'],
  wait: ['(["', '"])'],
  start: ['[["', '"]]'],
  gate: ['{{"', '"}}'],
  approve: ['[/"', '"/]'],
  confirm: ['[\\"', '"\\]'],
  decide: ['>"', '"]'],
  flow: ['[("', '")]'],
};

/** A flow as a mermaid flowchart: one box a step, one frame a phase. */
export function flowPicture(flow: Flow): string {
  const lines = ['flowchart TD'];
  const phases = [...Object.keys(flow.phases), undefined];
  for (const phase of phases) {
    const steps = flow.steps.filter((step) => step.phase === phase);
    if (steps.length === 0) continue;
    if (phase === undefined) lines.push(...steps.map((step) => `  ${box(step)}`));
    else {
      lines.push(`  subgraph ${nodeOf(`phase-${phase}`)}["${escaped(flow.phases[phase] ?? phase)}"]`);
      lines.push(...steps.map((step) => `    ${box(step)}`), '  end');
    }
  }
  for (const step of flow.steps) {
    for (const need of step.needs) lines.push(`  ${nodeOf(need)} --> ${nodeOf(step.id)}`);
    const about = step.decide?.about;
    if (about !== undefined) lines.push(`  ${nodeOf(about)} -. "when it fails" .-> ${nodeOf(step.id)}`);
  }
  const people = flow.steps.filter((step) => ['approve', 'confirm', 'decide'].includes(step.kind));
  if (people.length > 0) {
    lines.push('  classDef person stroke-width:3px');
    lines.push(`  class ${people.map((step) => nodeOf(step.id)).join(',')} person`);
  }
  return lines.join('\n');
}

function box(step: Step): string {
  const [open, close] = SHAPES[step.kind];
  const kind = step.optional ? `${step.kind}, optional` : step.kind;
  return `${nodeOf(step.id)}${open}${escaped(step.title ?? step.id)}<br/><i>${kind}</i>${close}`;
}

/** Some words (`end`, `class`) mean something to mermaid: no node is named by a bare one. */
function nodeOf(id: string): string {
  return `s_${id.replaceAll('-', '_')}`;
}

function escaped(text: string): string {
  return text.replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;');
}
