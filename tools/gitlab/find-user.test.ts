import { expect, test } from 'vitest';
import { standIn } from '../../test/support/stand-in.ts';
import { GitLabClient } from './client.ts';

const user = (id: number, shown: object = {}) => ({ id, username: `u${id}`, name: `User ${id}`, ...shown });

async function find(body: object[]) {
  await using server = await standIn({ 'GET /users': { body } });
  const found = await new GitLabClient(server.http(), []).findUser('lead+x@example.com');
  expect(server.requests()).toEqual(['GET /users?search=lead%2Bx%40example.com']);
  return found;
}

test('nobody', async () => {
  expect(await find([])).toBeUndefined();
});

test('the only one, who hides the address', async () => {
  expect(await find([user(1)])).toEqual({ id: 1, username: 'u1', name: 'User 1' });
});

test('the one who shows it, among others', async () => {
  expect(await find([user(1), user(2, { public_email: 'Lead+X@example.com' })])).toMatchObject({ id: 2 });
});

test('not one who shows another', async () => {
  expect(await find([user(1, { email: 'else@example.com' })])).toBeUndefined();
});

test('several are a conflict, not the first', async () => {
  await expect(find([user(1), user(2)])).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('u1, u2'),
  });
});
