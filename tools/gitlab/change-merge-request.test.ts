import { expect, test } from 'vitest';
import { gitlabWorld, mergeRequest, TARGET } from './testing/world.ts';

const given = (more: object = {}) => ({ merge_requests: { 7: mergeRequest(more) } });
const at = { project: TARGET, iid: '!7' };

test('title, labels and draft; once', async () => {
  const { tell, effects, changes } = await gitlabWorld(given({ labels: [{ value: ['old', 'kept'] }] }));
  const wish = { ...at, draft: true, add_labels: ['new'], remove_labels: ['old'] };
  expect(await tell('update_merge_request', wish)).toMatchObject({
    title: 'Draft: Promote backend',
    draft: true,
    labels: ['kept', 'new'],
    changed: true,
  });
  expect(await tell('update_merge_request', wish)).toMatchObject({ changed: false });
  expect(await effects()).toEqual([`merge_request_updated ${TARGET}!7`]);
  expect(await changes()).toHaveLength(1);
  expect(await tell('update_merge_request', { ...at, title: 'Other' })).toMatchObject({
    title: 'Draft: Other',
  });
  expect(await tell('update_merge_request', { ...at, draft: false })).toMatchObject({ title: 'Other' });
});

test('a lost answer of an update is found again', async () => {
  const { tell, fault, changes } = await gitlabWorld(given());
  await fault({ system: 'gitlab', method: 'PUT', fault: 'reset_after' });
  expect(await tell('update_merge_request', { ...at, title: 'New' })).toMatchObject({ changed: true });
  expect(await changes()).toHaveLength(1);
});

test.each([
  [{}, 'Nothing is to be changed'],
  [{ add_labels: ['a'], remove_labels: ['a'] }, 'added and removed'],
])('%j is refused', async (wish, words) => {
  const { tell } = await gitlabWorld(given());
  await expect(tell('update_merge_request', { ...at, ...wish })).rejects.toThrow(words);
});

test('what is merged is left alone', async () => {
  const { tell, changes } = await gitlabWorld(given({ state: 'merged' }));
  await expect(tell('update_merge_request', { ...at, title: 'New' })).rejects.toMatchObject({
    code: 'precondition',
  });
  await expect(tell('close_merge_request', at)).rejects.toMatchObject({ code: 'precondition' });
  expect(await changes()).toEqual([]);
});

test('closed once', async () => {
  const { tell, effects } = await gitlabWorld(given());
  expect(await tell('close_merge_request', at)).toMatchObject({ state: 'closed', changed: true });
  expect(await tell('close_merge_request', at)).toMatchObject({ state: 'closed', changed: false });
  expect(await effects()).toEqual([`merge_request_closed ${TARGET}!7`]);
});
