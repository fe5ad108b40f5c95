import { beforeEach, describe, expect, it } from 'vitest';
import { bench } from '../bench.ts';

const SHA = '1'.repeat(40);
const { current, reset } = bench({
  extends: 'z-stream-4.20.27',
  name: 'contracts',
  github: {
    repositories: {
      'demo/app': {
        branches: { main: { head: SHA, files: { 'a.txt': 'a\n' } } },
        commits: { [SHA]: { message: 'one', at: '2026-06-01T00:00:00Z' } },
        pull_requests: {
          '2': { title: 'New', author: 'bob', branch: 'new', head: SHA, created: '2026-06-03T00:00:00Z' },
        },
      },
    },
  },
});

const REPO = '/github/repos/demo/app';
const ISSUE = '/jira/rest/api/3/issue/ART-21265';
const SLACK = '/slack/api';
const DOC = { type: 'doc', version: 1, content: [] };

beforeEach(reset);

const last = async () => (await current().requests()).at(-1);

describe('a request that breaks what its system has published is refused and recorded', () => {
  it.each([
    ['GET', `${REPO}/pulls?state=finished`, undefined, 422, 'query/state: must be equal to one of'],
    [
      'GET',
      `${REPO}/pulls?colour=red`,
      undefined,
      422,
      'query: must NOT have additional properties: "colour"',
    ],
    ['GET', `${REPO}/pulls?per_page=many`, undefined, 422, 'query/per_page: must be integer'],
    ['GET', `${REPO}/pulls/two`, undefined, 404, 'path/pull_number: must be integer'],
    ['GET', `${REPO}/commits?since=yesterday`, undefined, 422, 'query/since: must match format "date-time"'],
    ['PATCH', `${REPO}/pulls/2`, { title: 7 }, 422, 'body/title: must be string'],
    ['PATCH', `${REPO}/pulls/2`, { state: 'merged' }, 422, 'body/state: must be equal to one of'],
    ['POST', `${REPO}/git/refs`, { ref: 'refs/tags/v1' }, 422, "body: must have required property 'sha'"],
    ['POST', `${REPO}/releases`, undefined, 422, 'body: is missing'],
    ['GET', '/jira/rest/api/3/project/search?key=ART', undefined, 400, 'query: must NOT have additional'],
    ['GET', '/jira/rest/api/3/project/search?maxResults=all', undefined, 400, 'query/maxResults: must be'],
    ['GET', '/jira/rest/api/latest/myself', undefined, 400, 'the published document knows no GET'],
    ['PUT', ISSUE, { update: { labels: { add: 'x' } } }, 400, 'body/update/labels: must be array'],
    ['PUT', ISSUE, { update: { labels: [{ append: 'x' }] } }, 400, 'body/update/labels/0: must NOT have'],
    ['PUT', `${ISSUE}/assignee`, { accountId: 7 }, 400, 'body/accountId: must be string'],
    ['POST', `${ISSUE}/watchers`, { accountId: 'acc-qa' }, 400, 'body: must be string'],
    [
      'POST',
      `${ISSUE}/comment`,
      { body: DOC, properties: [{ name: 'x' }] },
      400,
      'body/properties/0: must NOT',
    ],
    [
      'POST',
      '/jira/rest/api/3/version',
      { name: 'x', releaseDate: 'soon' },
      400,
      'body/releaseDate: must match',
    ],
    ['POST', '/jira/rest/api/3/issueLink', { type: { name: 'Blocks' } }, 400, 'body: must have required'],
  ])('%s %s %j', async (method, path, json, status, problem) => {
    const ask = { method, ...(json === undefined ? {} : { json }) };
    expect((await current().ask(path, ask)).status).toBe(status);
    expect(await last()).toMatchObject({
      status,
      expected: false,
      violations: expect.arrayContaining([expect.stringContaining(problem)]),
    });
    expect(await current().effects()).toEqual([]);
  });

  it.each([
    ['chat.postMessage', { text: 'x' }, "arguments: must have required property 'channel'"],
    ['chat.postMessage', { channel: 'art', text: 'x', thread: '1.1' }, '"thread"'],
    ['chat.postMessage', { channel: 'art', text: 'x', unfurl_links: 'no' }, 'unfurl_links: must be boolean'],
    ['chat.update', { channel: 'art', text: 'x' }, "must have required property 'ts'"],
    ['conversations.history', { channel: 'C0FORUMART', limit: 'all' }, 'arguments/limit: must be integer'],
    [
      'conversations.history',
      { channel: 'C0FORUMART', oldest: 'yesterday' },
      'arguments/oldest: must be number',
    ],
    ['users.lookupByEmail', {}, "must have required property 'email'"],
    ['usergroups.list', { include_disabled: 'perhaps' }, 'arguments/include_disabled: must be boolean'],
  ])('slack %s %j', async (method, form, problem) => {
    expect((await current().post(`${SLACK}/${method}`, { form })).body).toMatchObject({
      ok: false,
      error: 'invalid_arguments',
      response_metadata: { messages: [expect.stringContaining(problem)] },
    });
    expect(await last()).toMatchObject({ expected: false, violations: [expect.stringContaining(problem)] });
    expect(await current().effects()).toEqual([]);
  });

  it('what is no JSON', async () => {
    const headers = { 'content-type': 'application/json' };
    const init = {
      method: 'POST',
      headers: { ...current().credentials(REPO), ...headers },
      body: '{"title":',
    };
    const answer = await fetch(`${current().sandbox.url}${REPO}/pulls`, init);
    expect(answer.status).toBe(400);
    expect(await last()).toMatchObject({ expected: false, violations: ['body: is not JSON'] });
  });

  it('also where a fault hides it from the caller, and where nobody may come in', async () => {
    await current().control('/faults', { system: 'github', fault: '500' });
    expect((await current().ask(`${REPO}/pulls?colour=red`)).status).toBe(500);
    expect(await last()).toMatchObject({ status: 500, fault: '500', expected: false });
    const headers = { authorization: 'Bearer wrong' };
    expect((await current().ask(`${REPO}/pulls?colour=red`, { headers })).status).toBe(401);
    expect(await last()).toMatchObject({ status: 401, expected: false });
  });
});

