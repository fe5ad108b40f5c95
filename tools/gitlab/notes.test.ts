import { expect, test } from 'vitest';
import { noteFrom } from './bot-note.ts';
import { gitlabWorld, mergeRequest, TARGET } from './testing/world.ts';

const at = { project: TARGET, iid: 7 };
const said = (author: string, body: string, more: object = {}) => ({
  author,
  body,
  created: '2026-03-02T11:00:00Z',
  ...more,
});

test.each([
  ['bot', 'dev', 'Starting Pipelinerun abc123'],
  ['bot', 'dev', 'Integration test for component xyz'],
  ['bot', 'project_12_bot_ab34', 'hello'],
  ['bot', 'release-bot', 'hello'],
  ['person', 'dev', 'The integration test for this is missing'],
  ['person', 'abbott', 'hello'],
] as const)('P22: %s wrote it: %s: %s', (from, username, body) => {
  expect(noteFrom({ body, author: { username } })).toBe(from);
});

test('discussions: what is unresolved, and what people said', async () => {
  const { ask } = await gitlabWorld({
    merge_requests: {
      7: mergeRequest({
        notes: [
          said('dev', 'Why?', { discussion: 'a', resolved: false, file: 'x.yaml', line: 3 }),
          said('lead', 'Because.', { discussion: 'a', resolved: false }),
          said('dev', 'Done', { discussion: 'b', resolved: true }),
          said('dev', 'Starting Pipelinerun abc'),
          said('dev', 'added 1 commit', { system: true }),
        ],
      }),
    },
  });
  expect(await ask('list_discussions', { ...at, unresolved: true })).toMatchObject({
    unresolved: 1,
    discussions: [{ id: 'a', resolved: false, file: 'x.yaml', line: 3, notes: [{}, { author: 'lead' }] }],
    summary: `!7 of ${TARGET} has 1 such discussion; 1 of all is unresolved.`,
  });
  expect(await ask('list_discussions', at)).toMatchObject({ discussions: [{}, {}] });
  const all = await ask<{ discussions: object[] }>('list_discussions', { ...at, bots: true, system: true });
  expect(all.discussions).toHaveLength(4);
});

test('a note is written once, found by its marker also after a lost answer', async () => {
  const { tell, fault, effects, ask } = await gitlabWorld({ merge_requests: { 7: mergeRequest() } });
  await fault({ system: 'gitlab', method: 'POST', fault: 'reset_after' });
  const wish = { ...at, body: 'Release **1** & `x` <b>', marker: 'release-1/notice' };
  expect(await tell('add_note', wish)).toMatchObject({ note: 900, written: true });
  expect(await tell('add_note', { ...wish, body: 'Other words' })).toMatchObject({ written: false });
  expect(await effects()).toHaveLength(1);
  const [discussion] = (
    await ask<{ discussions: { notes: { text: string }[] }[] }>('list_discussions', { ...at, bots: true })
  ).discussions;
  // Markdown goes as it is, HTML does not.
  expect(discussion?.notes[0]?.text.trim()).toBe('Release **1** & `x`');
});

test('a marker in the note of somebody else keeps ours from nothing', async () => {
  const notes = [said('dev', 'x <!-- sluice-note: m -->')];
  const { tell } = await gitlabWorld({ merge_requests: { 7: mergeRequest({ notes }) } });
  expect(await tell('add_note', { ...at, body: 'Ours', marker: 'm' })).toMatchObject({ written: true });
});

test.each(['/approve', 'Good.\n/lgtm', '  /merge'])('%j is a command and refused', async (body) => {
  const { tell, changes } = await gitlabWorld({ merge_requests: { 7: mergeRequest() } });
  await expect(tell('add_note', { ...at, body })).rejects.toMatchObject({ rule: 'gitlab.no-commands' });
  expect(await changes()).toEqual([]);
});

test('approvals: who did, and which rules still want somebody', async () => {
  const { ask } = await gitlabWorld({
    merge_requests: {
      7: mergeRequest({
        approved_by: ['dev'],
        approvals_required: 2,
        labels: [{ value: ['self-serviceable'] }],
        approval_rules: [
          { name: 'Owners', eligible: ['dev'] },
          { name: 'SRE', eligible: ['lead'] },
        ],
      }),
    },
  });
  expect(await ask('list_approvals', at)).toMatchObject({
    approved: false,
    approved_by: ['dev'],
    approvals_left: 1,
    rules: [
      { name: 'Owners', satisfied: true },
      { name: 'SRE', satisfied: false, eligible: ['lead'] },
    ],
    summary: `!7 of ${TARGET} is approved by dev; 1 approval left, for SRE.`,
  });
  expect(await ask('get_merge_request', at)).toMatchObject({
    status: 'awaiting_review',
    must_approve: { approvals_left: 1, rules_left: ['SRE'], note: expect.stringContaining('/lgtm') },
  });
});
