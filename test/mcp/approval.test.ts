import { expect, it } from 'vitest';
import { connectModern } from './clients.ts';
import { startWorld } from './world.ts';

const ID = 'z-stream-4.20.27';

it('an agent drives a z-stream to its final approval, and no further', async () => {
  await using world = await startWorld();
  await using agent = await connectModern({ world, args: ['--persona', 'z-stream'] });
  let { data } = await agent.call('release_drive', { flow: 'z-stream', inputs: { release: '4.20.27' } });
  for (let look = 0; look < 200 && data?.state === 'waiting'; look += 1) {
    const body = JSON.stringify({ to: data.next_at });
    await fetch(`${world.sandbox.control}/clock`, { method: 'POST', body });
    ({ data } = await agent.call('release_drive', { release_id: ID }));
    expect(JSON.stringify(data).length).toBeLessThan(10_240);
  }
  const command = `sluice approve ${ID} --step final-approval --plan ${data?.plan_hash}`;
  expect(data).toMatchObject({
    state: 'needs_approval',
    next: command,
    blocked_by: [{ step: 'final-approval', remedy: command }],
  });

  const explained = await agent.call('release_explain', { release_id: ID, step: 'final-approval' });
  expect(explained.data).toMatchObject({
    explained: [{ who_may: expect.arrayContaining([expect.stringContaining('@example.com')]) }],
  });
  expect(JSON.stringify(explained.data).length).toBeLessThan(10_240);

  const again = await agent.call('release_drive', { release_id: ID });
  expect(again.data).toMatchObject({ state: 'needs_approval', plan_hash: data?.plan_hash });
  for (const tool of ['release_approve', 'release_decide', 'release_waive']) {
    const refused = await agent.call('tool_call', { tool, arguments: { release_id: ID } });
    expect(refused.text).toMatch(/^tool_missing: /);
  }
}, 60_000);
