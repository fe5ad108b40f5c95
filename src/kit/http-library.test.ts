import { describe, expect, it } from 'vitest';
import { held, standIn } from '../../test/support/stand-in.ts';

describe('a fetch for a library', () => {
  it('carries our credentials instead of what the library makes up, and its body as it is', async () => {
    await using server = await standIn({ 'POST /things': { status: 201, body: { id: 1 } } });
    const fetch = server.http({ authorization: 'Bearer ours' }).fetchFor(held);
    const answer = await fetch(new URL(`${server.url}/things`), {
      method: 'post',
      headers: { authorization: 'token theirs', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ a: 'b c' }),
    });
    expect([answer.status, await answer.json()]).toEqual([201, { id: 1 }]);
    expect(server.seen[0]).toMatchObject({
      headers: { authorization: 'Bearer ours', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=b+c',
    });
  });

  it('only reads without a permit', async () => {
    await using server = await standIn({});
    const fetch = server.http().fetchFor();
    await expect(fetch(`${server.url}/things`, { method: 'DELETE' })).rejects.toThrow('only reads are meant');
    expect(server.seen).toEqual([]);
  });

  it('goes to no other host, whatever the library was told', async () => {
    await using server = await standIn({});
    const fetch = server.http().fetchFor();
    await expect(fetch('http://elsewhere.example/things')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('tries a read again, a write never, and words refusals as ours', async () => {
    await using server = await standIn({
      'GET /things': [{ status: 503 }, { body: [] }],
      'POST /things': { status: 503 },
      'GET /gone': { status: 404, body: { message: 'no' } },
    });
    const fetch = server.http().fetchFor(held);
    expect((await fetch(`${server.url}/things`)).status).toBe(200);
    await expect(fetch(`${server.url}/things`, { method: 'POST' })).rejects.toMatchObject({
      code: 'upstream',
    });
    await expect(fetch(`${server.url}/gone`)).rejects.toMatchObject({ code: 'not_found' });
    expect(server.requests()).toEqual(['GET /things', 'GET /things', 'POST /things', 'GET /gone']);
  });
});
