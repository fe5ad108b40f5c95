import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { answerOf, cliWorld, errorOf, imprint, sluice } from '../../test/support/cli-world.ts';

const world = cliWorld();
const ID = 'z-stream-4.20.27';
const Report = z.object({
  release_id: z.string(),
  state: z.string(),
  phase: z.string().nullable(),
  plan_hash: z.string().nullable(),
  next: z.string(),
  summary: z.string(),
  sandbox: z.boolean(),
  steps: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      state: z.string(),
      cause: z.string(),
      attempt: z.int(),
      refs: z.array(z.unknown()),
    }),
  ),
  blocked_by: z.array(z.object({ step: z.string(), remedy: z.string() })),
  effects: z.array(z.unknown()).optional(),
});
const COMMANDS = [
  'plan',
  'drive',
  'status',
  'explain',
  'list',
  'approve',
  'decline',
  'decide',
  'waive',
  'cancel',
  'call',
  'tools',
  'personas',
  'skills',
  'lint',
  'doctor',
  'init',
  'serve',
  'sandbox',
  'demo',
];

describe('every command', () => {
  it.each([
    ...COMMANDS.map((name) => [name]),
    ['journal', 'verify'],
    ['journal', 'export'],
    ['journal', 'import'],
  ])('%s %s has --help and --json', async (...words) => {
    const ran = await sluice([...words.filter((word) => word !== undefined), '--help']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^Usage: sluice /);
    expect(ran.stdout).toContain('--json');
  });

  it('is listed by --help', async () => {
    const { stdout } = await sluice(['--help']);
    for (const name of [...COMMANDS, 'journal']) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });
});

describe('an error', () => {
  it('with --json is one document on stdout, and nothing on stderr', async () => {
    const ran = await world.json('status', 'nobody');
    expect(ran).toMatchObject({ code: 2, stderr: '' });
    expect(errorOf(ran)).toEqual({
      code: 'not_found',
      cause: expect.stringContaining('"nobody"'),
      remedy: expect.any(String),
    });
  });

  it('without it is told on stderr, and nothing is on stdout', async () => {
    const ran = await world.run('status', 'nobody');
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^not_found: .*\n {2}→ .*\n$/);
  });

  it('is also usage: no command is help and exit code 2', async () => {
    expect(await sluice([])).toMatchObject({ code: 2, stdout: expect.stringContaining('Usage: sluice') });
  });

  it('promise 41: leaves stdout alone however much is logged', async () => {
    const ran = await sluice(['list', '--json', '--config', world.sandbox().config], { SLUICE_LOG: 'trace' });
    expect(answerOf(ran, z.object({ releases: z.array(z.unknown()) })).releases).toEqual([]);
  });
});

describe('a catalogue', () => {
  it('of tools, personas and skills is one JSON document each', async () => {
    const tools = answerOf(
      await world.json('tools'),
      z.object({
        tools: z.array(z.object({ name: z.string(), effect: z.string(), key: z.string().nullable() })),
      }),
    );
    expect(tools.tools.length).toBeGreaterThan(20);
    for (const tool of tools.tools) expect(tool.key === null, tool.name).toBe(tool.effect === 'read');
    expect((await world.json('personas')).code).toBe(0);
    expect(
      answerOf(
        await world.json('skills'),
        z.object({ skills: z.array(z.object({ name: z.string() })) }),
      ).skills.map(({ name }) => name),
    ).toContain('z-stream');
  });

  it.each([['tools'], ['serve']])('W-S09: %s of a persona that there is not is refused', async (verb) => {
    const ran = await world.json(verb, '--persona', 'z-steam');
    expect(ran.code).toBe(2);
    expect(errorOf(ran)).toMatchObject({
      code: 'not_found',
      cause: 'There is no persona "z-steam".',
      remedy: expect.stringContaining('Did you mean z-stream? Personas: '),
    });
  });
});

it('doctor says of everything whether it is well, and exits with 6 when something is not', async () => {
  const Checks = z.object({
    ok: z.boolean(),
    checks: z.array(
      z.object({ name: z.string(), state: z.string(), detail: z.string(), remedy: z.string().optional() }),
    ),
  });
  const well = await world.json('doctor');
  expect(answerOf(well, Checks).checks.filter(({ state }) => state === 'bad')).toEqual([]);
  expect(well.code).toBe(0);
  const config = world.settings('no-signers', { approvals: { allowed_signers: '/no/such/file' } });
  const ill = await world.json('doctor', '--config', config);
  expect(ill.code).toBe(6);
  expect(answerOf(ill, Checks).checks.find(({ state }) => state === 'bad')).toMatchObject({
    name: 'approvals',
    detail: expect.stringContaining('/no/such/file'),
    remedy: expect.any(String),
  });
});

