import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { expired, held, services, standIn } from '../../test/support/stand-in.ts';
import { type ErrorCode, type Reached, SluiceError } from './errors.ts';
import { Http } from './http.ts';
import { Redactor } from './redact.ts';

const Shape = z.object({ ok: z.boolean(), items: z.array(z.object({ id: z.int() })).optional() });

const failureOf = async (work: Promise<unknown>): Promise<SluiceError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof SluiceError) return error;
  throw new Error(`not refused but ${String(error)}`);
};

/** A server that accepts and never answers. */
async function silent(): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const server: Server = createServer((request) => seen.push(`${request.method} ${request.url}`));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

describe('W-S13, promise 53: a read', () => {
  it.each([
    [500, {}],
    [503, {}],
    [429, {}],
    [429, { 'retry-after': '1' }],
  ])('is asked again after %i %j', async (status, headers) => {
    await using server = await standIn({
      'GET /a': [{ status, headers }, { status, headers }, { body: { ok: true } }],
    });
    expect(await server.http().getJson('/a', Shape)).toEqual({ ok: true });
    expect(server.requests()).toHaveLength(3);
  });

  it('is asked again when its answer was cut short', async () => {
    await using server = await standIn({ 'GET /a': [{ body: '{"ok": tr' }, { body: { ok: true } }] });
    expect(await server.http().getJson('/a', Shape)).toEqual({ ok: true });
    expect(server.requests()).toHaveLength(2);
  });

  it('is asked three times at most', async () => {
    await using server = await standIn({ 'GET /a': { status: 502 }, 'GET /b': { body: 'no json' } });
    expect(await failureOf(server.http().getJson('/a', Shape))).toMatchObject({
      code: 'upstream',
      status: 502,
    });
    expect(server.requests()).toHaveLength(3);
    expect(await failureOf(server.http().getJson('/b', Shape))).toMatchObject({ code: 'upstream' });
    expect(server.requests()).toHaveLength(6);
  });

  it('is not asked again when the system wants more patience than a call has', async () => {
    await using server = await standIn({ 'GET /a': { status: 429, headers: { 'retry-after': '120' } } });
    expect(await failureOf(server.http().get('/a'))).toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 120,
    });
    expect(server.requests()).toHaveLength(1);
  });

  it.each([400, 401, 403, 404, 409, 422])('is not asked again after %i', async (status) => {
    await using server = await standIn({ 'GET /a': { status } });
    await failureOf(server.http().get('/a'));
    expect(server.requests()).toHaveLength(1);
  });

  it('is asked once when it is answered', async () => {
    await using server = await standIn({ 'GET /a': { body: { ok: true } } });
    await server.http().getJson('/a', Shape);
    expect(server.requests()).toEqual(['GET /a']);
  });

  it('is asked three times, later each time, when nobody listens', async () => {
    const gone = await standIn({});
    await gone[Symbol.asyncDispose]();
    const asked: string[] = [];
    const waits: number[] = [];
    const clock = { ...services.clock, sleep: async (ms: number) => void waits.push(ms) };
    const transport = async (url: URL, init: RequestInit) => {
      asked.push(url.pathname);
      return await fetch(url, init);
    };
    const http = new Http({ system: 's', baseUrl: gone.url, transport }, { ...services, clock });
    expect(await failureOf(http.get('/a'))).toMatchObject({
      code: 'upstream',
      message: expect.stringContaining('cannot be reached'),
    });
    expect(asked).toEqual(['/a', '/a', '/a']);
    expect(waits).toEqual([300, 600]);
  });

  it('ends within its time limit', async () => {
    const { url, seen } = await silent();
    const http = new Http({ system: 'slow', baseUrl: url }, { ...services, callLimitMs: 60 });
    expect(await failureOf(http.get('/a'))).toMatchObject({
      code: 'timeout',
      message: 'slow: GET /a got no answer within its time limit.',
    });
    expect(seen).toEqual(['GET /a']);
  });
});

