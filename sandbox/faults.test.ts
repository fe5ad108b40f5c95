import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from './bench.ts';

const { current, reset } = bench();
const PUSH = '/errata/api/v1/erratum/169025/push?defaults=stage';

beforeEach(reset);

const fault = (spec: Record<string, unknown>) => current().control('/faults', { system: 'errata', ...spec });

describe('answers that never come', () => {
  it.each([
    ['timeout_before', 0],
    ['timeout_after', 1],
  ])('%s: the caller waits in vain; effects: %i', async (name, effects) => {
    await fault({ fault: name });
    await expect(current().post(PUSH, { signal: AbortSignal.timeout(150) })).rejects.toThrow(/timeout/i);
    expect(await current().effects()).toHaveLength(effects);
    expect(await current().requests()).toMatchObject([{ status: null, fault: name, mutating: true }]);
    expect((await current().ask('/errata/api/v1/erratum/169025/push')).body).toHaveLength(effects);
  });

  it.each([
    ['reset_before', 0],
    ['reset_after', 1],
  ])('%s: the connection breaks; effects: %i', async (name, effects) => {
    await fault({ fault: name });
    await expect(current().post(PUSH)).rejects.toThrow('fetch failed');
    expect(await current().effects()).toHaveLength(effects);
    expect(await current().requests()).toMatchObject([{ status: null, fault: name }]);
  });
});

describe('answers that disappoint', () => {
  it('429 says when to come again and does nothing', async () => {
    await fault({ fault: '429', retry_after: 7 });
    const answer = await current().post(PUSH);
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(await current().effects()).toEqual([]);
  });

  it('500 does nothing', async () => {
    await fault({ fault: '500' });
    expect((await current().post(PUSH)).status).toBe(500);
    expect(await current().effects()).toEqual([]);
  });

  it('truncated breaks off in the middle of the body, after the effect', async () => {
    await fault({ fault: 'truncated' });
    await expect(current().post(PUSH)).rejects.toThrow('terminated');
    expect(await current().effects()).toHaveLength(1);
    expect(await current().requests()).toMatchObject([{ status: 201, fault: 'truncated' }]);
  });

  it('slow answers late, after the effect', async () => {
    await fault({ fault: 'slow', delay_ms: 200 });
    const start = performance.now();
    const answer = current().post(PUSH);
    while ((await current().effects()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await answer).status).toBe(201);
    expect(performance.now() - start).toBeGreaterThanOrEqual(190);
  });
});

describe('aim', () => {
  it('hits what fits by system, method and path, as often as asked', async () => {
    await fault({ fault: '500', method: 'post', path: '^/api/v1/erratum/169025/push$', times: 2 });
    expect((await current().ask('/errata/api/v1/erratum/169025/push')).status).toBe(200);
    expect((await current().post(PUSH.replace('169025', '169026'))).status).toBe(201);
    expect((await current().post(PUSH)).status).toBe(500);
    expect((await current().post(PUSH)).status).toBe(500);
    expect((await current().post(PUSH)).status).toBe(201);
  });

  it('also takes the path as on the wire, and decoded', async () => {
    const path = '/gitlab/api/v4/projects/hybrid-platforms%2Fart%2Focp-shipment-data/merge_requests/609';
    await current().control('/faults', { fault: '500', path: '^/gitlab/.*%2Fart%2F' });
    await current().control('/faults', { fault: '500', path: 'art/ocp-shipment-data/merge_requests/609$' });
    expect((await current().ask(path)).status).toBe(500);
    expect((await current().ask(path)).status).toBe(500);
    expect((await current().ask(path)).status).toBe(200);
  });

  it('is shown and taken back', async () => {
    await fault({ fault: '500', times: 3 });
    expect(at((await current().control('/faults')).body, 'faults.0.times')).toBe(3);
    await current().control('/faults', undefined, 'DELETE');
    expect((await current().control('/faults')).body).toEqual({ faults: [] });
    expect((await current().post(PUSH)).status).toBe(201);
  });

  it.each([[{ fault: 'explode' }], [{ fault: '500', path: '(' }], [{ fault: '500', when: 'now' }]])(
    'refuses %j',
    async (spec) => expect((await fault(spec)).status).toBe(400),
  );
});
