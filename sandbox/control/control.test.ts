import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const { current, reset } = bench();
const PHASE = '/release-controller/api/v1/releasestream/4-stable/release/4.20.27?format=short';

beforeEach(reset);

describe('clock', () => {
  it('stands where the scenario puts it until it is moved', async () => {
    expect((await current().control('/clock')).body).toEqual({ now: '2026-06-25T12:00:00.000Z' });
    expect((await current().control('/clock', { advance: '2h40m' })).body).toEqual({
      now: '2026-06-25T14:40:00.000Z',
    });
    expect((await current().control('/clock', { advance: 60_000 })).body).toEqual({
      now: '2026-06-25T14:41:00.000Z',
    });
    expect((await current().control('/clock', { to: '2026-06-25T16:20:00Z' })).status).toBe(200);
    expect(at((await current().ask(PHASE)).body, 'phase')).toBe('Accepted');
  });

  it.each([
    [{ to: '2026-06-25T11:59:59Z' }, /does not go back/],
    [{ to: 'tomorrow' }, /ISO instant/],
    [{ advance: '-5m' }, /milliseconds/],
    [{ forward: '5m' }, /either/],
  ])('refuses %j', async (body, why) => {
    const refused = await current().control('/clock', body);
    expect(refused.status).toBe(400);
    expect(refused.text).toMatch(why);
    expect((await current().control('/clock')).body).toEqual({ now: '2026-06-25T12:00:00.000Z' });
  });

  it('waits for every request in flight', async () => {
    const done: string[] = [];
    await current().control('/faults', { fault: 'slow', delay_ms: 250 });
    const slow = current()
      .ask(PHASE)
      .then((answer) => done.push(`answer ${at(answer.body, 'phase')}`));
    await until(async () => (await current().requests()).length === 1);
    const move = current()
      .control('/clock', { to: '2026-06-25T17:00:00Z' })
      .then(() => done.push('clock'));
    await Promise.all([slow, move]);
    expect(done).toEqual(['answer Ready', 'clock']);
  });

  it('waits for a request that gets no answer until its caller gives up', async () => {
    await current().control('/faults', { fault: 'timeout_before' });
    const caller = new AbortController();
    const lost = current().ask(PHASE, { signal: caller.signal });
    lost.catch(() => undefined);
    await until(async () => (await current().requests()).length === 1);
    let moved = false;
    const move = current()
      .control('/clock', { advance: '1h' })
      .then(() => {
        moved = true;
      });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(moved).toBe(false);
    caller.abort();
    await move;
    await expect(lost).rejects.toThrow();
  });
});

describe('request log', () => {
  it('keeps what was asked, with virtual time, and no credentials', async () => {
    await current().post('/slack/api/chat.postMessage', {
      form: { token: 'xoxb-1', channel: 'art', text: `my token is ${current().secret('slack')}` },
    });
    const [entry] = await current().requests();
    expect(entry).toMatchObject({
      n: 1,
      at: '2026-06-25T12:00:00Z',
      system: 'slack',
      method: 'POST',
      path: '/slack/api/chat.postMessage',
      status: 200,
      expected: true,
      mutating: true,
      body: { token: '[credential]', channel: 'art', text: 'my token is [credential]' },
    });
    expect(JSON.stringify(entry)).not.toContain(current().secret('slack'));
  });

  it.each([
    ['GET', '/errata/api/v1/nothing', 'errata', false],
    ['DELETE', '/errata/api/v1/erratum/169025', 'errata', true],
    ['GET', '/somewhere/else', 'somewhere', false],
    ['POST', '/mirror/pub', 'mirror', true],
  ])('answers an unexpected %s %s with 501 and marks it', async (method, path, system, mutating) => {
    const answer = await current().ask(path, { method });
    expect(answer.status).toBe(501);
    expect(answer.body).toMatchObject({ error: 'unexpected_request', method, path });
    expect(await current().requests()).toMatchObject([
      { system, method, path, status: 501, expected: false, mutating },
    ]);
  });

  it('counts an unknown id on a known path as expected', async () => {
    expect((await current().ask('/errata/api/v1/erratum/1')).status).toBe(404);
    expect(await current().requests()).toMatchObject([{ status: 404, expected: true }]);
  });
});

