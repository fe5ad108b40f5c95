import { expect, test } from 'vitest';
import { mergeRequestOf } from './define.ts';
import { botLabels, stateOfMergeRequest } from './merge-request-state.ts';

const nobody = { approved_by: [], approvals_left: 1 };
const somebody = { approved_by: [{ user: { username: 'lead' } }], approvals_left: 0 };
const open = { state: 'opened' as const, labels: [] as string[] };
const pipeline = (status: string) => ({ head_pipeline: { id: 1, status } });

test.each([
  ['needs_rebase', { ...open, has_conflicts: true, ...pipeline('failed') }, somebody],
  ['needs_rebase', { ...open, detailed_merge_status: 'need_rebase' }, nobody],
  ['needs_rebase', { ...open, labels: ['rebase-error'] }, nobody],
  ['pipeline_failed', { ...open, ...pipeline('failed') }, somebody],
  ['pipeline_failed', { ...open, ...pipeline('canceled') }, nobody],
  ['draft', { ...open, draft: true }, somebody],
  ['on_hold', { ...open, labels: ['do-not-merge/hold'] }, somebody],
  ['changes_requested', { ...open, detailed_merge_status: 'requested_changes' }, nobody],
  ['approved', { ...open, ...pipeline('running') }, somebody],
  ['approved', { ...open, labels: ['bot/approved: high'] }, nobody],
  ['awaiting_review', open, nobody],
  ['awaiting_review', open, { approved: true, approved_by: [], approvals_left: 0 }],
  ['awaiting_review', open, { ...somebody, approvals_left: 1 }],
  ['merged', { ...open, state: 'merged' as const, has_conflicts: true }, nobody],
  ['closed', { ...open, state: 'closed' as const }, somebody],
] as const)('W-P23: %s', (state, facts, approvals) => {
  const given = { ...facts, labels: [...facts.labels] };
  expect(stateOfMergeRequest(given, { ...approvals, approved_by: [...approvals.approved_by] })).toBe(state);
});

test('labels of bots', () => {
  const labels = ['team', 'bot/hold', 'self-serviceable', 'change-owner/x', 'robot/x'];
  expect(botLabels(labels)).toEqual(['bot/hold', 'self-serviceable', 'change-owner/x']);
});

test.each([
  ['Check out !1449', 1449],
  ['MR !123 needs review', 123],
  ['!9', 9],
  ['9', 9],
  [9, 9],
])('W-P05: %j names one', (iid, number) => {
  expect(mergeRequestOf({ project: 'a/b', iid })).toEqual({ project: 'a/b', iid: number });
});

test('W-P04: an address names project and number', () => {
  const url = 'https://gitlab.example.com/group/project/-/merge_requests/1449';
  expect(mergeRequestOf({ url })).toEqual({ project: 'group/project', iid: 1449 });
});

test.each([
  { project: 'a/b', iid: 'No MR here' },
  { project: 'a/b', iid: '!1 or !2' },
  { url: 'not-a-url' },
  { url: '' },
  {},
  { project: 'a/b' },
  { url: 'https://x/a/b/-/merge_requests/1', project: 'a/b', iid: 1 },
])('W-I05, W-P04, P05: %j is not one merge request', (input) => {
  expect(() => mergeRequestOf(input)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});
