import type { Tree } from '../scenario/merge.ts';
import { valueAt } from './manifest.ts';
import { badRequest } from './status.ts';

type LabelTest = (labels: Record<string, string>) => boolean;

/** `a=b, c!=d, e in (f,g), h notin (i), j, !k` as one test. */
export function labelTest(selector: string): LabelTest {
  const tests = parts(selector).map(requirement);
  return (labels) => tests.every((test) => test(labels));
}

/** Splits at commas outside brackets. */
function parts(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const KEY = String.raw`([\w.-]+(?:\/[\w.-]+)?)`;
const VALUE = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

function requirement(text: string): LabelTest {
  const exists = new RegExp(`^(!?)\\s*${KEY}$`).exec(text);
  if (exists !== null) {
    const [, not, key = ''] = exists;
    return (labels) => Object.hasOwn(labels, key) === (not === '');
  }
  const compare = new RegExp(`^${KEY}\\s*(==|=|!=|>|<)\\s*(.*)$`).exec(text);
  if (compare !== null) {
    const [, key = '', operator = '', value = ''] = compare;
    checkValue(value);
    return (labels) => holds(labels[key], operator, value);
  }
  const set = new RegExp(`^${KEY}\\s+(in|notin)\\s*\\(([^)]*)\\)$`).exec(text);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    values.forEach(checkValue);
    return (labels) => {
      const value = labels[key];
      const among = value !== undefined && values.includes(value);
      return operator === 'in' ? among : !among;
    };
  }
  throw badRequest(`unable to parse requirement: found '${text}', expected: '=', '!=', '==', 'in', notin'`);
}

function holds(have: string | undefined, operator: string, value: string): boolean {
  switch (operator) {
    case '!=':
      return have !== value;
    case '>':
      return have !== undefined && Number(have) > Number(value);
    case '<':
      return have !== undefined && Number(have) < Number(value);
    default:
      return have === value;
  }
}

function checkValue(value: string): void {
  if (VALUE.test(value)) return;
  throw badRequest(
    `unable to parse requirement: values[0][]: Invalid value: "${value}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
  );
}

const EVERYWHERE = ['metadata.name', 'metadata.namespace'];

const FIELDS: Record<string, readonly string[]> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  Event: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  Namespace: ['status.phase'],
  Secret: ['type'],
  Job: ['status.successful'],
  ReplicaSet: ['status.replicas'],
};

/** Only what the real server indexes; custom resources know their metadata alone. */
export function fieldTest(
  selector: string,
  kind: string,
  apiVersion: string,
  plural: string,
): (object: Tree) => boolean {
  const known = [...EVERYWHERE, ...(FIELDS[kind] ?? [])];
  const tests = parts(selector).map((part) => {
    const [, field = '', operator = '', value = ''] = /^([^=!]+?)\s*(==|=|!=)\s*(.*)$/.exec(part) ?? [];
    if (field === '') throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    if (!known.includes(field)) {
      throw badRequest(
        `Unable to find "${apiVersion}, Resource=${plural}" that match label selector "", field selector "${selector}": field label not supported: ${field}`,
      );
    }
    return (object: Tree) => (String(valueAt(object, field) ?? '') === value) === (operator !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}
