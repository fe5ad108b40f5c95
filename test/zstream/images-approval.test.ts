import { describe, expect, it } from 'vitest';
import { zstream } from '../../tools/oar/testing/sandbox.ts';

const R = { release: '4.20.27' };
const DAY_BEFORE = '2026-06-29T09:00:00Z';
const LIVE = '2026-06-30T12:47:00Z';
const APPROVED = 'merge_request_approved hybrid-platforms/art/ocp-shipment-data!609';
const MOVED = ['state_changed 169025', 'state_changed 169026'];

const mergeRequest = (fields: object) => ({
  gitlab: {
    projects: { 'hybrid-platforms/art/ocp-shipment-data': { merge_requests: { 609: fields } } },
  },
});
const rhcos = (fields: object) => ({ errata: { advisories: { 169026: fields } } });
const approve = 'oar_change_advisory_status';

describe('Z-P9 security alerts', () => {
  it('400 on refresh is a wait, never "no alerts"', async () => {
    const world = await zstream('z-stream-4.20.27', LIVE);
    await world.patch(rhcos({ alerts_refresh: 'times_out' }));
    await expect(world.write(approve, R)).rejects.toMatchObject({
      name: 'NotYet',
      message: expect.stringContaining('alerts of advisory 169026 cannot be refreshed'),
    });
    expect(await world.changes()).toEqual([]);
    await world.patch(rhcos({ alerts_refresh: 'answers' }));
    await world.write(approve, R);
    expect(await world.changes()).toEqual([APPROVED, ...MOVED]);
  });

  it('a blocking alert of an RHSA stops the approval before its first write', async () => {
    const world = await zstream('z-stream-4.20.27', LIVE);
    await world.patch(rhcos({ alerts: [{ name: 'tracker_without_flaw', text: 'x', blocking: true }] }));
    await expect(world.write(approve, R)).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('tracker_without_flaw'),
    });
    expect(await world.changes()).toEqual([]);
    expect(await world.read('oar_check_rhcos_security_alerts', R)).toMatchObject({
      blocking: [{ name: 'tracker_without_flaw' }],
    });
  });

  it('of an RHBA they are not asked for', async () => {
    const world = await zstream('z-stream-4.20.27', LIVE);
    await world.patch(
      rhcos({
        type: 'RHBA',
        alerts: [{ name: 'x', text: 'x', blocking: true }],
        alerts_refresh: 'times_out',
      }),
    );
    await world.write(approve, R);
    expect(await world.changes()).toEqual([APPROVED, ...MOVED]);
  });
});

describe('Z-P11 final approval', () => {
  it('early-kernel-stop-ship ends it before any write', async () => {
    const world = await zstream('z-stream-4.20.27', LIVE);
    const kernel = 'kernel-5.14.0-570.62.1.el9_6';
    await world.patch({ brew: { tags: { [kernel]: ['rhel-9.6.0-z-candidate', 'early-kernel-stop-ship'] } } });
    await expect(world.write(approve, R)).rejects.toMatchObject({
      code: 'precondition',
      rule: 'early-kernel-stop-ship',
      message: expect.stringContaining(kernel),
    });
    expect(await world.changes()).toEqual([]);
    await world.patch({ brew: { tags: { [kernel]: ['rhel-9.6.0-z-candidate'] } } });
    expect(await world.write(approve, R)).toMatchObject({ summary: expect.not.stringContaining('kernel') });
  });

  it('a kernel that cannot be looked at stops it as well', async () => {
    const world = await zstream('z-stream-4.20.27', LIVE);
    await world.fault({ system: 'koji', fault: '500', times: 10 });
    await expect(world.write(approve, R)).rejects.toMatchObject({ code: 'upstream' });
    expect(await world.changes()).toEqual([]);
  });

  it('says when the kernel was not checked', async () => {
    const world = await zstream('z-stream-4.20.27', LIVE);
    await world.patch(rhcos({ builds: { 'OSE-4.20-RHCOS': null } }));
    expect(await world.write(approve, R)).toMatchObject({
      summary: expect.stringContaining(
        'The kernel was not checked: advisory 169026 has no rhcos-x86_64 build.',
      ),
    });
  });

  it('merged: skips the approval and moves the advisories', async () => {
    const world = await zstream('z-stream-4.20.27', LIVE);
    await world.patch(mergeRequest({ state: 'merged' }));
    await world.write(approve, R);
    expect(await world.changes()).toEqual(MOVED);
  });

  it('open: approved once; approved already: not again', async () => {
    const world = await zstream('z-stream-4.20.27', LIVE);
    await world.write(approve, R);
    await world.write(approve, R);
    expect(await world.changes()).toEqual([APPROVED, ...MOVED]);
    const other = await zstream('z-stream-4.20.27', LIVE);
    await other.patch(mergeRequest({ approved_by: ['sluice-bot'] }));
    await other.write(approve, R);
    expect(await other.changes()).toEqual(MOVED);
  });

  it('closed: an error, and nothing moves', async () => {
    const world = await zstream('z-stream-4.20.27', LIVE);
    await world.patch(mergeRequest({ state: 'closed' }));
    await expect(world.write(approve, R)).rejects.toMatchObject({ code: 'precondition' });
    expect(await world.changes()).toEqual([]);
  });
});

describe('Z-P12 the metadata URL', () => {
  it('not live: a wait after the approval; live: the rest, once', async () => {
    const world = await zstream('z-stream-4.20.27', DAY_BEFORE);
    for (const _ of ['first', 'second']) {
      await expect(world.write(approve, R)).rejects.toMatchObject({ name: 'NotYet', lookAgainSeconds: 1800 });
      expect(await world.changes()).toEqual([APPROVED]);
    }
    await world.to(LIVE);
    await world.write(approve, R);
    await world.write(approve, R);
    expect(await world.changes()).toEqual([APPROVED, ...MOVED]);
  });

  it('an error of the portal by the way is no verdict', async () => {
    const world = await zstream('z-stream-4.20.27', LIVE);
    await world.fault({ system: 'portal', fault: '500', times: 10 });
    await expect(world.write(approve, R)).rejects.toMatchObject({ code: 'upstream' });
    expect(await world.changes()).toEqual([APPROVED]);
  });
});

describe('Z-P13 done in part', () => {
  it('RPM moved, RHCOS refused: only the rest is tried again', async () => {
    const world = await zstream('z-stream-4.20.27', LIVE);
    await world.fault({
      system: 'errata',
      method: 'POST',
      path: '169026/change_state',
      fault: '500',
      times: 1,
    });
    await expect(world.write(approve, R)).rejects.toMatchObject({
      message: expect.stringContaining('169026'),
    });
    expect(await world.changes()).toEqual([APPROVED, MOVED[0]]);
    expect(await world.write(approve, R)).toMatchObject({
      advisories: [
        { kind: 'rpm', state: 'REL_PREP' },
        { kind: 'rhcos', state: 'REL_PREP' },
      ],
    });
    expect(await world.changes()).toEqual([APPROVED, ...MOVED]);
  });

  it('RPM moved, the refresh of RHCOS times out: the same', async () => {
    const world = await zstream('z-stream-4.20.27', LIVE);
    await world.patch({ ...mergeRequest({ state: 'merged' }), ...rhcos({ alerts_refresh: 'times_out' }) });
    await expect(world.write(approve, R)).rejects.toMatchObject({ name: 'NotYet' });
    expect(await world.changes()).toEqual([MOVED[0]]);
    await world.patch(rhcos({ alerts_refresh: 'answers' }));
    await world.write(approve, R);
    expect(await world.changes()).toEqual(MOVED);
  });
});