describe('a request that fits is let in', () => {
  it.each([
    ['GET', `${REPO}/pulls?state=all&per_page=2&sort=updated&direction=desc`, undefined, 200],
    ['GET', `${REPO}/contents/a.txt?ref=main`, undefined, 200],
    ['POST', `${REPO}/issues/2/labels`, { labels: ['bug'] }, 200],
    ['PUT', `${ISSUE}/assignee`, { accountId: null }, 204],
    ['POST', `${ISSUE}/comment`, { body: DOC }, 201],
    ['GET', `${ISSUE}?fields=summary,status&expand=changelog`, undefined, 200],
    // These no document of npm's describes.
    ['GET', '/jira/rest/api/3/search/jql?jql=project%20%3D%20ART', undefined, 200],
    ['GET', '/jira/rest/api/2/user/search?username=qa', undefined, 200],
    ['POST', `${SLACK}/chat.postMessage`, { channel: 'art', text: 'x', unfurl_links: false }, 200],
    [
      'POST',
      `${SLACK}/chat.postMessage`,
      { channel: 'art', text: 'x', metadata: { event_type: 'x', event_payload: {} } },
      200,
    ],
    [
      'GET',
      `${SLACK}/conversations.history?channel=C0FORUMART&limit=5&include_all_metadata=true`,
      undefined,
      200,
    ],
  ])('%s %s %j', async (method, path, json, status) => {
    const answer = await current().ask(path, { method, ...(json === undefined ? {} : { json }) });
    expect([answer.status, answer.text]).toEqual([status, expect.not.stringContaining('"ok":false')]);
    expect(await last()).toMatchObject({ expected: true });
    expect(await last()).not.toHaveProperty('violations');
  });
});
