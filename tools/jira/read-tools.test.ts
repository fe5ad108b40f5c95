import { expect, it } from 'vitest';
import { jiraWorld } from './testing/world.ts';

it('W-P15 an issue: a status of two words stays whole, other issues that it names', async () => {
  const world = await jiraWorld();
  expect(await world.read('jira_get_issue', { key: 'DEMO-1' })).toMatchObject({
    key: 'DEMO-1',
    title: 'The parent',
    status: 'In Progress',
    description: 'See DEMO-2 and RFC-2119.',
    named: ['DEMO-2'],
    links: ['https://git.example.com/demo/pull/1'],
    status_changes: [{ at: '2026-06-20T08:00:00.000+0000', to: 'In Progress' }],
    summary: 'DEMO-1 (Story) is In Progress, assigned to nobody.',
  });
  await expect(world.read('jira_get_issue', { key: 'DEMO-99' })).rejects.toMatchObject({ code: 'not_found' });
  await expect(world.read('jira_get_issue', { key: 'not-a-key' })).rejects.toMatchObject({
    code: 'invalid_input',
  });
});

it.each(['cloud', 'datacenter'] as const)('a search goes on where it stopped (%s)', async (flavor) => {
  const world = await jiraWorld({ flavor });
  const jql = 'project = DEMO';
  const first = await world.read('jira_search_issues', { jql, limit: 2 });
  expect(first).toMatchObject({ issues: [{ key: 'DEMO-1' }, { key: 'DEMO-2' }], more: true });
  const second = await world.read('jira_search_issues', { jql, limit: 2, cursor: first.next_cursor });
  expect(second).toMatchObject({ issues: [{ key: 'DEMO-3' }], more: false, next_cursor: null });
  const paths = (await world.requests()).map(({ path }) => path);
  expect(new Set(paths)).toEqual(
    new Set([flavor === 'cloud' ? '/jira/rest/api/3/search/jql' : '/jira/rest/api/2/search']),
  );
});

it('W-P22 comments, the latest of people alone', async () => {
  const world = await jiraWorld();
  expect(await world.read('jira_list_comments', { key: 'DEMO-1', limit: 3 })).toMatchObject({
    comments: [{ bot: true }, { bot: true }, { bot: true, text: 'Done.' }],
    total: 4,
    truncated: true,
  });
  expect(await world.read('jira_list_comments', { key: 'DEMO-1', people_only: true })).toEqual({
    key: 'DEMO-1',
    comments: [
      {
        id: '1',
        author: 'Devin Maker',
        created: '2026-06-21T08:00:00.000+0000',
        text: 'Looks good',
        bot: false,
        key: null,
      },
    ],
    total: 1,
    truncated: false,
    summary: 'DEMO-1 has 1 comments of people.',
  });
});

it('links read from the issue that is asked for', async () => {
  const world = await jiraWorld();
  expect(await world.read('jira_list_links', { key: 'DEMO-1' })).toMatchObject({
    issues: [{ type: 'Blocks', phrase: 'blocks', key: 'DEMO-2', title: 'Another', status: 'New' }],
    addresses: ['https://git.example.com/demo/pull/1'],
  });
  expect(await world.read('jira_list_links', { key: 'DEMO-2' })).toMatchObject({
    issues: [{ phrase: 'is blocked by', key: 'DEMO-1', status: 'In Progress' }],
    addresses: [],
  });
});

it('sub-tasks, versions, projects, transitions', async () => {
  const world = await jiraWorld();
  expect(await world.read('jira_list_subtasks', { key: 'DEMO-1' })).toEqual({
    key: 'DEMO-1',
    subtasks: [{ key: 'DEMO-3', title: 'A part', status: 'Closed' }],
    open: 0,
    summary: 'DEMO-1 has 1 sub-tasks, 0 of them open.',
  });
  expect(await world.read('jira_list_versions', { project: 'DEMO', unreleased_only: true })).toMatchObject({
    versions: [{ name: '1.1', released: false }],
    total: 1,
  });
  expect(await world.read('jira_list_projects', { query: 'dem' })).toEqual({
    projects: [{ key: 'DEMO', name: 'Demo' }],
    truncated: false,
    summary: '1 projects.',
  });
  expect(await world.read('jira_list_transitions', { key: 'DEMO-1' })).toEqual({
    key: 'DEMO-1',
    status: 'In Progress',
    transitions: [{ id: '21', name: 'Resolve', to: 'Done', required: ['Resolution'] }],
    summary: 'DEMO-1 is In Progress; it can become Done.',
  });
});

it.each(['cloud', 'datacenter'] as const)('the changelog, of one field (%s)', async (flavor) => {
  const world = await jiraWorld({ flavor });
  expect(await world.read('jira_get_changelog', { key: 'DEMO-1', field: 'Status' })).toMatchObject({
    changes: [{ by: 'Devin Maker', field: 'status', from: 'New', to: 'In Progress' }],
    total: 1,
    truncated: false,
  });
});

it('a person fits exactly or has to be chosen', async () => {
  const world = await jiraWorld();
  expect(await world.read('jira_find_user', { query: 'Devin Maker' })).toMatchObject({
    user: { id: 'acc-dev' },
    candidates: [{ exact: true }, { id: 'acc-dev2', exact: false }],
  });
  expect(await world.read('jira_find_user', { query: 'Sam Twin' })).toMatchObject({
    user: null,
    summary: 'Nobody fits exactly; 2 candidates.',
  });
});

it('a body cut short is asked for again; a refusal is worded as ours', async () => {
  const world = await jiraWorld();
  await world.fault({ fault: 'truncated', path: 'transitions$' });
  await expect(world.read('jira_list_transitions', { key: 'DEMO-1' })).resolves.toMatchObject({
    key: 'DEMO-1',
  });
  const [wrong] = [await jiraWorld({ settings: { user: 'x', token: 'env:JIRA_TEST_WRONG_TOKEN' } })];
  process.env.JIRA_TEST_WRONG_TOKEN = 'not-the-token';
  await expect(wrong?.read('jira_list_projects', {})).rejects.toMatchObject({ code: 'auth' });
});

it('Data Center is asked by version 2 alone, with the token as Bearer', async () => {
  const world = await jiraWorld({ flavor: 'datacenter' });
  await world.read('jira_get_issue', { key: 'DEMO-1' });
  await world.read('jira_list_projects', { query: 'demo' });
  await world.read('jira_find_user', { query: 'devin' });
  await world.read('jira_list_comments', { key: 'DEMO-1' });
  const requests = await world.requests();
  expect(requests.filter(({ path }) => !path.startsWith('/jira/rest/api/2/'))).toEqual([]);
  expect(requests.filter(({ expected }) => !expected)).toEqual([]);
});

it('Cloud needs to know whose the token is', async () => {
  const world = await jiraWorld({ flavor: 'datacenter', settings: { flavor: 'cloud' } });
  await expect(world.read('jira_list_projects', {})).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('needs user'),
  });
});
