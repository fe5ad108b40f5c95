import { describe, expect, test } from 'vitest';
import { ATTEMPT, CONDITIONS, RELEASES, releaseObject } from './testing/objects.ts';
import { world } from './testing/world.ts';

interface Watched {
  state: string;
  finished: boolean;
  resume_token: string | null;
  changes: { state: string; phase: string | null }[];
}

const set = (...conditions: string[]) => ({
  conditions: conditions.map((text) => {
    const [type, status, reason] = text.split(/[=/]/);
    return { type, status, reason, message: '' };
  }),
});
const MINUTE = 60;
const at = (seconds: number) => new Date(Date.parse('2026-01-15T12:00:00Z') + seconds * 1000).toISOString();

/** Four states, then Succeeded. */
const moving = () => ({
  ...releaseObject({ name: 'demo-rel' }),
  timeline: [
    { at: at(1 * MINUTE), ...set('Released=False/Progressing') },
    {
      at: at(2 * MINUTE),
      ...set('Validated=True/Succeeded', 'TenantCollectorsPipelineProcessed=True/Skipped'),
    },
    {
      at: at(3 * MINUTE),
      ...set(
        'ManagedCollectorsPipelineProcessed=True/Skipped',
        'TenantPipelineProcessed=True/Skipped',
        'ManagedPipelineProcessed=False/Progressing',
      ),
      merge: { status: { managedPipelineAttempts: [ATTEMPT.running] } },
    },
    {
      at: at(4 * MINUTE),
      ...set('ManagedPipelineProcessed=True/Succeeded', 'FinalPipelineProcessed=False/Progressing'),
    },
    { at: at(5 * MINUTE), ...set('FinalPipelineProcessed=True/Succeeded', 'Released=True/Succeeded') },
  ],
});

const WENT_THROUGH = [
  { state: 'pending', phase: null, pipeline_run: null },
  { state: 'progressing', phase: 'validation', pipeline_run: null },
  { state: 'progressing', phase: 'managed_collectors', pipeline_run: null },
  { state: 'progressing', phase: 'managed', pipeline_run: 'managed-demo-tenant/managed-run1' },
  { state: 'progressing', phase: 'final', pipeline_run: null },
  { state: 'succeeded', phase: null, pipeline_run: null },
];

/** Moves the clock a minute each time the watcher has told of a change. */
function mover(control: (path: string, body?: unknown) => Promise<unknown>) {
  const told: string[] = [];
  const moves: Promise<unknown>[] = [];
  return {
    told,
    moves,
    progress: (message: string) => {
      told.push(message);
      moves.push(control('/clock', { advance: '1m' }));
    },
  };
}

/** How often the Release itself was read, besides the watch. */
async function looks({ requests }: Pick<Awaited<ReturnType<typeof world>>, 'requests'>): Promise<number> {
  return (await requests()).filter(({ path }) => path.endsWith('/releases/demo-rel')).length;
}

describe('watch', () => {
  test('W-K21 four states, then succeeded: each told as it comes', async () => {
    await using there = await world({ objects: [moving()] });
    const { told, moves, progress } = mover(there.control);
    const seen = (await there.read('konflux_release_watch', { name: 'demo-rel' }, { progress })) as Watched;
    await Promise.all(moves);
    expect(seen).toMatchObject({ state: 'succeeded', finished: true, resume_token: null });
    expect(seen.changes).toEqual(WENT_THROUGH);
    expect(await looks(there)).toBe(1);
    expect(told).toEqual([
      'demo-rel: pending',
      'demo-rel: progressing, validation',
      'demo-rel: progressing, managed collectors',
      'demo-rel: progressing, managed (managed-demo-tenant/managed-run1)',
      'demo-rel: progressing, final',
      'demo-rel: succeeded',
    ]);
  });

  test.each(['event', 'http'] as const)(
    'W-K21 the watch expires (410 as %s): it is listed again and goes on',
    async (expiredWatch) => {
      await using there = await world({
        objects: [moving()],
        expires: [at(2 * MINUTE + 30), at(3 * MINUTE + 30)],
        expiredWatch,
      });
      const { moves, progress } = mover(there.control);
      const seen = (await there.read('konflux_release_watch', { name: 'demo-rel' }, { progress })) as Watched;
      await Promise.all(moves);
      expect(seen).toMatchObject({ state: 'succeeded', finished: true });
      expect(seen.changes.at(-1)).toMatchObject({ state: 'succeeded' });
      expect(await looks(there)).toBeGreaterThan(1);
    },
  );

  test('W-K21 the time is up: progressing, and a token with which it goes on', async () => {
    const { conditions, ...rest } = RELEASES['release-succeeded']().status;
    const later = { at: at(10 * MINUTE), conditions, merge: { status: rest } };
    await using there = await world({
      objects: [{ ...RELEASES['release-progressing'](), timeline: [later] }],
    });
    const first = (await there.read('konflux_release_watch', {
      name: 'demo-rel-run',
      timeout_seconds: 1,
    })) as Watched;
    expect(first).toMatchObject({
      state: 'progressing',
      phase: 'managed',
      finished: false,
      resume_token: expect.any(String),
      next: expect.stringContaining(`"resume_token":"${first.resume_token}"`),
    });
    await there.control('/clock', { advance: '10m' });
    const second = (await there.read('konflux_release_watch', {
      name: 'demo-rel-run',
      resume_token: first.resume_token,
    })) as Watched;
    expect(second).toMatchObject({ state: 'succeeded', finished: true, resume_token: null });
  });

  test('one that is over is answered at once', async () => {
    const release = releaseObject({
      name: 'demo-rel',
      conditions: CONDITIONS.failed,
      attempts: [ATTEMPT.failed],
    });
    await using there = await world({ objects: [release] });
    expect(await there.read('konflux_release_watch', { name: 'demo-rel' })).toMatchObject({
      state: 'failed',
      finished: true,
      next: expect.stringContaining('konflux_policy_report'),
    });
  });

  test('a token of another release is refused', async () => {
    await using there = await world({
      objects: [RELEASES['release-progressing'](), releaseObject({ name: 'demo-rel' })],
    });
    const { resume_token } = (await there.read('konflux_release_watch', {
      name: 'demo-rel-run',
      timeout_seconds: 1,
    })) as Watched;
    await expect(
      there.read('konflux_release_watch', { name: 'demo-rel', resume_token }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('W-K24 a pruned one is answered from KubeArchive', async () => {
    await using there = await world({ objects: [], archived: [RELEASES['release-succeeded']()] });
    expect(await there.read('konflux_release_watch', { name: 'demo-rel-ok' })).toMatchObject({
      state: 'succeeded',
      archived: true,
      finished: true,
      resume_token: null,
    });
  });

  test('more time than a call may take is refused', async () => {
    await using there = await world();
    await expect(
      there.read('konflux_release_watch', { name: 'demo-rel', timeout_seconds: 60 }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
