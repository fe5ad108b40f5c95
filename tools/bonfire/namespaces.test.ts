import { describe, expect, it } from 'vitest';
import { reservationName } from './namespace-reserve.ts';
import { OTHER, reserved, TAKEN, world } from './testing/world.ts';

const KEY = { key: 'release-1.4-smoke' };
const MINE = 'lead_at_example.com';
const NAME = reservationName(MINE, KEY.key);

describe('bonfire_namespace_reserve', () => {
  it('reserves once for each key, and says how to look', async () => {
    await using there = await world();
    const first = await there.write('namespace_reserve', { ...KEY, duration: '1h30m' });
    expect(first).toMatchObject({
      reservation: NAME,
      state: 'requested',
      namespace: null,
      ready: false,
      sent: true,
      mine: true,
      pool: 'default',
      duration: '1h30m',
      expires_at: '2026-06-25T13:30:00Z',
      next: `bonfire_namespace_status {"reservation":"${NAME}","wait_seconds":40}`,
    });
    expect(NAME).toMatch(/^sluice-release-1-4-smoke-[0-9a-f]{8}$/);
    const [made] = await there.happened();
    expect(made).toMatchObject({
      kind: 'object_created',
      data: {
        object: {
          kind: 'NamespaceReservation',
          metadata: {
            name: NAME,
            labels: { requester: MINE },
            annotations: { 'sluice/reservation-key': KEY.key },
          },
          spec: { duration: '1h30m', pool: 'default', requester: MINE },
        },
      },
    });
    await there.control('/clock', { advance: '10s' });
    const again = await there.write('namespace_reserve', KEY);
    expect(again).toMatchObject({
      sent: false,
      state: 'active',
      ready: true,
      namespace: expect.stringMatching(/^ephemeral-/),
      summary: expect.stringMatching(
        /^No second one was reserved: ephemeral-\w+ is reserved until 2026-06-25T13:30:00Z/,
      ),
      next: expect.stringMatching(/^bonfire_deploy/),
    });
    expect(await there.happened()).toHaveLength(1);
  });

  it('days are written so that the operator can read them', async () => {
    await using there = await world();
    const [effect] = await there.effects('namespace_reserve', { ...KEY, duration: '2d' });
    expect(effect?.preview.after).toMatchObject({ duration: '48h' });
  });

  it('a second one is refused while you hold one, unless you say so', async () => {
    await using there = await world();
    await reserved(there, KEY.key);
    await expect(there.write('namespace_reserve', { key: 'another' })).rejects.toMatchObject({
      code: 'precondition',
      rule: 'one_at_a_time',
      message: expect.stringContaining('is reserved until'),
    });
    expect(await there.write('namespace_reserve', { key: 'another', even_if_reserved: true })).toMatchObject({
      sent: true,
    });
    // Somebody else's key of the same words is another reservation.
    expect(await there.write('namespace_reserve', KEY, 'other@example.com')).toMatchObject({
      sent: true,
      requester: 'other_at_example.com',
    });
  });

  it.each([
    [{ pool: 'gone' }, 'not_found', /Its pools: default, minimal/],
    [{ duration: '10m' }, 'invalid_input', /./],
    [{ duration: '15d' }, 'invalid_input', /./],
    [{ key: 'a b' }, 'invalid_input', /./],
  ])('refuses %j', async (input, code, remedy) => {
    await using there = await world();
    await expect(there.write('namespace_reserve', { ...KEY, ...input })).rejects.toMatchObject({
      code,
      remedy: expect.stringMatching(remedy),
    });
    expect(await there.happened()).toEqual([]);
  });

  it('a pool at its limit is refused', async () => {
    await using there = await world({
      cluster: {
        objects: {
          pools: [
            {
              apiVersion: 'cloud.redhat.com/v1alpha1',
              kind: 'NamespacePool',
              metadata: { name: 'default' },
              spec: { size: 1, sizeLimit: 1, local: false },
              status: { ready: 0, creating: 0, reserved: 1 },
            },
          ],
        },
      },
    });
    await expect(there.write('namespace_reserve', KEY)).rejects.toMatchObject({ rule: 'pool_limit' });
  });

  it('is found after its answer was lost', async () => {
    await using there = await world();
    await there.control('/faults', { system: 'apps-cluster', method: 'POST', fault: 'reset_after' });
    expect(await there.write('namespace_reserve', KEY)).toMatchObject({ sent: true, reservation: NAME });
    expect(await there.happened()).toHaveLength(1);
  });

  it.each([
    [{ deletionTimestamp: '2026-06-25T11:59:00Z', finalizers: ['capi-cleanup'] }, MINE, 'being taken away'],
    [{}, 'somebody', 'is of somebody'],
  ])('one of that name is not taken for it: %j of %s', async (metadata, requester, why) => {
    await using there = await world({
      cluster: {
        objects: {
          other: [
            {
              apiVersion: 'cloud.redhat.com/v1alpha1',
              kind: 'NamespaceReservation',
              metadata: { name: NAME, ...metadata },
              spec: { duration: '1h', requester },
            },
          ],
        },
      },
    });
    await expect(there.write('namespace_reserve', KEY)).rejects.toMatchObject({
      code: 'blocked',
      message: expect.stringContaining(why),
    });
    expect(await there.happened()).toEqual([]);
  });
});

