import { expect, test } from 'vitest';
import { REPO } from '../testing/scenario.ts';
import { world } from '../testing/world.ts';

const OPEN = {
  repository: REPO,
  head: 'fresh',
  base: 'main',
  title: 'Raise <it> {{x}} `y` & "z"\n',
  body: 'a\nb',
};

test('S06 opens one pull request, byte by byte as asked', async () => {
  const { write, changes, requests } = await world();
  expect(await write('github_create_pull_request', OPEN)).toMatchObject({
    outcome: 'sent',
    number: 21,
    state: 'open',
    url: `https://github.com/${REPO}/pull/21`,
  });
  expect(await changes()).toEqual([`pull_request_opened ${REPO}:demo:fresh:main`]);
  const [sent] = (await requests()).filter(({ mutating }) => mutating);
  expect(sent).toMatchObject({
    body: { title: OPEN.title, body: 'a\nb', head: 'demo:fresh', base: 'main', draft: false },
  });
});

test('one that is open is taken as it is', async () => {
  const { write, sent } = await world();
  const input = { ...OPEN, head: 'feature' };
  expect(await write('github_create_pull_request', input)).toMatchObject({ outcome: 'adopted', number: 20 });
  expect(await sent()).toEqual([]);
});

test('S14 R21 a lost answer does not open a second one', async () => {
  const { write, changes, sent, fault } = await world();
  await fault({ system: 'github', method: 'POST', fault: 'reset_after' });
  expect(await write('github_create_pull_request', OPEN)).toMatchObject({ outcome: 'sent', number: 21 });
  expect(await write('github_create_pull_request', OPEN)).toMatchObject({ outcome: 'adopted', number: 21 });
  expect(await changes()).toHaveLength(1);
  expect(await sent()).toHaveLength(1);
});

test('from a fork', async () => {
  const { write, changes } = await world();
  await write('github_create_pull_request', { ...OPEN, head: 'bob:patch' });
  expect(await changes()).toEqual([`pull_request_opened ${REPO}:bob:patch:main`]);
});

test('one that was merged from this very commit counts as done; a branch that went on does not', async () => {
  const { effects, patch } = await world();
  const [effect] = await effects('github_create_pull_request', { ...OPEN, head: 'gone' });
  expect(await effect?.find()).toMatchObject({ state: 'present', data: { number: 11, state: 'merged' } });
  await patch({ repositories: { [REPO]: { branches: { gone: { head: '6'.repeat(40) } } } } });
  expect(await effect?.find()).toEqual({ state: 'absent' });
  await patch({ repositories: { [REPO]: { branches: { gone: null } } } });
  expect(await effect?.find()).toMatchObject({ state: 'unknown' });
});

test('one that was closed without a merge blocks', async () => {
  const { write, patch, sent } = await world();
  await patch({ repositories: { [REPO]: { pull_requests: { '20': { state: 'closed' } } } } });
  const again = write('github_create_pull_request', { ...OPEN, head: 'feature' });
  await expect(again).rejects.toMatchObject({ code: 'blocked', message: expect.stringContaining('#20') });
  expect(await sent()).toEqual([]);
});

test.each([
  [{ head: 'no-such' }, 'precondition', 'head is invalid'],
  [{ base: 'no-such' }, 'precondition', 'base is invalid'],
  [{ head: 'a:b:c' }, 'invalid_input', 'head'],
  [{ head: 'x..y' }, 'invalid_input', 'head'],
])('%j is refused', async (change, code, said) => {
  const { write, changes } = await world();
  await expect(write('github_create_pull_request', { ...OPEN, ...change })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(said),
  });
  expect(await changes()).toEqual([]);
});

test.each([
  ['github_create_pull_request', { ...OPEN, repository: 'elsewhere/x' }],
  ['github_update_pull_request', { repository: 'elsewhere/x', number: 1, title: 'x' }],
  ['github_add_comment', { repository: 'elsewhere/x', number: 1, body: 'x' }],
  ['github_rerun_failed_jobs', { repository: 'elsewhere/x', run: 1, attempt: 1 }],
  ['github_create_release', { repository: 'elsewhere/x', tag: 'v1' }],
  ['github_create_tag', { repository: 'elsewhere/x', tag: 'v1', commit: '1'.repeat(40), message: 'x' }],
])('%s writes nowhere that the settings do not name', async (tool, input) => {
  const { write, requests } = await world();
  await expect(write(tool, input)).rejects.toMatchObject({ code: 'forbidden', rule: 'github.write_to' });
  expect(await requests()).toEqual([]);
});

