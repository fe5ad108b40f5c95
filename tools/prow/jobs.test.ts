import { expect, test } from 'vitest';
import { Registry } from '../../src/kit/registry.ts';
import { principal, services, standIn } from '../../test/support/stand-in.ts';
import { prow } from './module.ts';

const ID = 'bef9b82c-0064-4017-a497-afdca27ffe67';
const options = { principal, now: 0 };
const at = (url: string) =>
  new Registry(
    [prow],
    { prow: { base_url: url, gangway_url: url, token: 'cmd:echo gangway-secret' } },
    services,
  );
const body = 'spec: { job: check }\nstatus: { state: pending, startTime: "2026-06-26T07:57:30Z" }\n';

test('get a job by id or by the ref of its start', async () => {
  await using server = await standIn({ 'GET /prowjob': { body } });
  const answer = await at(server.url).read('prow_get_job', { id: ID }, options);
  expect(answer).toMatchInlineSnapshot(`
    {
      "completed_at": null,
      "env": {},
      "id": "bef9b82c-0064-4017-a497-afdca27ffe67",
      "job": "check",
      "next": "Look again in some minutes.",
      "ref": {
        "id": "bef9b82c-0064-4017-a497-afdca27ffe67",
        "system": "prow",
        "url": null,
      },
      "started_at": "2026-06-26T07:57:30Z",
      "state": "pending",
      "summary": "check is pending.",
      "url": null,
    }
  `);
  const ref = { system: 'prow', id: ID, url: null, attempt: 1 };
  expect(await at(server.url).read('prow_get_job', { ref }, options)).toEqual(answer);
});

test.each([
  {},
  { id: 'x' },
  { ref: { system: 'prow', id: '../x' } },
  { id: ID, ref: { system: 'prow', id: ID } },
])('%j never becomes a request', async (input) => {
  await using server = await standIn({});
  const call = at(server.url).read('prow_get_job', input, options);
  await expect(call).rejects.toMatchObject({ code: 'invalid_input' });
});

test('the probe shows the token to Gangway alone', async () => {
  const nobody = '00000000-0000-4000-8000-000000000000';
  await using server = await standIn({
    'GET /prowjob': { status: 404 },
    [`GET /v1/executions/${nobody}`]: [{ status: 404 }, { status: 403 }],
  });
  const registry = at(server.url);
  expect(await registry.probe(prow)).toMatchObject({ ok: true });
  await expect(registry.probe(prow)).rejects.toMatchObject({ code: 'forbidden' });
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
    undefined,
    'Bearer gangway-secret',
    undefined,
    'Bearer gangway-secret',
  ]);
});
