import { describe, expect, it } from 'vitest';
import { reservationName } from './namespace-reserve.ts';
import { ME, OTHER, reserved, TAKEN, world } from './testing/world.ts';

const MINE = 'lead_at_example.com';
const NAME = reservationName(MINE, 'smoke');

describe('bonfire_namespace_extend', () => {
  it('sets the whole length, once, and never a shorter one', async () => {
    await using there = await world();
    await reserved(there, 'smoke');
    const which = { reservation: NAME };
    const [effect] = await there.effects('namespace_extend', { ...which, duration: '6h' });
    expect(effect?.preview).toMatchObject({
      before: { duration: '4h', until: '2026-06-25T16:00:00Z' },
      after: { duration: '6h' },
    });
    expect(await there.write('namespace_extend', { ...which, duration: '6h' })).toMatchObject({ sent: true });
    await there.control('/clock', { advance: '5s' });
    expect(await there.write('namespace_extend', { ...which, duration: '6h' })).toMatchObject({
      sent: false,
      expires_at: '2026-06-25T18:00:00Z',
    });
    await expect(there.write('namespace_extend', { ...which, duration: '5h' })).rejects.toMatchObject({
      rule: 'longer_only',
    });
    const patches = (await there.happened()).filter(({ kind }) => kind === 'object_patched');
    const { uid } = await there.read('namespace_status', which);
    expect(patches).toMatchObject([{ data: { patch: { metadata: { uid }, spec: { duration: '6h' } } } }]);
  });

  it("somebody else's only by force, with a reason that is kept", async () => {
    await using there = await world();
    const input = { namespace: TAKEN.namespace, duration: '8h' };
    await expect(there.write('namespace_extend', input)).rejects.toMatchObject({
      code: 'forbidden',
      rule: 'own_reservation',
    });
    await expect(there.write('namespace_extend', { ...input, force: true })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await there.happened()).toEqual([]);
    const reason = 'they are away and the tests still run';
    await there.write('namespace_extend', { ...input, force: true, reason });
    expect(await there.happened()).toMatchObject([
      {
        data: {
          patch: {
            spec: { duration: '8h' },
            metadata: { annotations: { 'sluice/extended-because': reason } },
          },
        },
      },
    ]);
  });

  it('an expired one cannot be extended', async () => {
    await using there = await world({
      cluster: {
        objects: {
          mine: [
            {
              apiVersion: 'cloud.redhat.com/v1alpha1',
              kind: 'NamespaceReservation',
              metadata: { name: 'late', creationTimestamp: '2026-06-25T10:00:00Z' },
              spec: { duration: '1h', requester: MINE },
              status: { state: 'active', namespace: 'ephemeral-late', expiration: '2026-06-25T11:00:00Z' },
            },
          ],
        },
      },
    });
    await expect(
      there.write('namespace_extend', { reservation: 'late', duration: '8h' }),
    ).rejects.toMatchObject({ rule: 'not_over', message: 'Reservation late has expired.' });
  });
});

describe('bonfire_namespace_release', () => {
  it('deletes exactly that reservation, and its namespace goes with it', async () => {
    await using there = await world();
    const { namespace, uid } = await reserved(there, 'smoke');
    const [effect] = await there.effects('namespace_release', { namespace });
    expect(effect).toMatchObject({
      key: `bonfire/apps/reservations/${uid}/released`,
      preview: { before: { reservation: NAME, namespace }, after: null },
    });
    expect(await there.write('namespace_release', { namespace })).toMatchObject({
      reservation: NAME,
      released: true,
      sent: true,
      summary: `${namespace} is released.`,
    });
    const [, gone] = await there.happened();
    expect(gone).toMatchObject({ kind: 'object_deleted' });
    // Named by its uid: a later one of the same name would have stayed.
    const deletes = (await there.requests()).filter(({ method }) => method === 'DELETE');
    expect(deletes).toMatchObject([{ body: { preconditions: { uid } } }]);
    await expect(there.read('namespace_status', { reservation: NAME })).rejects.toMatchObject({
      code: 'not_found',
    });
    // Asked for again by what was kept of it: done; by a name that says nothing: unknown.
    expect(await there.write('namespace_release', { reservation: NAME, uid })).toMatchObject({
      released: true,
      sent: false,
    });
    await expect(there.write('namespace_release', { reservation: NAME })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('with a uid a later one of the same name stays', async () => {
    await using there = await world();
    await reserved(there, 'smoke');
    expect(
      await there.write('namespace_release', { reservation: NAME, uid: 'of-an-earlier-one' }),
    ).toMatchObject({
      released: true,
      sent: false,
    });
    expect(await there.read('namespace_status', { reservation: NAME })).toMatchObject({ state: 'active' });
  });

  it("somebody else's is refused, whatever is said", async () => {
    await using there = await world();
    await expect(there.write('namespace_release', { namespace: TAKEN.namespace })).rejects.toMatchObject({
      code: 'forbidden',
      rule: 'own_reservation',
    });
    expect(await there.happened()).toEqual([]);
  });

  it('yours is what is reserved under the name that the settings give you', async () => {
    await using there = await world({ settings: { requesters: { [ME]: OTHER } } });
    expect(await there.write('namespace_release', { namespace: TAKEN.namespace })).toMatchObject({
      released: true,
    });
  });

  it('something may still hold it', async () => {
    await using there = await world({
      cluster: {
        objects: {
          mine: [
            {
              apiVersion: 'cloud.redhat.com/v1alpha1',
              kind: 'NamespaceReservation',
              metadata: { name: 'held', finalizers: ['capi-cleanup.cloud.redhat.com'] },
              spec: { duration: '1h', requester: MINE },
              status: { state: 'active', namespace: 'ephemeral-held', expiration: '2026-06-25T13:00:00Z' },
            },
          ],
        },
      },
    });
    expect(await there.write('namespace_release', { reservation: 'held' })).toMatchObject({
      released: false,
      sent: true,
      next: expect.stringContaining('bonfire_namespace_status'),
    });
    expect(await there.write('namespace_release', { reservation: 'held' })).toMatchObject({ sent: false });
  });
});
