import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowText, lead, registryOf } from '../../test/support/fixture-engine.ts';
import { World } from '../../test/support/fixture-world.ts';
import { decide } from './decide.ts';
import { loadExpressions } from './expression.ts';
import type { Fact, Recorded } from './facts.ts';
import { flowHash, parseFlow } from './load.ts';
import { apply, fold, type RunState, satisfies, stepState } from './state.ts';

const expressions = await loadExpressions();
const START = Date.parse('2026-06-25T12:00:00Z');

function opened(steps: string): Recorded {
  const flow = parseFlow(flowText(steps), 'f');
  const data = {
    flow,
    flow_hash: flowHash(flow),
    contracts: {},
    release_id: 'r',
    inputs: { item: 'a' },
    key: 'a',
    requester: lead,
    policy: {},
    sandbox: false,
    engine: '0',
    parent: null,
  };
  return { kind: 'run.opened', data, seq: 1, at: START, wall: 0 };
}

const moments = (now = START) => ({ now, wall: 0, gone: new Set<string>() });
const record = (state: RunState, fact: Fact, at = START) =>
  apply(state, { ...fact, seq: state.seq + 1, at, wall: 0 });
const read = (id: string, needs: readonly string[] = [], rest = '') =>
  `  ${id}: { needs: [${needs.join(', ')}], ${rest} uses: world_get_fact, with: { name: ${id} } }\n`;

describe('promises 17 and 55: decide', () => {
  it('gives the same actions for the same journal, a thousand times, and changes nothing', () => {
    const journal: Recorded[] = [
      opened(read('a') + read('b', [], 'when: \'inputs.item == "b"\',') + read('c', ['a', 'b']) + read('d')),
      {
        kind: 'step.settled',
        step: 'a',
        data: { status: 'passed', cause: '', result: { x: 1 } },
        seq: 2,
        at: START,
        wall: 0,
      },
      {
        kind: 'step.looked',
        step: 'd',
        data: { state: 'waiting', cause: 'w', next_at: START + 5 },
        seq: 3,
        at: START,
        wall: 0,
      },
    ];
    const frozen = JSON.stringify(journal);
    const first = JSON.stringify(decide(fold(journal), moments(), expressions));
    const state = fold(journal);
    for (let i = 0; i < 1_000; i += 1) {
      expect(JSON.stringify(decide(state, moments(), expressions))).toBe(first);
      expect(JSON.stringify(decide(fold(journal), moments(), expressions))).toBe(first);
    }
    expect(JSON.parse(first)).toEqual({
      actions: [
        {
          do: 'record',
          fact: {
            kind: 'step.settled',
            step: 'b',
            data: { status: 'skipped', cause: 'its condition does not hold' },
          },
        },
      ],
      nextAt: START + 5,
      leaseEndsAt: null,
    });
    expect(JSON.stringify(journal)).toBe(frozen);
  });

  it('knows the contracts of its tools: they are the same in every process', () => {
    const contracts = (world: World) =>
      registryOf(world)
        .list()
        .map(({ name }) => registryOf(world).contractOf(name));
    expect(contracts(new World())).toEqual(contracts(new World()));
  });
});

type Outcome = 'passed' | 'failed' | 'skipped' | 'waits';
const dag = fc.integer({ min: 1, max: 7 }).chain((size) =>
  fc.array(
    fc.record({
      needs: fc.array(fc.nat(size), { maxLength: 3 }),
      outcomes: fc.array(fc.constantFrom<Outcome>('passed', 'failed', 'skipped', 'waits'), { maxLength: 4 }),
      optional: fc.boolean(),
    }),
    { minLength: size, maxLength: size },
  ),
);

describe('any run of any small flow', () => {
  it('comes to rest, and no step is begun before what it needs', () => {
    fc.assert(
      fc.property(dag, (shape) => {
        const text = shape.map(({ needs, optional }, index) => {
          const before = [...new Set(needs.filter((need) => need < index).map((need) => `s${need}`))];
          return read(`s${index}`, before, optional ? 'optional: true,' : '');
        });
        const state = fold([opened(text.join(''))]);
        const plans = new Map(shape.map(({ outcomes }, index) => [`s${index}`, [...outcomes]]));
        let now = START;
        for (let round = 0; round < 200; round += 1) {
          const { actions, nextAt } = decide(state, moments(now), expressions);
          if (actions.length === 0 && nextAt === null) break;
          expect(round).toBeLessThan(199);
          if (actions.length === 0) now = nextAt ?? now;
          for (const action of actions) {
            if (action.do === 'record') record(state, action.fact, now);
            if (action.do !== 'call') continue;
            const own = stepState(state, action.step);
            const step = state.opened.flow.steps.find(({ id }) => id === action.step);
            expect(own.status).toBe('open');
            for (const need of step?.needs ?? []) expect(satisfies(stepState(state, need), now)).toBe(true);
            const outcome = plans.get(action.step)?.shift() ?? 'passed';
            if (outcome === 'waits') {
              record(
                state,
                {
                  kind: 'step.looked',
                  step: action.step,
                  data: { state: 'waiting', cause: '', next_at: now + 60_000 },
                },
                now,
              );
            } else {
              record(
                state,
                { kind: 'step.settled', step: action.step, data: { status: outcome, cause: '' } },
                now,
              );
            }
          }
        }
        const { actions } = decide(state, moments(now), expressions);
        expect(actions).toEqual([]);
        const required = state.opened.flow.steps.filter(({ optional }) => !optional);
        const allDone = required.every(({ id }) =>
          ['passed', 'skipped'].includes(stepState(state, id).status),
        );
        expect(state.closed?.state === 'done').toBe(allDone);
      }),
      { numRuns: 150 },
    );
  });
});

describe('the fold', () => {
  it('is the same in one go and entry by entry', () => {
    const first = opened(read('a') + read('b'));
    const rest: Recorded[] = [
      {
        kind: 'step.looked',
        step: 'a',
        data: { state: 'waiting', cause: 'w', next_at: 7, error: 'upstream' },
        seq: 2,
        at: 2,
        wall: 0,
      },
      { kind: 'step.settled', step: 'a', data: { status: 'failed', cause: 'x' }, seq: 3, at: 3, wall: 0 },
      {
        kind: 'step.reopened',
        step: 'a',
        data: { attempt: 2, reason: 'again', by: 'policy' },
        seq: 4,
        at: 4,
        wall: 0,
      },
    ];
    const state = fold([first]);
    for (const entry of rest) apply(state, entry);
    expect(state).toEqual(fold([first, ...rest]));
    expect(stepState(state, 'a')).toMatchObject({
      status: 'open',
      attempt: 2,
      errors: 0,
      history: [{ attempt: 1, cause: 'x', reason: 'again' }],
    });
    expect(state.seq).toBe(4);
  });

  it('refuses a journal without its beginning, or of another flow', () => {
    expect(() => fold([])).toThrow('an empty journal has no state');
    const settled: Recorded = {
      kind: 'step.settled',
      step: 'x',
      data: { status: 'passed', cause: '' },
      seq: 1,
      at: 0,
      wall: 0,
    };
    expect(() => fold([settled])).toThrow('begins with run.opened');
    expect(() => fold([opened(read('a')), { ...settled, seq: 2 }])).toThrow('a step x that its flow has not');
  });
});
