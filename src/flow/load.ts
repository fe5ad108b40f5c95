import type { z } from 'zod';
import { digestOf } from '../kit/canonical.ts';
import { SluiceError } from '../kit/errors.ts';
import { readKeptYaml } from '../kit/kept-yaml.ts';
import { nearest } from '../kit/suggest.ts';
import { pathText } from '../kit/zod-error.ts';
import { type Flow, FlowSource, kindOf, STEP_KINDS, type Step, StepSource } from './definition.ts';

/** Parses a flow.yaml. Shape only: what it refers to is the lint's business. */
export function parseFlow(text: string, file: string): Flow {
  const { value, fault } = readKeptYaml(text);
  if (fault !== undefined) throw invalid(file, `it is not YAML: ${fault}`);
  const parsed = FlowSource.safeParse(value);
  if (!parsed.success) throw invalid(file, explain(parsed.error));
  const steps = Object.entries(parsed.data.steps).map(([id, source]): Step => {
    const kinds = kindOf(source);
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) {
      throw invalid(
        file,
        `steps.${id} has ${kinds.length === 0 ? 'no kind' : `the kinds ${kinds.join(' and ')}`}: it needs exactly one of ${STEP_KINDS.join(', ')}`,
      );
    }
    if ((kind === 'start') !== (source.poll !== undefined)) {
      throw invalid(file, `steps.${id}: start and poll belong together`);
    }
    return { ...source, id, kind };
  });
  if (steps.length === 0) throw invalid(file, 'it has no steps');
  return { ...parsed.data, steps };
}

/** Names a flow by its content: what a run is pinned to. */
export function flowHash(flow: Flow): string {
  return digestOf(flow);
}

function invalid(file: string, what: string): SluiceError {
  return new SluiceError('invalid_input', {
    cause: `${file}: ${what}.`,
    remedy: 'Correct the flow; docs/schemas/flow.schema.json and docs/flows.md say what it may hold.',
    rule: 'flow-schema',
  });
}

function explain(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'not valid';
  const where = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const known = Object.keys(issue.path[0] === 'steps' ? StepSource.shape : FlowSource.shape);
    const hint = nearest(key, known);
    return `${where === '' ? 'the flow' : where} has the unknown key ${JSON.stringify(key)}${hint === undefined ? '' : ` (did you mean ${hint}?)`}`;
  }
  return `${where}: ${issue.message}`;
}
