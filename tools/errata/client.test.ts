import { expect, test } from 'vitest';
import { expired, held, standIn } from '../../test/support/stand-in.ts';
import { ErrataClient } from './client.ts';

const ERRATUM = '/api/v1/erratum/169025';
const erratum = {
  errata: { rhsa: { id: 169025, fulladvisory: 'RHSA-2026:16165-02', status: 'QE', synopsis: 'x' } },
  blocking_advisories: [169001],
  jira_issues: { jira_issues: [{ jira_issue: { key: 'OCPBUGS-1' } }, { jira_issue: { key: 'OCPBUGS-2' } }] },
};
const document = { id: 169025, people: { assigned_to: 'lead@example.com' } };
const both = { [`GET ${ERRATUM}`]: { body: erratum }, 'GET /advisory/169025.json': { body: document } };

test('an advisory, put together from both of its documents', async () => {
  await using server = await standIn(both);
  const client = new ErrataClient(server.http({ authorization: 'Bearer t' }));
  expect(await client.getAdvisory(169025)).toMatchInlineSnapshot(`
    {
      "blockingAdvisories": [
        169001,
      ],
      "id": 169025,
      "jiraIssues": [
        "OCPBUGS-1",
        "OCPBUGS-2",
      ],
      "name": "RHSA-2026:16165",
      "qaOwner": "lead@example.com",
      "status": "QE",
      "type": "RHSA",
    }
  `);
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer t', 'Bearer t']);
});

test('an advisory that nobody owns and that has no issues', async () => {
  await using server = await standIn({
    [`GET ${ERRATUM}`]: {
      body: { errata: { rhba: { id: 169025, fulladvisory: 'RHBA-2026:16165', status: 'QE' } } },
    },
    'GET /advisory/169025.json': { body: { people: { assigned_to: '' } } },
  });
  const advisory = await new ErrataClient(server.http()).getAdvisory(169025);
  expect(advisory).toMatchObject({
    name: 'RHBA-2026:16165',
    qaOwner: null,
    jiraIssues: [],
    blockingAdvisories: [],
  });
});

test.each([
  [{ status: 401 }, 'auth'],
  [{ status: 404 }, 'not_found'],
  [{ body: { errata: {} } }, 'schema_drift'],
  [{ body: { errata: { rhba: { id: 169025, status: 'QE' } } } }, 'schema_drift'],
  [{ body: '<html>login</html>' }, 'upstream'],
])('%j is %s', async (reply, code) => {
  await using server = await standIn({ ...both, [`GET ${ERRATUM}`]: reply });
  await expect(new ErrataClient(server.http()).getAdvisory(169025)).rejects.toMatchObject({ code });
});

test('owner, state and push are sent as the forms that the tool reads', async () => {
  const job = (id: number, status: string) => ({ id, status, target: { id: 7, name: 'cdn_stage' } });
  await using server = await standIn({
    [`PUT ${ERRATUM}`]: { body: erratum },
    [`POST ${ERRATUM}/change_state`]: { status: 201, body: erratum },
    [`POST ${ERRATUM}/push`]: { status: 201, body: [job(101, 'READY')] },
    [`GET ${ERRATUM}/push`]: { body: [job(101, 'READY'), job(100, 'FAILED')] },
  });
  const client = new ErrataClient(server.http());
  await client.setQaOwner(169025, 'lead+x@example.com', held);
  await client.changeState(169025, 'REL_PREP', held);
  expect(await client.push(169025, held)).toEqual([{ id: 101, status: 'READY', target: 'cdn_stage' }]);
  expect((await client.listPushes(169025)).map(({ id }) => id)).toEqual([100, 101]);
  expect(server.seen.map(({ request, body }) => `${request} ${body}`)).toMatchInlineSnapshot(`
    [
      "PUT /api/v1/erratum/169025 advisory%5Bassigned_to_email%5D=lead%2Bx%40example.com",
      "POST /api/v1/erratum/169025/change_state new_state=REL_PREP",
      "POST /api/v1/erratum/169025/push?defaults=stage ",
      "GET /api/v1/erratum/169025/push ",
    ]
  `);
});

test('a change that the tool refuses is a precondition that did not reach', async () => {
  const refusal = {
    status: 422,
    body: { errors: { base: ['Cannot change state from QE to SHIPPED_LIVE'] } },
  };
  await using server = await standIn({ [`POST ${ERRATUM}/change_state`]: refusal });
  const change = new ErrataClient(server.http()).changeState(169025, 'SHIPPED_LIVE', held);
  await expect(change).rejects.toMatchObject({ code: 'precondition', reached: 'no' });
});

test('nothing is sent without a permit, and nothing twice', async () => {
  await using server = await standIn({ [`POST ${ERRATUM}/push`]: { status: 500 } });
  const client = new ErrataClient(server.http());
  await expect(client.setQaOwner(169025, 'a@example.com', expired)).rejects.toMatchObject({ code: 'stale' });
  await expect(client.changeState(169025, 'QE', expired)).rejects.toMatchObject({ code: 'stale' });
  await expect(client.push(169025, expired)).rejects.toMatchObject({ code: 'stale' });
  expect(server.requests()).toEqual([]);
  await expect(client.push(169025, held)).rejects.toMatchObject({ code: 'upstream', reached: 'maybe' });
  expect(server.requests()).toHaveLength(1);
});

test('Z-P9 a refresh that is refused with 400 is not yet known, never no alerts', async () => {
  const alerts = { alerts: [], blocking: false };
  await using server = await standIn({
    [`POST ${ERRATUM}/security_alerts/refresh`]: [{ status: 400 }, { body: { alerts } }, { status: 500 }],
  });
  const client = new ErrataClient(server.http());
  await expect(client.refreshSecurityAlerts(169025)).rejects.toMatchObject({ name: 'NotYet' });
  expect(await client.refreshSecurityAlerts(169025)).toEqual({ blocking: false, alerts: [] });
  await expect(client.refreshSecurityAlerts(169025)).rejects.toMatchObject({ code: 'upstream' });
});

test('builds of every product version, by name', async () => {
  const nvr = 'rhcos-x86_64-9.6.20260624-0';
  const body = { 'OSE-4.20-RHCOS': { builds: [{ [nvr]: { nvr } }] }, other: { builds: [{ a: {}, b: {} }] } };
  await using server = await standIn({ [`GET ${ERRATUM}/builds`]: { body } });
  expect(await new ErrataClient(server.http()).listBuilds(169025)).toEqual([nvr, 'a', 'b']);
});

test('one blocking alert blocks, whatever the answer says of the whole', async () => {
  const alert = {
    name: 'tracker_without_flaw',
    text: 'OCPBUGS-0 has no flaws',
    how_to_resolve: 'ask',
    blocking: true,
  };
  const body = { alerts: { alerts: [alert], blocking: false } };
  await using server = await standIn({ [`GET ${ERRATUM}/security_alerts`]: { body } });
  expect(await new ErrataClient(server.http()).securityAlerts(169025)).toMatchInlineSnapshot(`
    {
      "alerts": [
        {
          "blocking": true,
          "description": "",
          "howToResolve": "ask",
          "name": "tracker_without_flaw",
          "text": "OCPBUGS-0 has no flaws",
        },
      ],
      "blocking": true,
    }
  `);
});
