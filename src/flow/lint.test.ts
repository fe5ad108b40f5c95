import { describe, expect, it } from 'vitest';
import { flowsOf, flowText, registryOf } from '../../test/support/fixture-engine.ts';
import { World } from '../../test/support/fixture-world.ts';
import { services } from '../../test/support/stand-in.ts';
import { modules } from '../../tools/modules.ts';
import { Registry } from '../kit/registry.ts';
import { loadExpressions } from './expression.ts';
import { assertSound, lintFlow } from './lint.ts';
import { parseFlow } from './load.ts';
import { loadSkills } from './skills.ts';

const expressions = await loadExpressions();
const registry = registryOf(new World());
const SOUND = `
  look: { phase: one, uses: world_get_fact, with: { name: =inputs.item } }
  agree: { phase: two, needs: [look], approve: { role: approver, shows: { value: steps.look.result.value } } }
  ship:
    phase: two
    needs: [agree]
    environment: production
    uses: world_set_thing
    with: { name: =inputs.item, value: =steps.look.result.value }
    undo: { none: it stays }
    notify: { uses: world_post, with: { key: =notice, text: =result.summary } }
`;

const lint = (steps: string, head = '') => {
  const flow = parseFlow(flowText(steps, head), 'flow.yaml');
  return lintFlow(flow, registry, expressions, new Map([[flow.flow, flow]])).map(
    ({ at, what, remedy }) => `${at}: ${what} → ${remedy}`,
  );
};

it('a sound flow has no findings', () => {
  expect(lint(SOUND)).toEqual([]);
});

