import { expect, test } from 'vitest';
import { Registry } from '../../src/kit/registry.ts';
import { principal, services, standIn } from '../../test/support/stand-in.ts';
import { errata } from './module.ts';

const options = { principal, now: 0 };
const at = (base_url: string) =>
  new Registry([errata], { errata: { base_url, token: 'cmd:echo errata-secret' } }, services);

test('get an advisory', async () => {
  await using server = await standIn({
    'GET /api/v1/erratum/169025': {
      body: {
        errata: { rhba: { id: 169025, fulladvisory: 'RHBA-2026:16165-01', status: 'QE' } },
        jira_issues: { jira_issues: [{ jira_issue: { key: 'OCPBUGS-1' } }] },
      },
    },
    'GET /advisory/169025.json': { body: { people: { assigned_to: 'lead@example.com' } } },
  });
  expect(await at(server.url).read('errata_get_advisory', { id: 169025 }, options)).toMatchInlineSnapshot(`
    {
      "blocking_advisories": [],
      "id": 169025,
      "jira_issues": [
        "OCPBUGS-1",
      ],
      "name": "RHBA-2026:16165",
      "qa_owner": "lead@example.com",
      "status": "QE",
      "summary": "RHBA-2026:16165 (169025) is in QE, QA owner lead@example.com, 1 Jira issue.",
      "type": "RHBA",
    }
  `);
  expect(server.seen[0]?.headers.authorization).toBe('Bearer errata-secret');
});

test.each([0, -1, 1.5, '169025', '../169025'])('id %j never becomes a request', async (id) => {
  await using server = await standIn({});
  const call = at(server.url).read('errata_get_advisory', { id }, options);
  await expect(call).rejects.toMatchObject({ code: 'invalid_input' });
});

test('the probe passes where we are let in, and says auth where not', async () => {
  await using server = await standIn({ 'GET /api/v1/erratum/1': [{ status: 404 }, { status: 401 }] });
  const registry = at(server.url);
  expect(await registry.probe(errata)).toEqual({ ok: true, detail: 'lets us in' });
  await expect(registry.probe(errata)).rejects.toMatchObject({ code: 'auth' });
});
