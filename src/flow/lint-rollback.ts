import type { Flow } from './definition.ts';
import { type Finding, suggestion } from './lint-words.ts';

/** What a flow says of its way back: a flow that there is, with all the inputs that it needs. */
export function lintRollback({ flow: name, rollback }: Flow, flows: ReadonlyMap<string, Flow>): Finding[] {
  const findings: Finding[] = [];
  const find = (at: string, what: string, remedy: string) => findings.push({ at, what, remedy });
  if (name.startsWith('undo-'))
    find('flow', 'names with undo- are for the way back of other flows', 'Name it otherwise.');
  if (rollback === undefined) return findings;
  const flow = flows.get(rollback.flow);
  if (flow === undefined || flow.flow === name) {
    const why = flow === undefined ? `there is no flow ${rollback.flow}` : 'a flow does not take itself back';
    find('rollback.flow', why, `Flows: ${[...flows.keys()].join(', ')}.`);
    return findings;
  }
  for (const input of Object.keys(rollback.inputs)) {
    if (flow.inputs[input] === undefined)
      find(
        'rollback.inputs',
        `${flow.flow} has no input ${input}`,
        suggestion(input, Object.keys(flow.inputs)),
      );
  }
  for (const [input, { required }] of Object.entries(flow.inputs)) {
    // The reason comes from who asks for the rollback.
    if (required && input !== 'reason' && rollback.inputs[input] === undefined)
      find('rollback.inputs', `${flow.flow} needs the input ${input}`, `Add ${input}.`);
  }
  return findings;
}
