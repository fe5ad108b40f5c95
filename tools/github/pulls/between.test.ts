import { expect, test } from 'vitest';
import { standIn } from '../../../test/support/stand-in.ts';
import { GitHubClient } from '../client.ts';
import { pullsBetween } from './read.ts';

const pull = (number: number, label: string | null, base = 'main') => ({
  number,
  title: 'x',
  state: 'open',
  html_url: 'x',
  created_at: 'x',
  updated_at: 'x',
  head: { ref: label?.split(':')[1] ?? 'work', sha: '1'.repeat(40), label },
  base: { ref: base, sha: '2'.repeat(40) },
});

test('what is not between the two branches is left out, should GitHub have ignored the filter', async () => {
  const body = [
    pull(1, 'demo:work'),
    pull(2, 'Demo:work'),
    pull(3, 'demo:Work'),
    pull(4, 'other:work'),
    pull(5, 'demo:work', 'stable'),
    pull(6, null),
  ];
  await using server = await standIn({ 'GET /repos/demo/app/pulls': { body } });
  const found = await pullsBetween(new GitHubClient(server.http()), 'demo/app', 'work', 'main', 'open');
  expect(found.map(({ number }) => number)).toEqual([2, 1]);
  expect(server.requests()).toEqual([
    'GET /repos/demo/app/pulls?head=demo%3Awork&base=main&state=open&per_page=50',
  ]);
});
