import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { answerOf, cliWorld } from '../support/cli-world.ts';

const world = cliWorld();
const head = 'title: Bad\ninputs: { release: {} }\nkey: =inputs.release\nsteps:\n';
const get = (rest: string) => `uses: release_controller_get_release, ${rest}`;

const BAD = {
  cycle: {
    steps: `  a: { needs: [b], ${get('with: { release: =inputs.release }')} }\n  b: { needs: [a], ${get('with: { release: =inputs.release }')} }\n`,
    at: 'steps',
    what: 'a cycle: a needs b needs a',
  },
  'missing-tool': {
    steps: '  a: { uses: release_controller_get_relaese, with: { release: =inputs.release } }\n',
    at: 'steps.a.uses',
    what: 'there is no tool release_controller_get_relaese',
  },
  'wrong-argument': {
    steps: `  a: { ${get('with: { release: =inputs.release, relase: x }')} }\n`,
    at: 'steps.a.uses.with',
    what: 'release_controller_get_release has no argument relase',
  },
  'undefined-path': {
    steps: `  a: { wait: { ${get('with: { release: =inputs.release }')}, until: result.phas == "Accepted" } }\n`,
    at: 'steps.a.wait.until',
    what: 'result.phas is not defined: there is no phas',
  },
} as const;

const Lint = z.object({
  ok: z.boolean(),
  flows: z.array(
    z.object({
      flow: z.string().nullable(),
      findings: z.array(z.object({ at: z.string(), what: z.string(), remedy: z.string() })),
    }),
  ),
});

beforeAll(() => {
  for (const [name, { steps }] of Object.entries(BAD)) {
    const folder = join(world.folder(), 'skills', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'SKILL.md'), `---\nname: ${name}\ndescription: A bad flow.\n---\nText.\n`);
    writeFileSync(join(folder, 'flow.yaml'), `flow: ${name}\n${head}${steps}`);
  }
});

describe.each(Object.entries(BAD))('W-S01, W-S05: a flow with a %s', (name, { at, what }) => {
  it('is named by lint, with its remedy, and lint fails', async () => {
    const sent = (await world.requests()).length;
    const ran = await world.json('lint', join(world.folder(), 'skills', name, 'flow.yaml'));
    expect(ran.code).toBe(2);
    const { ok, flows } = answerOf(ran, Lint);
    expect(ok).toBe(false);
    expect(flows[0]).toMatchObject({
      flow: name,
      findings: [{ at, what, remedy: expect.stringMatching(/.{10}/) }],
    });
    expect((await world.requests()).length).toBe(sent);
  });

  it.each(['drive', 'plan'])('is not begun by %s: nothing is sent, nothing is written', async (verb) => {
    const config = world.settings('skills', { skills: [join(world.folder(), 'skills')] });
    await world.run('list');
    const error = await world.refused([verb, name, 'release=4.20.27', '--config', config], {
      exit: 2,
      code: 'invalid_input',
    });
    expect(error).toMatchObject({ cause: `Flow ${name}, ${at}: ${what}.`, rule: 'flow-lint' });
  });
});

it('a flow that is no YAML, or not there, is named by lint', async () => {
  const file = join(world.folder(), 'broken.yaml');
  writeFileSync(file, 'flow: [');
  const ran = await world.json('lint', file);
  expect(ran.code).toBe(2);
  expect(answerOf(ran, Lint).flows[0]?.findings[0]?.what).toContain(`${file}: it is not YAML`);
  const missing = answerOf(await world.json('lint', '/no/such/flow.yaml'), Lint);
  expect(missing.flows[0]?.findings[0]?.what).toContain('/no/such/flow.yaml cannot be read');
});

it('W-S01: the flows that ship are sound for lint', async () => {
  const ran = await world.json('lint');
  expect(ran.code).toBe(0);
  const { ok, flows } = answerOf(ran, Lint);
  expect(ok).toBe(true);
  expect(flows.map(({ flow }) => flow)).toContain('z-stream');
  expect(flows.flatMap(({ findings }) => findings)).toEqual([]);
});