test('changes what differs and leaves the rest alone', async () => {
  const { write, changes } = await world();
  const input = {
    repository: REPO,
    number: 20,
    title: 'New title',
    add_labels: ['Release', 'urgent'],
    request_reviewers: ['frank', 'carol'],
  };
  expect(await write('github_update_pull_request', input)).toMatchObject({ outcome: 'sent', state: 'open' });
  const key = `${REPO}#20`;
  const once = [`pull_request_changed ${key}`, `labels_added ${key}`, `reviewers_requested ${key}`];
  expect(await changes()).toEqual(once);
  expect(await write('github_update_pull_request', input)).toMatchObject({ outcome: 'adopted' });
  expect(await changes()).toEqual(once);
});

test('who has reviewed already is not asked again', async () => {
  const { write, sent } = await world();
  const input = { repository: REPO, number: 20, request_reviewers: ['Carol'], body: 'Raises it.\r\n' };
  expect(await write('github_update_pull_request', input)).toMatchObject({ outcome: 'adopted' });
  expect(await sent()).toEqual([]);
});

test('closes and opens again, but not what is merged', async () => {
  const { write, sent } = await world();
  const close = { repository: REPO, number: 20, state: 'closed' };
  expect(await write('github_update_pull_request', close)).toMatchObject({ state: 'closed' });
  const merged = write('github_update_pull_request', { ...close, number: 11 });
  await expect(merged).rejects.toMatchObject({ code: 'precondition' });
  await expect(write('github_update_pull_request', { repository: REPO, number: 20 })).rejects.toMatchObject({
    code: 'invalid_input',
  });
  expect(await sent()).toHaveLength(1);
});

test('S14 comments once, also when the answer is lost', async () => {
  const { write, changes, requests, fault } = await world();
  await fault({ system: 'github', method: 'POST', fault: 'timeout_after' });
  const input = { repository: REPO, number: 20, body: 'Deployed & done', key: 'demo-1.2/announce' };
  expect(await write('github_add_comment', input)).toMatchObject({ outcome: 'sent', comment: 1_000 });
  expect(await write('github_add_comment', input)).toMatchObject({ outcome: 'adopted', comment: 1_000 });
  expect(await changes()).toEqual([`comment_added ${REPO}#20`]);
  const [sent] = (await requests()).filter(({ mutating }) => mutating);
  expect(sent).toMatchObject({ body: { body: 'Deployed & done\n\n<!-- sluice: demo-1.2/announce -->' } });
});

test('somebody else’s comment with our marker is not ours', async () => {
  const { write, changes, patch } = await world();
  const forged = { id: 7, author: 'mallory', body: 'Nothing to see\n\n<!-- sluice: announce -->' };
  await patch({ repositories: { [REPO]: { pull_requests: { 20: { comments: [forged] } } } } });
  const input = { repository: REPO, number: 20, body: 'Deployed', key: 'announce' };
  expect(await write('github_add_comment', input)).toMatchObject({ outcome: 'sent', comment: 1_000 });
  expect(await write('github_add_comment', input)).toMatchObject({ outcome: 'adopted', comment: 1_000 });
  expect(await changes()).toHaveLength(1);
});

test('with the token of an app, which is nobody’s, comments of an app are ours', async () => {
  const { write, changes, patch } = await world();
  await patch({ app: true });
  const forged = { id: 7, author: 'mallory', body: '<!-- sluice: announce -->' };
  await patch({ repositories: { [REPO]: { pull_requests: { 20: { comments: [forged] } } } } });
  const input = { repository: REPO, number: 20, body: 'Deployed', key: 'announce' };
  expect(await write('github_add_comment', input)).toMatchObject({ outcome: 'sent' });
  expect(await write('github_add_comment', input)).toMatchObject({ outcome: 'adopted', comment: 1_000 });
  expect(await changes()).toHaveLength(1);
});

test('another key is another comment; without one the text is it', async () => {
  const { write, changes } = await world();
  const input = { repository: REPO, number: 20, body: 'Same' };
  await write('github_add_comment', { ...input, key: 'a' });
  await write('github_add_comment', { ...input, key: 'ab' });
  await write('github_add_comment', { ...input, key: 'b' });
  await write('github_add_comment', input);
  expect(await write('github_add_comment', input)).toMatchObject({ outcome: 'adopted' });
  expect(await changes()).toHaveLength(4);
});

test.each(['a--b', 'a>b', 'a b'])('key %j could end the marker', async (key) => {
  const { write, requests } = await world();
  const call = write('github_add_comment', { repository: REPO, number: 20, body: 'x', key });
  await expect(call).rejects.toMatchObject({ code: 'invalid_input' });
  expect(await requests()).toEqual([]);
});
