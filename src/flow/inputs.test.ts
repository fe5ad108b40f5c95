import { describe, expect, it } from 'vitest';
import { errorReport } from '../kit/errors.ts';
import { checkInputs } from './inputs.ts';
import { parseFlow } from './load.ts';

const flow = parseFlow(
  `
flow: fixture
title: Fixture
inputs:
  run: { example: demo-run }
  attempt: { type: integer, example: '2' }
  delete: { type: boolean, required: false }
  owner: { format: email, required: false, example: lead@example.com }
  page: { format: uri, required: false }
  target_branch: { pattern: '^release-', required: false }
  source_branch: { required: false }
key: =inputs.run
steps:
  look: { uses: world_get_fact, with: { name: =inputs.run } }
`,
  'flow.yaml',
);
const GOOD = { run: 'a', attempt: 1 };
const USAGE =
  'Usage: fixture run=demo-run attempt=2 [delete=…] [owner=lead@example.com] [page=…] [target_branch=…] [source_branch=…]';

function refusal(given: Record<string, unknown>) {
  try {
    checkInputs(flow, given);
  } catch (error) {
    return errorReport(error);
  }
  throw new Error('it was accepted');
}

describe('W-S02: inputs that are missing', () => {
  it('are named all at once, each with its type, and with how to give them', () => {
    expect(refusal({ delete: true })).toEqual({
      code: 'invalid_input',
      cause: 'fixture needs the inputs run (text), attempt (whole number).',
      remedy: USAGE,
      rule: 'flow-inputs',
    });
  });

  it.each([[undefined], ['']])('are also those that are %j', (value) => {
    expect(refusal({ ...GOOD, run: value }).cause).toBe('fixture needs the input run (text).');
  });

  it('may be those that are not required', () => {
    expect(checkInputs(flow, GOOD)).toEqual(GOOD);
    expect(checkInputs(flow, { ...GOOD, owner: '' })).toEqual(GOOD);
  });
});

describe('W-S03: an input that there is not', () => {
  it.each([
    ['rnu', 'run'],
    ['attempts', 'attempt'],
    ['pipeline_run', 'run'],
    ['page-url', 'page'],
  ])('%s is refused with the one that was meant, %s', (name, meant) => {
    expect(refusal({ ...GOOD, [name]: 'x' })).toMatchObject({
      code: 'invalid_input',
      cause: `fixture has no input "${name}".`,
      remedy: `Did you mean ${meant}? ${USAGE}`,
    });
  });

  it.each([['zebra'], ['branch'], ['constructor'], ['__proto__']])(
    '%s is refused without a guess when none is near, or several are',
    (name) => {
      const given = JSON.parse(`{ "run": "a", "attempt": 1, ${JSON.stringify(name)}: "x" }`);
      expect(refusal(given)).toMatchObject({
        cause: `fixture has no input ${JSON.stringify(name)}.`,
        remedy: USAGE,
      });
    },
  );
});

describe('an input of another type is refused with what it takes', () => {
  it.each([
    [{ run: ['a'] }, 'run is ["a"], not text.', 'Give run as text, for example demo-run.'],
    [
      { attempt: 'two' },
      'attempt is "two", not a whole number.',
      'Give attempt as whole number, for example 2.',
    ],
    [{ attempt: 1.5 }, 'attempt is 1.5, not a whole number.', 'Give attempt as whole number, for example 2.'],
    [{ delete: 'yes' }, 'delete is "yes", not true or false.', 'Give delete as true or false.'],
    [
      { owner: 'me' },
      'owner is "me", which is not an e-mail address.',
      'Give owner as e-mail address, for example lead@example.com.',
    ],
    [{ page: 'here' }, 'page is "here", which is not a URL.', 'Give page as URL.'],
    [
      { target_branch: 'main' },
      'target_branch is "main", which is not valid here.',
      'Give target_branch as text.',
    ],
  ])('%j', (given, cause, remedy) => {
    expect(refusal({ ...GOOD, ...given })).toMatchObject({ cause, remedy });
  });

  it('a number or a word from a command line is taken for what it says', () => {
    expect(checkInputs(flow, { run: 7, attempt: '12', delete: 'false' })).toEqual({
      run: '7',
      attempt: 12,
      delete: false,
    });
  });
});

it('W-S06: what a value holds stays as it is, character by character', () => {
  const text = `=1+1 {{ run }} \${HOME} $(id) \`id\` & < > " ' \\n\n\ttail `;
  expect(checkInputs(flow, { ...GOOD, source_branch: text }).source_branch).toBe(text);
});