it('init writes settings that can be read, once', async () => {
  const file = join(world.folder(), 'new.yaml');
  expect((await world.json('init', '--out', file)).code).toBe(0);
  expect((await sluice(['tools', '--json', '--config', file])).code).toBe(0);
  const again = await world.json('init', '--out', file);
  expect(again.code).toBe(3);
  expect(errorOf(again).code).toBe('conflict');
});

describe('a release by the command line', () => {
  const report = async (...args: string[]) => {
    const ran = await world.json(...args);
    return { code: ran.code, ...answerOf(ran, Report) };
  };

  it('W-S04, promise 34: as a dry run or a plan sends nothing that changes anything and begins nothing', async () => {
    for (const args of [['plan'], ['drive', '--dry-run']]) {
      const [verb = '', ...options] = args;
      const plan = await report(verb, 'z-stream', 'release=4.20.27', ...options);
      expect(plan).toMatchObject({
        code: 0,
        sandbox: true,
        plan_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(plan.effects?.length).toBeGreaterThan(0);
    }
    expect((await world.requests()).filter(({ mutating }) => mutating)).toEqual([]);
    expect((await world.json('list')).stdout).toContain('"releases": []');
  });

  it('is driven to its approval, which exits with 4, and its status says the same', async () => {
    const driven = await report('drive', 'z-stream', 'release=4.20.27', '--until-idle');
    expect(driven).toMatchObject({
      code: 4,
      release_id: ID,
      state: 'needs_approval',
      blocked_by: [{ step: 'final-approval' }],
    });
    expect(await report('status', ID)).toEqual(driven);
    expect((await world.json('explain', ID, 'final-approval')).code).toBe(0);
    expect((await world.run('status', ID)).stdout).toContain('? final-approval');
  }, 120_000);

  it('promise 19: is not approved by its requester, by a key that is none, or for another plan', async () => {
    const { plan_hash: hash } = await report('status', ID);
    const approve = (plan: string, key: string) =>
      world.json('approve', ID, '--step', 'final-approval', '--plan', plan, '--key', key);
    const keys = join(world.sandbox().dir, 'keys');
    const own = await approve(hash ?? '', join(keys, 'lead'));
    expect({ exit: own.code, rule: errorOf(own).rule }).toEqual({ exit: 6, rule: 'approval-role' });
    const stale = await approve('0'.repeat(64), join(keys, 'approver'));
    expect({ exit: stale.code, code: errorOf(stale).code }).toEqual({ exit: 3, code: 'stale' });
    const prose = join(world.folder(), 'prose');
    writeFileSync(prose, 'no key\n', { mode: 0o600 });
    const changes = async () => (await world.requests()).filter(({ mutating }) => mutating).length;
    const before = { changes: await changes(), state: imprint(world.home()) };
    for (const key of [prose, join(keys, 'nobody')]) {
      const bad = await approve(hash ?? '', key);
      expect({ exit: bad.code, ...errorOf(bad) }).toMatchObject({
        exit: 2,
        code: 'invalid_input',
        cause: expect.stringContaining(key),
        remedy: 'Give the file of a private SSH key with --key.',
      });
    }
    expect({ changes: await changes(), state: imprint(world.home()) }).toEqual(before);
    expect((await report('status', ID)).state).toBe('needs_approval');
  });

  it('has its journal verified', async () => {
    const ran = await world.json('journal', 'verify', ID);
    expect(ran.code).toBe(0);
    expect(
      answerOf(ran, z.object({ ok: z.boolean(), journals: z.array(z.object({ fault: z.null() })) })).ok,
    ).toBe(true);
  });

  it('is cancelled with a reason, and then has ended', async () => {
    const cancelled = await report('cancel', ID, '--reason', 'the test is over');
    expect(cancelled).toMatchObject({ code: 0, state: 'cancelled' });
    expect((await world.json('cancel', ID, '--reason', 'once more')).code).toBe(3);
  });
});
