import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const { current, reset } = bench();
const API = '/errata/api/v1/erratum';

beforeEach(reset);

const patch = (id: string, advisory: object) =>
  current().control('/scenario', { patch: { errata: { advisories: { [id]: advisory } } } });

describe('reading', () => {
  it('gives both documents of an advisory', async () => {
    const old = await current().ask('/errata/advisory/169025.json');
    expect(old.body).toMatchObject({
      id: 169025,
      status: 'QE',
      advisory_name: 'RHBA-2026:169025',
      people: { assigned_to: 'openshift-qe@example.com' },
    });
    const erratum = await current().ask(`${API}/169026`);
    expect(at(erratum.body, 'errata.rhsa')).toMatchObject({
      id: 169026,
      status: 'QE',
      fulladvisory: 'RHSA-2026:169026-01',
    });
    expect(at(erratum.body, 'jira_issues.jira_issues.0.jira_issue.key')).toBe('OCPBUGS-86102');
    expect(at(erratum.body, 'blocking_advisories')).toEqual([]);
    expect(at(erratum.body, 'content.content.topic')).toContain('4.20.27');
  });

  it('gives builds and security alerts', async () => {
    const builds = await current().ask(`${API}/169026/builds`);
    const nvr = 'rhcos-x86_64-9.6.20260624-0';
    expect(builds.body).toMatchObject({ 'OSE-4.20-RHCOS': { builds: [{ [nvr]: { nvr } }] } });
    for (const answer of [
      await current().ask(`${API}/169026/security_alerts`),
      await current().post(`${API}/169026/security_alerts/refresh`),
    ]) {
      expect(answer.body).toMatchObject({ alerts: { blocking: false, alerts: [{ blocking: false }] } });
    }
    expect(await current().requests()).toMatchObject([{}, { mutating: false }, { mutating: false }]);
  });

  it('sums up a blocking alert', async () => {
    await patch('169026', { alerts: [{ name: 'tracker', text: 'no flaws', blocking: true }] });
    expect(at((await current().ask(`${API}/169026/security_alerts`)).body, 'alerts.blocking')).toBe(true);
  });

  it('lets in a token or a ticket, and nobody else', async () => {
    expect((await current().ask(`${API}/169025`, { auth: false })).status).toBe(401);
    expect(
      (await current().ask(`${API}/169025`, { headers: { authorization: 'Bearer wrong' } })).status,
    ).toBe(401);
    expect(
      (await current().ask(`${API}/169025`, { headers: { authorization: 'Negotiate YIIx' } })).status,
    ).toBe(200);
  });
});

describe('owner', () => {
  const set = (email: string) =>
    current().ask(`${API}/169025`, { method: 'PUT', form: { 'advisory[assigned_to_email]': email } });

  it('is set once and read back', async () => {
    expect((await set('rl@example.com')).status).toBe(200);
    expect((await set('rl@example.com')).status).toBe(200);
    expect(at((await current().ask('/errata/advisory/169025.json')).body, 'people.assigned_to')).toBe(
      'rl@example.com',
    );
    expect(await current().effects()).toMatchObject([
      {
        kind: 'qa_owner_set',
        key: '169025',
        data: { from: 'openshift-qe@example.com', to: 'rl@example.com' },
      },
    ]);
  });

  it('must be a user', async () => {
    const refused = await set('nobody@example.com');
    expect(refused.status).toBe(422);
    expect(refused.text).toContain("User 'nobody@example.com'");
    expect(await current().effects()).toEqual([]);
  });
});

describe('state', () => {
  const change = (state: string) =>
    current().post(`${API}/169025/change_state`, { form: { new_state: state } });

  it('goes from QE to REL_PREP and back', async () => {
    expect((await change('REL_PREP')).status).toBe(201);
    expect((await change('QE')).status).toBe(201);
    expect(await current().effects()).toMatchObject([
      { kind: 'state_changed', data: { from: 'QE', to: 'REL_PREP' } },
      { kind: 'state_changed', data: { from: 'REL_PREP', to: 'QE' } },
    ]);
  });

  it.each([
    ['NEW_FILES', 'REL_PREP'],
    ['QE', 'QE'],
    ['QE', 'SHIPPED_LIVE'],
    ['SHIPPED_LIVE', 'QE'],
    ['DROPPED_NO_SHIP', 'REL_PREP'],
    ['QE', 'nonsense'],
  ])('refuses %s -> %s', async (from, to) => {
    await patch('169025', { state: from });
    const refused = await change(to);
    expect(refused.status).toBe(422);
    expect(refused.text).toMatch(/error/);
    expect(await current().effects()).toEqual([]);
  });

  it('follows a later step of the timeline after a request had changed it', async () => {
    await patch('169025', {
      state: [{ value: 'QE' }, { at: '2026-06-30T13:00:00Z', value: 'SHIPPED_LIVE' }],
    });
    await change('REL_PREP');
    await current().to('2026-06-30T14:00:00Z');
    expect(at((await current().ask(`${API}/169025`)).body, 'errata.rhba.status')).toBe('SHIPPED_LIVE');
  });
});

describe('push', () => {
  const push = (id = '169025', query = '?defaults=stage') => current().post(`${API}/${id}/push${query}`);

  it('starts, runs and completes over virtual time', async () => {
    expect((await current().ask(`${API}/169025/push`)).body).toEqual([]);
    expect((await push()).status).toBe(201);
    expect((await push('169026')).body).toMatchObject([{ id: 90002, target: { name: 'cdn_stage' } }]);
    expect((await current().ask(`${API}/169025/push`)).body).toMatchObject([
      { id: 90001, status: 'RUNNING' },
    ]);
    await current().control('/clock', { advance: '73m' });
    expect((await current().ask(`${API}/169025/push`)).body).toMatchObject([
      { id: 90001, status: 'COMPLETE' },
    ]);
    expect(await current().effects()).toMatchObject([
      { kind: 'push_created', key: '169025', data: { id: 90001, target: 'cdn_stage' } },
      { kind: 'push_created', key: '169026', data: { id: 90002 } },
    ]);
  });

  it('started twice is there twice', async () => {
    await push();
    await push();
    expect((await current().ask(`${API}/169025/push`)).body).toMatchObject([{ id: 90001 }, { id: 90002 }]);
  });

  it.each([
    [{ state: 'NEW_FILES' }, /NEW_FILES/],
    [{ state: 'DROPPED_NO_SHIP' }, /dropped/],
    [{ signed: false }, /signed/],
  ])('is refused for %j', async (advisory, why) => {
    await patch('169025', advisory);
    const refused = await push();
    expect(refused.status).toBe(422);
    expect(refused.text).toMatch(why);
    expect(await current().effects()).toEqual([]);
  });

  it('needs a target', async () => expect((await push('169025', '')).status).toBe(422));
});
