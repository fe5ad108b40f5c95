import { expect, test } from 'vitest';
import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import { expired, held, standIn } from '../../test/support/stand-in.ts';
import { GitHubLibrary } from './library.ts';

const Pull = z.object({ number: z.int() });
const AT = { owner: 'demo', repo: 'backend', pull_number: 3 };
const PULL = '/repos/demo/backend/pulls/3';

test('an own server is asked below its base_url, as we are', async () => {
  await using server = await standIn({ [`GET /api/v3${PULL}`]: { body: { number: 3 } } });
  const library = new GitHubLibrary(server.http({ authorization: 'Bearer ours' }, '/api/v3'));
  expect(await library.read(Pull, (octokit) => octokit.rest.pulls.get(AT))).toEqual({ number: 3 });
  expect(server.seen[0]?.headers).toMatchObject({
    authorization: 'Bearer ours',
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
  });
});

test.each([
  [{ status: 401, body: { message: 'Bad credentials' } }, 'auth', /Bad credentials/],
  [{ status: 403, body: { message: 'Resource not accessible' } }, 'forbidden', /not accessible/],
  [{ status: 403, body: { message: 'API rate limit exceeded for user' } }, 'rate_limited', /rate limit/],
  [
    { status: 403, headers: { 'retry-after': '60' }, body: { message: 'a secondary rate limit' } },
    'rate_limited',
    /secondary/,
  ],
  [{ status: 404, body: { message: 'Not Found' } }, 'not_found', /pulls\/3/],
  [{ status: 422, body: { message: 'Validation Failed' } }, 'precondition', /Validation Failed/],
  [{ status: 301, headers: { location: 'https://elsewhere.example/x' } }, 'upstream', /301/],
  [{ body: { number: 'three' } }, 'schema_drift', /GET \/repos\/demo\/backend\/pulls\/3/],
])('%j is %s', async (reply, code, said) => {
  await using server = await standIn({ [`GET ${PULL}`]: reply });
  const reading = new GitHubLibrary(server.http()).read(Pull, (octokit) => octokit.rest.pulls.get(AT));
  const thrown = await reading.catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(SluiceError);
  expect(thrown).toMatchObject({ code, message: expect.stringMatching(said) });
});

test('S13 a body that was cut short is asked for again; a write is not', async () => {
  const cut = { headers: { 'content-type': 'application/json' }, body: '{"num' };
  await using server = await standIn({
    [`GET ${PULL}`]: [cut, { status: 502 }, { body: { number: 3 } }],
    [`PATCH ${PULL}`]: cut,
  });
  const library = new GitHubLibrary(server.http());
  expect(await library.read(Pull, (octokit) => octokit.rest.pulls.get(AT))).toEqual({ number: 3 });
  const write = library.send(Pull, held, (octokit) => octokit.rest.pulls.update(AT));
  await expect(write).rejects.toMatchObject({ code: 'upstream', reached: 'maybe' });
  expect(server.requests().map((request) => request.split(' ')[0])).toEqual(['GET', 'GET', 'GET', 'PATCH']);
});

test('S14 a write whose answer says nothing may have arrived, and nothing leaves without a permit', async () => {
  await using server = await standIn({ [`PATCH ${PULL}`]: { status: 503 } });
  const library = new GitHubLibrary(server.http());
  const write = (permit: typeof held) =>
    library.send(Pull, permit, (octokit) => octokit.rest.pulls.update(AT));
  await expect(write(expired)).rejects.toMatchObject({ code: 'stale' });
  expect(server.requests()).toEqual([]);
  await expect(write(held)).rejects.toMatchObject({ code: 'upstream', reached: 'maybe' });
  expect(server.requests()).toHaveLength(1);
  await expect(library.read(Pull, (octokit) => octokit.rest.pulls.update(AT))).rejects.toThrow('only reads');
  expect(server.requests()).toHaveLength(1);
});

test('pages are followed by their links, up to a number', async () => {
  const next = { link: '<https://elsewhere.example/next>; rel="next"' };
  const list = '/repos/demo/backend/pulls';
  await using server = await standIn({
    [`GET ${list}`]: [
      { headers: next, body: [{ number: 1 }] },
      { headers: next, body: [] },
      { body: [{ number: 2 }] },
    ],
  });
  const library = new GitHubLibrary(server.http());
  const read = (most: number) =>
    library.pages(
      z.array(Pull),
      (octokit, page) => octokit.rest.pulls.list({ owner: 'demo', repo: 'backend', page }),
      most,
    );
  expect(await read(5)).toEqual({ items: [{ number: 1 }, { number: 2 }], complete: true });
  expect(server.requests()).toEqual([`GET ${list}?page=1`, `GET ${list}?page=2`, `GET ${list}?page=3`]);
});

test('where a read is redirected to, without going there', async () => {
  const log = '/repos/demo/backend/actions/jobs/7/logs';
  await using server = await standIn({
    [`GET ${log}`]: [{ status: 302, headers: { location: 'https://logs.example/7' } }, { status: 200 }],
  });
  const library = new GitHubLibrary(server.http());
  const where = () =>
    library.location((octokit) =>
      octokit.rest.actions.downloadJobLogsForWorkflowRun({ owner: 'demo', repo: 'backend', job_id: 7 }),
    );
  expect(await where()).toBe('https://logs.example/7');
  await expect(where()).rejects.toMatchObject({ code: 'schema_drift' });
});
