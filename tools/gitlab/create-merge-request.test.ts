import { expect, test } from 'vitest';
import { FILE, FORK, gitlabWorld, mergeRequest, TARGET } from './testing/world.ts';

const wish = {
  project: TARGET,
  source_project: FORK,
  source_branch: 'release-1',
  title: 'APP-1 - chore(release): release abc to production',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is to arrive as it is
  description: 'From old <to> new & "more" {{x}} ${y} `z`',
  labels: ['release'],
};

test('W-R01: from a fork, once, into the default branch; what is written arrives as it is', async () => {
  const { tell, effects, changes, ask } = await gitlabWorld();
  expect(await tell('create_merge_request', wish)).toMatchInlineSnapshot(`
    {
      "created": true,
      "differs": [],
      "iid": 1,
      "next": "gitlab_get_merge_request {"url":"https://gitlab.example.com/service/config/-/merge_requests/1"}",
      "project": "service/config",
      "source_branch": "release-1",
      "source_project": "bot/config",
      "state": "opened",
      "summary": "!1 of service/config is open: https://gitlab.example.com/service/config/-/merge_requests/1",
      "target_branch": "master",
      "title": "APP-1 - chore(release): release abc to production",
      "url": "https://gitlab.example.com/service/config/-/merge_requests/1",
    }
  `);
  expect(await tell('create_merge_request', wish)).toMatchObject({ iid: 1, created: false, differs: [] });
  expect(await effects()).toEqual([`merge_request_created ${TARGET}!1`]);
  expect(await changes()).toEqual(['POST /gitlab/api/v4/projects/2/merge_requests']);
  const found = await ask('list_merge_requests', { project: TARGET, touching_file: FILE });
  expect(found).toMatchObject({ exists: true, merge_requests: [{ iid: 1, title: wish.title }] });
});

test('W-R21: a lost answer is found again, not sent twice', async () => {
  const { tell, fault, effects } = await gitlabWorld();
  await fault({ system: 'gitlab', method: 'POST', path: '/merge_requests$', fault: 'reset_after' });
  expect(await tell('create_merge_request', wish)).toMatchObject({ iid: 1, created: true });
  expect(await effects()).toHaveLength(1);
});

test('W-R21: what never arrived is said so, and the next call makes it', async () => {
  const { tell, fault, effects } = await gitlabWorld();
  await fault({ system: 'gitlab', method: 'POST', path: '/merge_requests$', fault: 'reset_before' });
  await expect(tell('create_merge_request', wish)).rejects.toMatchObject({ code: 'blocked' });
  expect(await effects()).toEqual([]);
  expect(await tell('create_merge_request', wish)).toMatchObject({ iid: 1, created: true });
});

test.each([
  ['stable', 'forbidden', 'protected'],
  ['master', 'forbidden', 'the default branch'],
  ['nowhere', 'precondition', 'nothing is pushed'],
])('W-R21: branch %s is no source: %s', async (source_branch, code, words) => {
  const { tell, changes } = await gitlabWorld();
  await expect(tell('create_merge_request', { ...wish, source_branch })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(words),
  });
  expect(await changes()).toEqual([]);
});

const SHA = 'c'.repeat(40);
const ended = (state: string, sha = SHA) => ({
  merge_requests: { 7: mergeRequest({ state, sha, source_branch: 'release-1' }) },
});

test('one that was merged from the same commit is the one', async () => {
  const { tell, changes } = await gitlabWorld(ended('merged'), { heads: { 'release-1': SHA } });
  expect(await tell('create_merge_request', wish)).toMatchObject({ iid: 7, state: 'merged', created: false });
  expect(await changes()).toEqual([]);
});

test('a branch that went on after its merge is another change', async () => {
  const { tell } = await gitlabWorld(ended('merged', 'd'.repeat(40)), { heads: { 'release-1': SHA } });
  expect(await tell('create_merge_request', wish)).toMatchObject({ iid: 8, created: true });
});

test('one that somebody closed is not opened again unasked', async () => {
  const { tell, changes } = await gitlabWorld(ended('closed'), { heads: { 'release-1': SHA } });
  await expect(tell('create_merge_request', wish)).rejects.toThrow('was closed');
  expect(await changes()).toEqual([]);
});

test('another target branch, or another source project, is another one', async () => {
  const { tell } = await gitlabWorld({
    heads: { next: SHA },
    merge_requests: { 7: mergeRequest({ source_branch: 'release-1', source_project_id: 1 }) },
  });
  expect(await tell('create_merge_request', wish)).toMatchObject({ iid: 8 });
  expect(await tell('create_merge_request', { ...wish, target_branch: 'next' })).toMatchObject({ iid: 9 });
});

test.each([[['bot/*']], [undefined]])('no write but where settings allow it: %s', async (allowed) => {
  const { tell, changes } = await gitlabWorld({}, {}, { writable_projects: allowed });
  await expect(tell('create_merge_request', wish)).rejects.toMatchObject({
    code: 'forbidden',
    rule: 'gitlab.writable-projects',
  });
  expect(await changes()).toEqual([]);
});

test('the plan shows it, and the key does not depend on how the project is named', async () => {
  const { effectsOf } = await gitlabWorld();
  const [byPath] = await effectsOf('create_merge_request', wish);
  const [byNumber] = await effectsOf('create_merge_request', { ...wish, project: '1', source_project: '2' });
  expect(byPath?.key).toBe(`gitlab/${TARGET}/merge-request/${FORK}:release-1/master`);
  expect(byNumber?.key).toBe(byPath?.key);
  expect(byPath?.preview).toMatchObject({ after: { title: wish.title, from: `${FORK}:release-1` } });
});

test('a draft has its prefix once', async () => {
  const { tell } = await gitlabWorld();
  const made = await tell('create_merge_request', { ...wish, title: 'Draft: x', draft: true });
  expect(made).toMatchObject({ title: 'Draft: x' });
});