describe('the lint finds', () => {
  const look = '  look: { uses: world_get_fact, with: { name: x } }\n';
  const wait = (rest: string) => `  a: { wait: { uses: world_get_fact, with: { name: x }, ${rest} } }\n`;
  const set = (rest: string) => `  a: { uses: world_set_thing, ${rest} }\n`;
  const undo = 'undo: { none: x }';

  it.each([
    [
      'a cycle',
      '  a: { needs: [b], uses: world_get_fact, with: { name: x } }\n  b: { needs: [a], uses: world_get_fact, with: { name: x } }\n',
      'steps: a cycle: a needs b needs a → Remove one of these needs.',
    ],
    [
      'a step that needs itself',
      '  a: { needs: [a], uses: world_get_fact, with: { name: x } }\n',
      'steps: a cycle: a needs a → Remove one of these needs.',
    ],
    [
      'W-S05: a missing tool',
      '  a: { uses: world_get_fcat, with: { name: x } }\n',
      'steps.a.uses: there is no tool world_get_fcat → Did you mean world_get_fact?',
    ],
    [
      'an unknown argument',
      '  a: { uses: world_get_fact, with: { name: x, nmae: y } }\n',
      'steps.a.uses.with: world_get_fact has no argument nmae → Did you mean name?',
    ],
    [
      'a missing argument',
      '  a: { uses: world_get_fact }\n',
      'steps.a.uses.with: world_get_fact needs the argument name → Add name.',
    ],
    [
      'a wrong literal',
      '  a: { uses: world_get_fact, with: { name: 7 } }\n',
      'steps.a.uses.with.name: 7 does not fit world_get_fact → See `sluice tools` for what it takes.',
    ],
    [
      'an undefined path of an input',
      '  a: { uses: world_get_fact, with: { name: =inputs.itme } }\n',
      'steps.a.uses.with.name: inputs.itme is not defined: there is no itme → Did you mean item?',
    ],
    [
      'an undefined path of a result',
      wait('until: result.stat == "ready"'),
      'steps.a.wait.until: result.stat is not defined: there is no stat → Did you mean state?',
    ],
    [
      'an unknown variable',
      wait('until: results.state == "ready"'),
      'steps.a.wait.until: there is no results to read (in results.state) → Expressions read inputs, steps, ref, result, attempt, now, config, run, notice, event, step, effect, item.',
    ],
    [
      'a comparison with what can never be',
      wait('until: result.state == "redy"'),
      'steps.a.wait.until: result.state is compared with "redy", which it can never be → Compare it with a value that it can have.',
    ],
    [
      'a comparison with another type',
      wait('until: result.value == "7"'),
      'steps.a.wait.until: result.value is compared with "7", which it can never be → Compare it with a value that it can have.',
    ],
    [
      'an impossible literal in a list',
      wait(`until: 'result.state in ["ready", "gone"]'`),
      'steps.a.wait.until: result.state is compared with "gone", which it can never be → Compare it with a value that it can have.',
    ],
    [
      'a wait without an end',
      wait('every: 5m'),
      'steps.a.wait: it has neither until nor at, so it would wait for ever → Give until (over result) or at (a moment).',
    ],
    [
      'a write where a read must be',
      '  a: { wait: { uses: world_set_thing, with: { name: x }, until: "true" } }\n',
      'steps.a.wait: world_set_thing changes something (create); only a read may stand here → Use a read tool.',
    ],
    [
      'a read that starts nothing',
      `  a: { start: { uses: world_get_fact, with: { name: x } }, poll: { uses: world_get_fact, with: { name: x }, done: "true", failed: "false", every: 1m, timeout: 1h }, ${undo} }\n`,
      'steps.a.start: world_get_fact only reads; it starts nothing → Use wait, or a tool that starts the job.',
    ],
    [
      'a notice that is none',
      `${set(`with: { name: x }, ${undo}, notify: { uses: world_set_thing, with: { name: x } }`)}`,
      'steps.a.notify: world_set_thing is no notify tool → Use one that sends a message.',
    ],
    [
      'a write without undo',
      set('with: { name: x }'),
      'steps.a: world_set_thing changes something and the step has no undo → Give undo: a tool, or { none: why not }.',
    ],
    [
      'production without an approval',
      set(`with: { name: x }, environment: production, ${undo}`),
      'steps.a: it changes production and no approval stands before it → Add an approve step to what it needs, or name its environment.',
    ],
    [
      'an unknown phase',
      '  a: { phase: tow, uses: world_get_fact, with: { name: x } }\n',
      'steps.a.phase: there is no phase tow → Did you mean two?',
    ],
    [
      'an unknown need',
      `${look}  a: { needs: [lok], uses: world_get_fact, with: { name: x } }\n`,
      'steps.a.needs: there is no step lok → Did you mean look?',
    ],
    [
      'an on_fail that is no question about it',
      `${look.replace('}', '}, on_fail: look').replace('}, on_fail: look }', ' }, on_fail: look }')}`,
      'steps.look.on_fail: look is no decide step about look → Give it decide.about: look.',
    ],
    [
      'a question about no gate',
      `${look}  a: { decide: { about: look, question: '"?"', options: { y: { title: y, effect: pass }, n: { title: n, effect: fail } } } }\n`,
      'steps.a.decide.about: look is no gate → Name a gate step.',
    ],
    [
      'an unknown flow',
      '  a: { flow: { flow: fixtures } }\n',
      'steps.a.flow: there is no flow fixtures → Flows: fixture.',
    ],
    [
      'an expression that is no CEL',
      wait('until: "result.state =="'),
      'steps.a.wait.until: The expression "result.state ==" has no value: it is not CEL',
    ],
    [
      'a step that is not among its needs',
      `${look}  a: { uses: world_get_fact, with: { name: =steps.look.result.summary } }\n`,
      'steps.a.uses.with.name: steps.look.result.summary is not defined: there is no look before a (it is not among what a needs) → Correct the name.',
    ],
    [
      'an unknown policy',
      '  a: { when: config.policy.nothing, uses: world_get_fact, with: { name: x } }\n',
      'steps.a.when: config.policy.nothing is not defined: there is no nothing → Correct the name.',
    ],
  ])('%s', (_name, steps, finding) => {
    const findings = lint(steps);
    expect(findings[0]).toContain(finding);
    expect(findings).toHaveLength(1);
  });

  it('a production effect that depends on what comes after its approval', () => {
    const late = SOUND.replace('needs: [agree]', 'needs: [late]').replace(
      'value: =steps.look.result.value }\n    undo',
      'value: =steps.late.result.value }\n    undo',
    );
    const findings = lint(`${late}  late: { needs: [agree], uses: world_get_fact, with: { name: x } }\n`);
    expect(findings).toEqual([
      'steps.ship: what it will do depends on late, which comes after the approval agree → Let its arguments depend on earlier steps only.',
    ]);
  });

  it('a key that is the same for every run, and an input whose pattern is none', () => {
    const text = flowText(SOUND)
      .replace('key: =inputs.item', 'key: always')
      .replace('item: {}', "item: { pattern: '(' }");
    const flow = parseFlow(text, 'f');
    expect(lintFlow(flow, registry, expressions, new Map()).map(({ at }) => at)).toEqual([
      'key',
      'inputs.item.pattern',
    ]);
    expect(() => assertSound(flow, registry, expressions, new Map())).toThrow(
      'Flow fixture, key: it is no expression, so every run would have the same key. (And 1 more: `sluice lint`.)',
    );
  });
});