describe('promise 2: a write', () => {
  it.each([[500], [503], [429], [504]])('is sent once, also when the answer is %i', async (status) => {
    await using server = await standIn({ 'POST /a': { status } });
    await failureOf(server.http().send('POST', '/a', held, { json: { x: 1 } }));
    expect(server.requests()).toEqual(['POST /a']);
  });

  it('is not sent at all when its permit has run out', async () => {
    await using server = await standIn({});
    expect(await failureOf(server.http().send('POST', '/a', expired))).toMatchObject({ code: 'stale' });
    expect(server.requests()).toEqual([]);
  });

  it('asks its permit after the credentials are there', async () => {
    await using server = await standIn({ 'PUT /a': { body: {} } });
    const order: string[] = [];
    const http = new Http(
      {
        system: 's',
        baseUrl: server.url,
        credentials: async () => {
          order.push('credentials');
          return {};
        },
      },
      services,
    );
    await http.send('PUT', '/a', { ...held, check: () => order.push('permit') });
    expect([order[0], order.at(-1)]).toEqual(['credentials', 'permit']);
  });

  it('may have arrived when no answer came, and has not when nobody listens', async () => {
    const { url, seen } = await silent();
    const lost = new Http({ system: 's', baseUrl: url }, { ...services, callLimitMs: 60 });
    expect(await failureOf(lost.send('POST', '/a', held))).toMatchObject({
      code: 'timeout',
      reached: 'maybe',
    });
    expect(seen).toEqual(['POST /a']);
    const gone = await standIn({});
    await gone[Symbol.asyncDispose]();
    const nobody = new Http({ system: 's', baseUrl: gone.url }, services);
    expect(await failureOf(nobody.send('POST', '/a', held))).toMatchObject({
      code: 'upstream',
      reached: 'no',
    });
  });

  it.each<[number, ErrorCode, Reached]>([
    [302, 'upstream', 'no'],
    [400, 'precondition', 'no'],
    [401, 'auth', 'no'],
    [403, 'forbidden', 'no'],
    [404, 'not_found', 'no'],
    [408, 'timeout', 'maybe'],
    [409, 'conflict', 'no'],
    [410, 'not_found', 'no'],
    [412, 'conflict', 'no'],
    [422, 'precondition', 'no'],
    [429, 'rate_limited', 'no'],
    [500, 'upstream', 'maybe'],
    [502, 'upstream', 'maybe'],
    [503, 'upstream', 'maybe'],
    [504, 'timeout', 'maybe'],
  ])('answered with %i is %s, and reached the system: %s', async (status, code, reached) => {
    await using server = await standIn({ 'POST /a': { status, body: 'because' } });
    expect(await failureOf(server.http().send('POST', '/a', held))).toMatchObject({
      code,
      reached,
      status,
      message: `test: POST /a answered ${status}. It said: "because".`,
    });
  });

  it('takes a status for an answer when its caller says so', async () => {
    await using server = await standIn({ 'POST /a': { status: 409, body: { ok: false } } });
    expect(await server.http().send('POST', '/a', held, { accept: [409] })).toMatchObject({ status: 409 });
  });
});

describe('promise 44: a request', () => {
  it('does not follow a redirect', async () => {
    await using other = await standIn({});
    await using server = await standIn({
      'GET /a': { status: 307, headers: { location: `${other.url}/b` } },
    });
    expect(await failureOf(server.http().get('/a'))).toMatchObject({
      code: 'upstream',
      remedy: expect.stringContaining('Redirects are not followed'),
    });
    expect(other.requests()).toEqual([]);
  });

  it.each([
    ['another host', 'http://localhost:9/x'],
    ['another port', 'http://127.0.0.1:9/x'],
    ['a name with userinfo', 'http://127.0.0.1@evil.example.com/x'],
    ['an IPv6 form of it', 'http://[::ffff:127.0.0.1]:9/x'],
    ['another protocol', 'https://127.0.0.1/x'],
  ])('goes to no %s', async (_name, target) => {
    await using server = await standIn({});
    expect(await failureOf(server.http().get(target))).toMatchObject({ code: 'forbidden', rule: 'egress' });
  });

  it('carries no userinfo, not even to its own host', async () => {
    await using server = await standIn({});
    const target = server.url.replace('://', '://user:pass@');
    expect(await failureOf(server.http().get(`${target}/x`))).toMatchObject({ rule: 'egress' });
  });

  it('cannot leave its host by its path', async () => {
    await using server = await standIn({});
    for (const target of ['@evil.example.com/x', ':80@evil.example.com/', '.evil.example.com/x']) {
      const thrown = await server
        .http()
        .get(target)
        .catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(Error);
    }
    expect(server.requests()).toEqual([]);
  });

  it('goes to a further host that the settings allow', async () => {
    await using other = await standIn({ 'GET /b': { body: { ok: true } } });
    const http = new Http(
      { system: 's', baseUrl: 'http://127.0.0.1:1', allowedHosts: [new URL(other.url).host] },
      services,
    );
    expect(await http.getJson(`${other.url}/b`, Shape)).toEqual({ ok: true });
  });
});

