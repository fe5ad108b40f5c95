import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { at, Bench, bench } from '../bench.ts';
import { watching } from '../kubernetes/testing/events.ts';
import { startSandbox } from '../server.ts';

const RELEASES = '/konflux-cluster/apis/appstudio.redhat.com/v1alpha1/namespaces/demo-tenant/releases';
const ONE = `${RELEASES}?watch=true&fieldSelector=metadata.name%3Ddemo-rel-run`;
const MERGE = { 'content-type': 'application/merge-patch+json' };

const { current, reset } = bench('konflux-team');
beforeEach(reset);

const version = async () => String(at((await current().ask(RELEASES)).body, 'metadata.resourceVersion'));
const label = (value: string) =>
  current().ask(`${RELEASES}/demo-rel-run`, {
    method: 'PATCH',
    headers: MERGE,
    json: { metadata: { labels: { seen: value } } },
  });
const expire = (...expires: string[]) =>
  current().control('/scenario', { patch: { kubernetes: { 'konflux-cluster': { expires } } } });
const reasonOf = (event: unknown) => {
  const conditions = at(event, 'object.status.conditions');
  const released = Array.isArray(conditions)
    ? conditions.find((one) => at(one, 'type') === 'Released')
    : undefined;
  return at(released, 'reason');
};

describe('an open watch', () => {
  it('lets time pass, and hears what that brings', async () => {
    const watch = await watching(current(), `${ONE}&allowWatchBookmarks=true`);
    expect(watch.headers.get('transfer-encoding')).toBe('chunked');
    const [first] = await watch.next();
    expect(first).toMatchObject({ type: 'ADDED', object: { kind: 'Release' } });
    expect(reasonOf(first)).toBe('Progressing');
    await current().to('2026-06-25T12:24:00Z');
    expect(await watch.next()).toMatchObject([{ type: 'BOOKMARK', object: { kind: 'Release' } }]);
    await current().to('2026-06-25T12:30:00Z');
    const [done, mark] = await watch.next(2);
    expect(reasonOf(done)).toBe('Succeeded');
    expect(at(done, 'object.status.completionTime')).toBe('2026-06-25T12:25:00Z');
    expect(at(mark, 'object.metadata.resourceVersion')).toBe(await version());
    watch.leave();
  });

  it('is no change and no surprise in the log', async () => {
    const watch = await watching(current(), ONE);
    await watch.next();
    watch.leave();
    expect(await current().requests()).toMatchObject([
      { method: 'GET', status: 200, expected: true, mutating: false, query: { watch: 'true' } },
    ]);
  });

  it('marks the end of what was there', async () => {
    const watch = await watching(
      current(),
      `${RELEASES}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
    );
    const events = await watch.next(6);
    expect(events.slice(0, 5).every(({ type }) => type === 'ADDED')).toBe(true);
    expect(at(events[5], 'object.metadata.annotations')).toEqual({ 'k8s.io/initial-events-end': 'true' });
    watch.leave();
  });

  it('ends after its time, in virtual time too', async () => {
    const watch = await watching(current(), `${ONE}&timeoutSeconds=600`);
    await watch.next();
    await current().to('2026-06-25T12:30:00Z');
    expect(await watch.rest()).toEqual([]);
  });

  it('goes on where another one stopped', async () => {
    const from = await version();
    await label('first');
    await label('second');
    const watch = await watching(current(), `${ONE}&resourceVersion=${from}`);
    const [first, second] = await watch.next(2);
    expect([first, second].map((event) => at(event, 'object.metadata.labels.seen'))).toEqual([
      'first',
      'second',
    ]);
    const again = await watching(
      current(),
      `${ONE}&resourceVersion=${at(first, 'object.metadata.resourceVersion')}`,
    );
    expect(await again.next()).toEqual([second]);
    watch.leave();
    again.leave();
  });
});

describe('history that was dropped', () => {
  it('ends what is open, and answers what comes with an ERROR event', async () => {
    const from = await version();
    const watch = await watching(current(), `${ONE}&resourceVersion=${from}`);
    await expire('2026-06-25T12:05:00Z');
    await current().to('2026-06-25T12:05:00Z');
    const gone = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } };
    expect(await watch.rest()).toMatchObject([gone]);
    const late = await watching(current(), `${ONE}&resourceVersion=${from}`);
    expect(late.status).toBe(200);
    expect(await late.rest()).toMatchObject([gone]);
    // A list still works, and a watch from it.
    const fresh = await watching(current(), `${ONE}&resourceVersion=${await version()}`);
    await label('after');
    expect(await fresh.next()).toMatchObject([{ type: 'MODIFIED' }]);
    fresh.leave();
  });

  it('is refused at the door where the scenario wants it', async () => {
    await current().control('/scenario', {
      patch: { kubernetes: { 'konflux-cluster': { expired_watch: 'http' } } },
    });
    const from = await version();
    await expire('2026-06-25T12:00:00Z');
    const late = await current().ask(`${ONE}&resourceVersion=${from}`);
    expect(late).toMatchObject({ status: 410 });
    expect(at(late.body, 'message')).toMatch(/^too old resource version: \d+ \(\d+\)$/);
  });

  it('is said by a fault, as every trouble is', async () => {
    for (const [fault, reason] of [
      ['410', 'Expired'],
      ['429', 'TooManyRequests'],
      ['500', 'InternalError'],
    ]) {
      await current().control('/faults', { system: 'konflux-cluster', path: '/releases', fault });
      const answer = await current().ask(ONE);
      expect(answer.status).toBe(Number(fault));
      expect(answer.body).toMatchObject({ kind: 'Status', reason, code: Number(fault) });
    }
  });
});

describe('a watch that breaks', () => {
  it('in the middle of a line', async () => {
    await current().control('/faults', { path: '/releases', fault: 'truncated' });
    const watch = await watching(current(), ONE);
    await expect(watch.next()).rejects.toThrow();
  });

  it('with the world that it watched', async () => {
    const watch = await watching(current(), ONE);
    await watch.next();
    await reset();
    expect(await watch.rest()).toEqual([]);
  });

  it('with the sandbox, which does not wait for it', async () => {
    const other = new Bench(await startSandbox({ scenario: 'konflux-team' }));
    const watch = await watching(other, ONE);
    await watch.next();
    const end = watch.rest().catch(() => 'broken');
    await Promise.race([
      other.sandbox.close(),
      sleep(5_000).then(() => {
        throw new Error('it does not close');
      }),
    ]);
    await end;
  });
});
