import { beforeEach, describe, expect, it } from 'vitest';
import { at, bench } from '../bench.ts';

const { current, reset } = bench();
const [CLOUD, SERVER] = ['/jira/rest/api/3', '/jira/rest/api/2'];
const DOC = { type: 'doc', version: 1, content: [] };
const ISSUE = { project: { key: 'ART' }, issuetype: { id: '10102' }, summary: 'New' };

beforeEach(reset);

const create = (fields: object, api = CLOUD) =>
  current().post(`${api}/issue`, { json: { fields: { ...ISSUE, ...fields } } });

it('keeps what was created: found by a label, with its own key', async () => {
  const created = await create({ labels: ['mine'], description: DOC });
  expect(created).toMatchObject({ status: 201, body: { key: 'ART-21268' } });
  const found = await current().ask(`${CLOUD}/search/jql?jql=${encodeURIComponent('labels = "mine"')}`);
  expect(at(found.body, 'issues')).toMatchObject([
    { key: 'ART-21268', fields: { summary: 'New', issuetype: { name: 'Task' }, description: DOC } },
  ]);
  expect(await current().effects()).toMatchObject([{ kind: 'issue_created', key: 'ART-21268' }]);
});

describe('refuses what Jira refuses', () => {
  it.each([
    ['a description that is no document', { description: 'text' }, 'description'],
    ['a document with an empty text', { description: textDocument('') }, 'description'],
    ['a label with a blank', { labels: ['a b'] }, 'labels'],
    ['a field that is not on the screen', { customfield_1: 'x' }, 'customfield_1'],
    ['nobody', { assignee: { accountId: 'nobody' } }, 'assignee'],
    ['a person in the way of Data Center', { assignee: { name: 'acc-qa' } }, 'assignee'],
    ['a version that is not there', { fixVersions: [{ name: '9' }] }, 'fixVersions'],
    ['a summary of two lines', { summary: 'a\nb' }, 'summary'],
    ['a sub-task without its parent', { issuetype: { id: '10104' } }, 'parent'],
  ])('%s', async (_what, fields, field) => {
    const refused = await create(fields);
    expect(refused.status).toBe(400);
    expect(Object.keys(Object(at(refused.body, 'errors')))).toEqual([field]);
    expect(await current().effects()).toEqual([]);
  });

  it('a document where wiki text belongs', async () => {
    expect((await create({ description: DOC }, SERVER)).status).toBe(400);
    expect((await create({ description: 'h1. x' }, SERVER)).status).toBe(201);
  });

  it('a body with more than it knows', async () => {
    const more = { json: { fields: { summary: 'x' }, extra: true } };
    const edited = await current().ask(`${CLOUD}/issue/ART-21265`, { method: 'PUT', ...more });
    expect(edited.status).toBe(400);
    const linked = await current().post(`${CLOUD}/issueLink`, {
      json: {
        type: { name: 'Likes' },
        inwardIssue: { key: 'ART-21265' },
        outwardIssue: { key: 'ART-21266' },
      },
    });
    expect(linked.status).toBe(404);
    const commented = await current().post(`${SERVER}/issue/ART-21265/comment`, { json: { body: DOC } });
    expect(commented.status).toBe(400);
  });
});

it('has each search in its own version alone', async () => {
  const jql = `?jql=${encodeURIComponent('project = ART')}`;
  expect((await current().ask(`${CLOUD}/search${jql}`)).status).toBe(410);
  expect((await current().ask(`${SERVER}/search/jql${jql}`)).status).toBe(410);
  expect((await current().ask(`${SERVER}/search${jql}&startAt=1&maxResults=1`)).body).toMatchObject({
    startAt: 1,
    total: 3,
    issues: [{ key: 'ART-21266', fields: { reporter: { name: 'acc-boss' } } }],
  });
});

function textDocument(text: string) {
  return { type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] };
}
