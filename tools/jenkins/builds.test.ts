import { expect, test } from 'vitest';
import { Registry } from '../../src/kit/registry.ts';
import { type Answers, principal, services, standIn } from '../../test/support/stand-in.ts';
import { jenkins } from './module.ts';

const AT = '/job/zstreams/job/Stage-Pipeline';
const build = { number: 1668, url: 'https://j/1668/', queueId: 42, result: null, actions: [] };
const ref = { system: 'jenkins', id: 'queue:42', url: null, attempt: 1 };

async function get(answers: Answers, input: object) {
  await using server = await standIn(answers);
  const settings = { jenkins: { base_url: server.url, user: 'sluice', token: 'cmd:echo jenkins-secret' } };
  const registry = new Registry([jenkins], settings, services);
  const answer = await registry.read('jenkins_get_build', input, { principal, now: 0 });
  const basic = Buffer.from('sluice:jenkins-secret').toString('base64');
  expect(server.seen[0]?.headers.authorization).toBe(`Basic ${basic}`);
  expect(services.redactor.text(`x ${basic}`)).toBe('x [REDACTED]');
  return answer;
}

test('by number, and by a ref that is a number', async () => {
  const answers = { [`GET ${AT}/1668/api/json`]: { body: { ...build, result: 'SUCCESS' } } };
  const answer = await get(answers, { number: 1668 });
  expect(answer).toMatchInlineSnapshot(`
    {
      "job": "zstreams/Stage-Pipeline",
      "number": 1668,
      "parameters": {},
      "ref": {
        "id": "1668",
        "system": "jenkins",
        "url": "https://j/1668/",
      },
      "state": "success",
      "summary": "Build 1668 of zstreams/Stage-Pipeline ended: success.",
      "url": "https://j/1668/",
    }
  `);
  expect(await get(answers, { ref: { ...ref, id: '1668' } })).toEqual(answer);
});

test('a queue item that waits', async () => {
  const answers = { 'GET /queue/item/42/api/json': { body: { id: 42, why: 'busy' } } };
  expect(await get(answers, { ref })).toMatchInlineSnapshot(`
    {
      "job": "zstreams/Stage-Pipeline",
      "next": "Look again in some minutes.",
      "number": null,
      "parameters": {},
      "ref": {
        "id": "queue:42",
        "system": "jenkins",
        "url": null,
      },
      "state": "queued",
      "summary": "A build of zstreams/Stage-Pipeline is queued.",
      "url": null,
    }
  `);
});

test('a queue item that was cancelled', async () => {
  const answers = { 'GET /queue/item/42/api/json': { body: { id: 42, cancelled: true } } };
  expect(await get(answers, { ref })).toMatchObject({ state: 'aborted', number: null });
});

test('a queue item that is a build', async () => {
  const answers = {
    'GET /queue/item/42/api/json': { body: { id: 42, executable: { number: 1668, url: 'https://j/1668/' } } },
    [`GET ${AT}/1668/api/json`]: { body: build },
  };
  expect(await get(answers, { ref })).toMatchObject({ state: 'running', number: 1668 });
});

test('a queue item that Jenkins forgot is known by its build', async () => {
  const answers = {
    'GET /queue/item/42/api/json': { status: 404 },
    [`GET ${AT}/api/json`]: { body: { builds: [{ ...build, number: 1669, queueId: 43 }, build] } },
  };
  expect(await get(answers, { ref })).toMatchObject({ state: 'running', number: 1668 });
  answers[`GET ${AT}/api/json`] = { body: { builds: [] } };
  await expect(get(answers, { ref })).rejects.toMatchObject({ code: 'not_found' });
});

test.each([
  {},
  { number: 0 },
  { number: 1, ref },
  { number: 1, job: '../x' },
  { number: 1, job: 'a?b' },
  { ref: { ...ref, id: '../1' } },
  { ref: { ...ref, id: 'queue:' } },
])('%j never becomes a request', async (input) => {
  await expect(get({}, input)).rejects.toMatchObject({ code: 'invalid_input' });
});