it('promise 54: an answer of another shape names system, endpoint and field; unknown fields are ignored', async () => {
  await using server = await standIn({
    'GET /jobs': { body: { ok: 'yes', items: [{ id: 1 }, { id: 'two' }] } },
    'GET /more': { body: { ok: true, brand_new: 1 } },
  });
  const drift = await failureOf(server.http().getJson('/jobs', Shape));
  expect(drift.code).toBe('schema_drift');
  expect(drift.message).toMatch(
    /^test: the answer of GET \/jobs has not the expected shape: ok: .*; items\[1\]\.id: /,
  );
  expect(server.requests()).toHaveLength(1);
  expect(await server.http().getJson('/more', Shape)).toEqual({ ok: true });
});

it('W-S15, promise 43: what a system says in an error is shown without secrets', async () => {
  const redactor = new Redactor();
  redactor.add('planted-canary-2');
  await using server = await standIn({
    'GET /a': { status: 400, body: 'token planted-canary-2\nis \u202ebad' },
  });
  const http = new Http({ system: 's', baseUrl: server.url }, { ...services, redactor });
  expect((await failureOf(http.get('/a'))).message).toBe(
    's: GET /a answered 400. It said: "token [REDACTED] is bad".',
  );
});

describe('credentials', () => {
  it('are resolved at the first request and once', async () => {
    await using server = await standIn({ 'GET /a': { body: {} } });
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      return { authorization: 'Bearer t' };
    };
    const http = new Http({ system: 's', baseUrl: server.url, credentials }, services);
    expect(asked).toBe(0);
    await http.get('/a');
    await http.get('/a');
    expect(asked).toBe(1);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer t', 'Bearer t']);
  });

  it('W-S12: that are refused are told with what to do, and not asked for again', async () => {
    await using server = await standIn({ 'GET /a': { status: 401, body: 'You must be logged in' } });
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      return { authorization: 'Bearer t' };
    };
    const http = new Http({ system: 'cluster', baseUrl: server.url, credentials }, services);
    expect(await failureOf(http.get('/a'))).toMatchObject({
      code: 'auth',
      message: 'cluster: GET /a answered 401. It said: "You must be logged in".',
      remedy: 'Renew the credential of module cluster and run `sluice doctor`.',
    });
    expect([asked, server.requests()]).toEqual([1, ['GET /a']]);
  });

  it('are asked for again after they could not be read', async () => {
    await using server = await standIn({ 'GET /a': { body: {} } });
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      if (asked === 1) throw new SluiceError('auth', { cause: 'locked', remedy: 'unlock' });
      return {};
    };
    const http = new Http({ system: 's', baseUrl: server.url, credentials }, services);
    expect(await failureOf(http.get('/a'))).toMatchObject({ code: 'auth' });
    expect((await http.get('/a')).status).toBe(200);
  });
});

it.each([
  ['', '/v1/query', '/v1/query'],
  ['/', '/v1/query', '/v1/query'],
  ['/base', '/v1/query', '/base/v1/query'],
  ['/base/', '/v1/query', '/base/v1/query'],
])('W-P18: base %j and path %j are joined with one slash', async (base, path, joined) => {
  await using server = await standIn({ [`GET ${joined}`]: {} });
  await server.http({}, base).get(path);
  await server.http({ authorization: 'Bearer t' }, base).get(path);
  expect(server.requests()).toEqual([`GET ${joined}`, `GET ${joined}`]);
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer t']);
});

it('puts a query and a form together as they belong', async () => {
  await using server = await standIn({ 'GET /base/a': {}, 'POST /base/a': {} });
  const http = server.http({}, '/base/');
  await http.get('/a', { query: { q: 'a&b=c', n: 1, none: undefined } });
  await http.send('POST', '/a', held, { form: { text: 'x&y' } });
  expect(server.requests()).toEqual(['GET /base/a?q=a%26b%3Dc&n=1', 'POST /base/a']);
  expect(server.seen[1]).toMatchObject({
    body: 'text=x%26y',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
});
