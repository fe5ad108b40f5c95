import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Flow, Step } from '../../src/flow/definition.ts';
import { type Expressions, loadExpressions, Moment } from '../../src/flow/expression.ts';
import { loadSkills } from '../../src/flow/skills.ts';
import { modules } from '../../tools/modules.ts';
import { startWorld, type World } from '../support/world.ts';

const SKILLS = join(import.meta.dirname, '..', '..', 'skills');
const flows = [...loadSkills([SKILLS]).values()].flatMap(({ flow }) => (flow === undefined ? [] : [flow]));
const GATES = flows.flatMap((flow) =>
  flow.steps.flatMap((step) => (step.gate === undefined ? [] : [[flow.flow, step.id, flow, step] as const])),
);
const tools = new Map(modules.flatMap((module) => module.tools.map((tool) => [tool.name, tool] as const)));

let expressions: Expressions;
beforeAll(async () => {
  expressions = await loadExpressions();
});

/** Whether the gate passes on this evidence; an expression without a value is an error, and no pass. */
function passes(flow: Flow, step: Step, result: unknown, steps: Record<string, unknown>): boolean {
  const policy = Object.fromEntries(
    Object.entries(flow.policy).map(([name, choice]) => [name, choice.default]),
  );
  const variables = {
    inputs: Object.fromEntries(
      Object.entries(flow.inputs).map(([name, input]) => [name, input.example ?? 'x']),
    ),
    steps,
    config: { policy },
    run: { id: 'run', key: 'key', requester: 'somebody@example.com' },
    now: new Moment(0),
    attempt: 1,
    result,
  };
  try {
    const pass = expressions.compile(step.gate?.pass ?? 'false').evaluate(variables);
    const fail = expressions.compile(step.gate?.fail ?? 'true').evaluate(variables);
    return pass === true && fail === false;
  } catch {
    return false;
  }
}

/** What its tool's answer may be is the least that evidence has to be. */
function isAnswer(step: Step, result: unknown): boolean {
  const tool = tools.get(step.gate?.uses ?? '');
  return tool?.output.safeParse(result).success ?? false;
}

const WORDS = [
  'PASS',
  'pass',
  'approved',
  'accepted',
  'Accepted',
  'SUCCESS',
  'success',
  'true',
  'passed',
  'verified',
];
const JUNK: unknown[] = [undefined, null, '', 0, 1, -1, Number.NaN, true, false, [], {}, [{}], ...WORDS];

describe.each(GATES)('promises 11 and 15: %s, gate %s', (_flow, _gate, flow, step) => {
  it('is there for evidence alone', () => {
    expect(step.gate?.uses).toBeDefined();
  });

  it('never passes on what is missing, malformed or only says so', () => {
    const junk = [...JUNK, ...WORDS.flatMap((word) => [{ verdict: word }, { summary: word, state: word }])];
    expect(junk.filter((result) => !isAnswer(step, result) && passes(flow, step, result, {}))).toEqual([]);
  });

  it('never passes on any JSON that is not an answer of its tool', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 3 }),
        (result) => isAnswer(step, result) || !passes(flow, step, result, {}),
      ),
      { numRuns: 200 },
    );
  });

  it('never passes when one field that it reads is gone, empty or of another kind', () => {
    const paths = expressions
      .compile(step.gate?.pass ?? '')
      .references.filter(({ path }) => path[0] === 'result' && path.length > 1)
      .map(({ path }) => path.slice(1));
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      for (const value of [undefined, null])
        expect([path, value, passes(flow, step, nested(path, value), {})]).toEqual([path, value, false]);
      // What has another kind is no answer of the tool: it never comes as far as the condition.
      for (const value of ['', 'PASS', {}])
        expect([path, value, isAnswer(step, nested(path, value))]).toEqual([path, value, false]);
    }
  });
});

function nested(path: readonly string[], value: unknown): unknown {
  return path.toReversed().reduce<unknown>((inner, name) => ({ [name]: inner }), value);
}

/** A system as the sandbox names it, and a gate of release-prod that rests on it. */
const RESTING = [
  ['quay', 'vulnerabilities'],
  ['gitlab', 'freeze'],
  ['gitlab', 'nobody-else'],
  ['konflux-cluster', 'tests'],
] as const;
const FAULTS = ['timeout_before', '500', 'truncated'] as const;

describe('promise 11: release-prod over a system that fails', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ scenario: 'ship-demo', callLimit: '1s', lease: '10s' });
  });
  afterAll(async () => await world.close());

  it.each(RESTING.flatMap(([system, gate], at) => [[system, FAULTS[at % 3] ?? '500', gate] as const]))(
    '%s, %s: %s does not pass, and nothing is sent',
    async (system, fault, gate) => {
      await world.fresh();
      await world.fault({ system, fault, times: 5_000, delay_ms: 2_000 });
      const drive = ['drive', 'release-prod', 'product=demo-backend', 'commit=a2489b8', '--json'];
      const { steps } = JSON.parse((await world.run(drive)).out) as {
        steps: { id: string; state: string }[];
      };
      expect(steps.find(({ id }) => id === gate)?.state).toMatch(/^(waiting|blocked|pending)$/);
      expect(steps.find(({ id }) => id === 'confirm')?.state).toBe('pending');
      expect((await world.requests()).filter(({ mutating }) => mutating)).toEqual([]);
    },
  );
});