describe('scenario', () => {
  it('is replaced as a whole, with its clock and empty logs', async () => {
    await current().post('/errata/api/v1/erratum/169025/push?defaults=stage');
    await current().to('2026-06-28T00:00:00Z');
    await current().control('/scenario', { scenario: 'z-stream-takeover-4.17.55' });
    expect((await current().control('/clock')).body).toEqual({ now: '2026-07-02T09:40:00.000Z' });
    expect(await current().effects()).toEqual([]);
    expect((await current().ask('/errata/api/v1/erratum/169025')).status).toBe(404);
    expect((await current().ask('/errata/api/v1/erratum/169302')).status).toBe(200);
  });

  it('is refused with the unknown key named, and stands as before', async () => {
    const refused = await current().control('/scenario', {
      patch: { errata: { advisories: { 169025: { stat: 'QE' } } } },
    });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('Unrecognized key: \\"stat\\"');
    expect(refused.text).toContain('169025');
    expect((await current().ask('/errata/api/v1/erratum/169025')).status).toBe(200);
  });

  it.each([
    [{ scenario: 'no-such-thing' }, /bundled ones: .*z-stream-4\.20\.27/],
    [{ scenario: { name: 'x' } }, /clock/],
    [{}, /either/],
  ])('refuses %j', async (body, why) => {
    const refused = await current().control('/scenario', body);
    expect(refused.status).toBe(400);
    expect(refused.text).toMatch(why);
  });

  it('takes a patched digest into the answer', async () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const releases = { '4.20.27': { digest } };
    await current().control('/scenario', {
      patch: { release_controller: { streams: { '4-stable': { releases } } } },
    });
    const answer = await current().ask(PHASE.replace('?format=short', ''));
    expect(at(answer.body, 'changeLogJson.to.digest')).toBe(digest);
    await current().to('2026-06-27T00:00:00Z');
    const signatures = '/mirror/pub/openshift-v4/signatures/openshift/release';
    expect((await current().ask(`${signatures}/${digest.replace(':', '=')}/signature-1`)).status).toBe(404);
  });

  it('takes a patched advisory id: the old one is gone, the new one is there', async () => {
    const { body } = await current().control('/scenario');
    const advisory = at(body, 'scenario.errata.advisories.169025');
    await current().control('/scenario', {
      patch: { errata: { advisories: { 169025: null, 170001: advisory } } },
    });
    expect((await current().ask('/errata/api/v1/erratum/169025')).status).toBe(404);
    expect(at((await current().ask('/errata/api/v1/erratum/170001')).body, 'errata.rhba.id')).toBe(170001);
  });

  it('lets a patched state win over what a request had made of it', async () => {
    await current().post('/errata/api/v1/erratum/169025/change_state', { form: { new_state: 'REL_PREP' } });
    await current().control('/scenario', {
      patch: { errata: { advisories: { 169025: { state: 'NEW_FILES' } } } },
    });
    const answer = await current().ask('/errata/api/v1/erratum/169025');
    expect(at(answer.body, 'errata.rhba.status')).toBe('NEW_FILES');
  });

  it('changes the course of what runs already', async () => {
    await current().post('/errata/api/v1/erratum/169025/push?defaults=stage');
    const push_outcomes = [[{ status: 'RUNNING' }, { after: '5m', status: 'FAILED' }]];
    await current().control('/scenario', {
      patch: { errata: { advisories: { 169025: { push_outcomes } } } },
    });
    await current().control('/clock', { advance: '6m' });
    expect((await current().ask('/errata/api/v1/erratum/169025/push')).body).toMatchObject([
      { status: 'FAILED' },
    ]);
  });
});

it('names the controls there are', async () => {
  const answer = await current().control('/time');
  expect(answer.status).toBe(404);
  expect(answer.text).toContain('GET /clock');
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