describe('bonfire_namespace_status', () => {
  it('waits until the namespace is there, with progress', async () => {
    await using there = await world();
    await there.write('namespace_reserve', KEY);
    const told: string[] = [];
    const moves: Promise<unknown>[] = [];
    const progress = (message: string) => {
      told.push(message);
      moves.push(there.control('/clock', { advance: '3s' }));
    };
    const answer = await there.read(
      'namespace_status',
      { reservation: NAME, wait_seconds: 20 },
      { progress },
    );
    await Promise.all(moves);
    expect(told).toEqual([`${NAME}: requested`, `${NAME}: waiting`, `${NAME}: active`]);
    expect(answer).toMatchObject({
      state: 'active',
      ready: true,
      environment: 'ready',
      well: true,
      deployments: { done: 0 },
      deploys: [],
      unavailable: [],
    });
  });

  it('when the time is up it says so and how to go on', async () => {
    await using there = await world();
    await there.write('namespace_reserve', KEY);
    expect(await there.read('namespace_status', { reservation: NAME, wait_seconds: 1 })).toMatchObject({
      state: 'requested',
      ready: false,
      well: null,
      next: expect.stringContaining('wait_seconds'),
    });
  });

  it('by namespace, also of somebody else', async () => {
    await using there = await world();
    expect(await there.read('namespace_status', { namespace: TAKEN.namespace })).toMatchObject({
      reservation: TAKEN.reservation,
      requester: OTHER,
      mine: false,
      expires_in: '3h',
    });
  });

  it('what is inside and may not be read is named', async () => {
    await using there = await world({ forbidden: [{ resource: 'pods', namespace: TAKEN.namespace }] });
    expect(await there.read('namespace_status', { namespace: TAKEN.namespace })).toMatchObject({
      state: 'active',
      well: null,
      pods: null,
      unavailable: [{ kind: 'workload', code: 'forbidden' }],
    });
  });

  it.each([
    [{ reservation: 'gone' }, 'not_found'],
    [{ namespace: 'gone' }, 'not_found'],
    [{}, 'invalid_input'],
    [{ reservation: TAKEN.reservation, namespace: 'ephemeral-other' }, 'conflict'],
  ])('refuses %j', async (which, code) => {
    await using there = await world();
    await expect(there.read('namespace_status', which)).rejects.toMatchObject({ code });
  });
});

describe('bonfire_namespace_list', () => {
  it('shows yours first, and what the pools have', async () => {
    await using there = await world();
    await reserved(there, KEY.key);
    const answer = await there.read('namespace_list', {});
    expect(answer).toMatchObject({
      requester: MINE,
      total: 2,
      mine: 1,
      truncated: false,
      reservations: [
        { reservation: NAME, mine: true },
        { reservation: TAKEN.reservation, mine: false, namespace: TAKEN.namespace, state: 'active' },
      ],
      pools: [
        { name: 'default', ready: 2, reserved: 1, size_limit: null },
        { name: 'minimal', ready: 0 },
      ],
      summary: expect.stringMatching(
        /^2 reservations\. Yours: ephemeral-\w+ is reserved until .*Ready: 2 in default, 0 in minimal\.$/,
      ),
    });
    expect(await there.read('namespace_list', { mine: true })).toMatchObject({ total: 1 });
    expect(await there.read('namespace_list', { state: 'waiting' })).toMatchObject({
      total: 0,
      summary: expect.stringMatching(/^No reservation fits\./),
    });
  });

  it('pools that may not be read are named', async () => {
    await using there = await world({ forbidden: [{ resource: 'namespacepools' }] });
    expect(await there.read('namespace_list', {})).toMatchObject({
      total: 1,
      pools: [],
      unavailable: [{ kind: 'namespacepools', code: 'forbidden' }],
    });
  });

  it('W-E02 a login that has run out is auth, never an empty list', async () => {
    await using there = await world({ expired: true });
    await expect(there.read('namespace_list', {})).rejects.toMatchObject({ code: 'auth' });
  });
});
