import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { RunReport } from '../../src/flow/report.ts';
import { modules } from '../../tools/modules.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
afterEach(async () => {
  delete process.env.SLUICE_HOME;
  await world.close();
});

const AGENT = { id: 'rl@example.com', face: 'mcp', agent: 'claude-code/2.1' } as const;

/** A rejected build whose acceptance an agent recommends, with the given policy. */
async function recommended(policy: string, option: string): Promise<RunReport> {
  world = await startWorld({ scenario: 'z-stream-rejected' });
  await world.fresh();
  writeFileSync(world.sandbox.config, `${readFileSync(world.sandbox.config, 'utf8')}\n${policy}`);
  process.env.SLUICE_HOME = world.home;
  const app = createApp({ config: world.sandbox.config, face: 'cli', modules });
  try {
    const engine = await app.engine();
    const target = { flow: 'z-stream', inputs: { release: '4.20.27' } };
    expect((await engine.drive(target, { untilIdle: true })).state).toBe('needs_decision');
    await engine.recommend('4.20.27', {
      step: 'decide-on-promoted',
      option,
      reasons: 'a known flake',
      by: AGENT,
    });
    return await engine.drive(target);
  } finally {
    await app.close();
  }
}

test('a recommendation decides nothing by default', async () => {
  const report = await recommended('', 'accept');
  expect(report.state).toBe('needs_decision');
  expect(report.waivers).toEqual([]);
});

test('where the policy lets it count, it lets the build pass, and every report says so', async () => {
  const report = await recommended('policy: { test_waivers: agent }', 'accept');
  expect(report.state).toBe('waiting');
  expect(report.waivers).toEqual([
    expect.objectContaining({ gate: 'promoted-tests', by: 'the agent of rl@example.com' }),
  ]);
  expect(report.summary).toContain('Waived: promoted-tests by the agent of rl@example.com.');
});

test('also then a recommendation to reject waits for a person', async () => {
  const report = await recommended('policy: { test_waivers: agent }', 'reject');
  expect(report.state).toBe('needs_decision');
});
