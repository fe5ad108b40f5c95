import { expect, it } from 'vitest';
import { nearest } from './suggest.ts';

it.each([
  ['aprovals', 'approvals'],
  ['Sandbox', 'sandbox'],
  ['modlues', 'modules'],
  ['zzzzzzzz', undefined],
  ['', undefined],
])('takes %j for %s', (name, meant) => {
  expect(nearest(name, ['approvals', 'modules', 'sandbox'])).toBe(meant);
});

it('has nothing to suggest where nothing is known', () => {
  expect(nearest('x', [])).toBeUndefined();
});
