import { describe, expect, it } from 'vitest';
import { world } from './testing/world.ts';

const STAGE = { environment: 'stage' };
const rows = ({ events }: { events: { reason: string }[] }) => events.map(({ reason }) => reason);

describe('kubernetes_event_list', () => {
  it('says warnings with counts, the newest first', async () => {
    await using there = await world();
    const answer = await there.read('event_list', STAGE);
    expect(answer).toMatchObject({
      warnings: 2,
      total: 2,
      events: [
        {
          reason: 'Failed',
          objects: ['demo-ui-5b8c9d7f6-zz8wd'],
          count: 37,
          last_seen: '2026-06-25T11:58:00Z',
        },
        { reason: 'BackOff', count: 6 },
      ],
      summary:
        '2 kinds of warnings in stage (demo-stage); the newest warning: Failed of demo-ui-5b8c9d7f6-zz8wd, 37 times.',
    });
  });

  it('of an object or of what is named after it, of a type, within a time', async () => {
    await using there = await world();
    const of = async (input: object) => rows(await there.read('event_list', { ...STAGE, ...input }));
    expect(await of({ object: 'demo-worker' })).toEqual(['BackOff']);
    expect(await of({ object: 'demo-ui-5b8c9d7f6-zz8wd' })).toEqual(['Failed']);
    expect(await of({ object: 'demo' })).toEqual(['Failed', 'BackOff']);
    expect(await of({ object: 'dem' })).toEqual([]);
    expect(await of({ since: '5m' })).toEqual(['Failed']);
    expect(await of({ type: 'Normal' })).toEqual([]);
  });

  it('is cut off where they are many', async () => {
    await using there = await world();
    expect(await there.read('event_list', { ...STAGE, limit: 1 })).toMatchObject({
      total: 2,
      truncated: true,
      events: [{ reason: 'Failed' }],
    });
  });
});
