import { expect, test } from 'vitest';
import { notesConfigFrom, sorted } from './notes-config.ts';

const change = (number: number, labels: string[], author = 'alice') => ({
  number,
  title: `Change ${number}`,
  author,
  labels,
  url: `https://github.com/demo/backend/pull/${number}`,
});

const CONFIG = `
changelog:
  exclude:
    labels: [ignore]
    authors: [robot]
  categories:
    - title: Breaking
      labels: [breaking]
    - title: Fixes
      labels: [Bug]
      exclude: { labels: [tests] }
    - title: Rest
      labels: ['*']
`;

test('the first category that fits takes a change', () => {
  const changes = [
    change(1, ['bug', 'breaking']),
    change(2, ['bug']),
    change(3, ['bug', 'tests']),
    change(4, []),
    change(5, ['bug', 'ignore']),
    change(6, ['bug'], 'Robot'),
  ];
  const sections = sorted(changes, notesConfigFrom(CONFIG));
  expect(sections.map(({ title, changes: some }) => [title, some.map(({ number }) => number)])).toEqual([
    ['Breaking', [1]],
    ['Fixes', [2]],
    ['Rest', [3, 4]],
  ]);
});

test.each([undefined, '', 'changelog: [', 'changelog: 7', 'changelog:\n  categories: x'])(
  '%j is no categories',
  (text) => {
    expect(sorted([change(1, ['bug'])], notesConfigFrom(text))).toMatchObject([
      { title: '', changes: [{ number: 1 }] },
    ]);
  },
);
