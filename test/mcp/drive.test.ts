import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { EngineDriveOptions } from '../../src/flow/engine.ts';
import type { RunReport } from '../../src/flow/report.ts';
import { createLogger } from '../../src/kit/log.ts';
import { driveInTime } from '../../src/mcp/drive.ts';
import type { Caller } from '../../src/mcp/face-tool.ts';

const REPORT: RunReport = {
  release_id: 'r-1',
  flow: 'r',
  key: '1',
  sandbox: true,
  state: 'running',
  phase: null,
  steps: [],
  blocked_by: [],
  plan_hash: null,
  waivers: [],
  reviews: [],
  next_at: null,
  next: '',
  summary: '',
};
const caller: Omit<Caller, 'asker'> = {
  principal: { id: 'lead@example.com', face: 'mcp' },
  signal: new AbortController().signal,
  progress: () => undefined,
};
const app = { log: createLogger('silent') };

function engineThat(drive: (options: EngineDriveOptions) => Promise<RunReport>) {
  return {
    drive: async (_target: unknown, options: EngineDriveOptions = {}) => await drive(options),
    status: async () => REPORT,
  };
}

it('gives the drive its budget and answers as it does', async () => {
  const budgets: (number | undefined)[] = [];
  const engine = engineThat(async ({ budgetMs }) => {
    budgets.push(budgetMs);
    return { ...REPORT, state: 'done' };
  });
  expect(await driveInTime(engine, { release_id: 'r-1' }, 50, caller, app)).toMatchObject({ state: 'done' });
  expect(budgets).toEqual([50_000]);
});

it.concurrent('answers with the status when the outside does not let the drive end', async () => {
  const engine = engineThat(async () => await delay(20_000, REPORT, { ref: false }));
  const begun = Date.now();
  expect(await driveInTime(engine, { release_id: 'r-1' }, 1, caller, app)).toEqual(REPORT);
  expect(Date.now() - begun).toBeLessThan(7_000);
});

it.concurrent('says that the drive goes on when it does not know the release yet', async () => {
  const engine = engineThat(async () => await delay(20_000, REPORT, { ref: false }));
  const driving = driveInTime(engine, { flow: 'r', inputs: {} }, 1, caller, app);
  await expect(driving).rejects.toMatchObject({
    code: 'timeout',
    remedy: expect.stringContaining('release_drive'),
  });
});

it('passes on what the drive refuses', async () => {
  const engine = engineThat(async () => {
    throw new Error('no');
  });
  await expect(driveInTime(engine, { release_id: 'r-1' }, 50, caller, app)).rejects.toThrow('no');
});