it('W-S01: the flows that ship are sound', () => {
  const skills = loadSkills([new URL('../../skills', import.meta.url).pathname]);
  const flows = new Map(
    [...skills.values()].flatMap(({ flow }) => (flow === undefined ? [] : [[flow.flow, flow] as const])),
  );
  expect([...flows.keys()]).toContain('z-stream');
  const real = new Registry(modules, {}, services);
  for (const flow of flows.values()) expect(lintFlow(flow, real, expressions, flows)).toEqual([]);
});

describe('a flow.yaml of the wrong shape is refused with', () => {
  const good = flowText('  a: { uses: world_get_fact, with: { name: x } }\n');
  it.each([
    ['a: [', /^f: it is not YAML: /],
    ['', /^f: : Invalid input: expected object/],
    [
      good.replace('title: Fixture', 'titel: x\ntitle: y'),
      /^f: the flow has the unknown key "titel" \(did you mean title\?\)\.$/,
    ],
    [
      good.replace('a: { uses', 'a: { need: [], uses'),
      /^f: steps\.a has the unknown key "need" \(did you mean needs\?\)\.$/,
    ],
    [
      good.replace('a: { uses: world_get_fact,', 'a: {'),
      /^f: steps\.a has no kind: it needs exactly one of uses, wait, start, gate, approve, confirm, decide, flow\.$/,
    ],
    [
      good.replace('a: {', 'a: { approve: { role: r },'),
      /^f: steps\.a has the kinds uses and approve: it needs exactly one of/,
    ],
    [
      good.replace('  a: { uses: world_get_fact, with: { name: x } }', '  a: { start: { uses: x } }'),
      /^f: steps\.a: start and poll belong together\.$/,
    ],
    [good.replace('  a:', '  A b:'), /^f: steps\.A b: /],
    [
      good.replace('with: { name: x }', 'timeout: soon'),
      /^f: steps\.a\.timeout: a duration such as 30s, 4h20m or 7d\.$/,
    ],
    [good.replace(/steps:[\s\S]*/, 'steps: {}'), /^f: it has no steps\.$/],
    [good.replace('flow: fixture', 'flow: Fixture One'), /^f: flow: /],
    [
      `${good}  b: { decide: { question: '"?"', options: { y: { title: y, effect: pass } } } }\n`,
      /^f: steps\.b\.decide\.options: at least two options\.$/,
    ],
    [
      `${good}  b: { decide: { question: '"?"', options: { y: { title: y, effect: yes }, n: { title: n, effect: fail } } } }\n`,
      /^f: steps\.b\.decide\.options\.y\.effect: /,
    ],
  ])('its exact fault: %#', (text, words) => {
    expect(() => parseFlow(text, 'f')).toThrow(words);
  });

  it('keeps the order of its steps, and its defaults', () => {
    const flow = flowsOf([flowText(SOUND)]).get('fixture');
    expect(flow?.steps.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'look uses',
      'agree approve',
      'ship uses',
    ]);
    expect(flow?.steps[0]).toMatchObject({ needs: [], optional: false });
  });
});
