import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { serveHttp } from '../../src/mcp/http.ts';
import { modules } from '../../tools/modules.ts';
import { connectLegacy, connectModern } from './clients.ts';
import { type HttpServer, startHttp, startWorld, type World } from './world.ts';

interface Ask {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '0' } },
});
const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

describe('serve over HTTP', () => {
  let world: World;
  let server: HttpServer;

  beforeAll(async () => {
    world = await startWorld();
    server = await startHttp(world);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  /** By hand: a fetch does not let a test lie about its host. */
  async function ask({ method = 'GET', path = '/mcp', headers = {}, body }: Ask) {
    const { hostname, port } = new URL(server.url);
    return await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const request = httpRequest({ hostname, port, method, path, headers }, (response) => {
        text(response).then((said) => resolve({ status: response.statusCode ?? 0, body: said }), reject);
      });
      request.once('error', reject);
      request.end(body);
    });
  }

  it('says that it lives', async () => {
    const { status, body } = await ask({ path: '/healthz' });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ status: 'ok', version: '0.1.0' });
  });

  it('knows its paths alone', async () => {
    for (const path of ['/', '/mcp/', '/mcp/nobody', '/mcp/../healthz/x']) {
      const { status, body } = await ask({ path });
      expect(status, path).toBe(404);
      expect(JSON.parse(body)).toMatchObject({
        error: { code: 'not_found', remedy: expect.stringContaining('/mcp/z-stream') },
      });
    }
  });

  it.each([
    ['a foreign Host', { host: 'evil.example.com' }],
    ['a Host that begins like ours', { host: 'localhost.evil.example.com' }],
    ['a foreign Origin', { origin: 'https://evil.example.com' }],
    ['an Origin that is none', { origin: 'null' }],
  ])('promise 46: refuses %s', async (_what, headers) => {
    for (const path of ['/mcp', '/mcp/z-stream', '/healthz']) {
      const answer = await ask({
        method: 'POST',
        path,
        headers: { ...JSON_TYPE, ...headers },
        body: INITIALIZE,
      });
      expect(answer.status, path).toBe(403);
    }
  });

  it('takes an Origin on loopback', async () => {
    const headers = { ...JSON_TYPE, origin: 'http://localhost:5173' };
    expect((await ask({ method: 'POST', headers, body: INITIALIZE })).status).toBe(200);
  });

  it('promise 42: refuses what is no request', async () => {
    const post = async (body: string, headers: Record<string, string> = JSON_TYPE) =>
      (await ask({ method: 'POST', body, headers })).status;
    expect(await post('{"jsonrpc"')).toBe(400);
    expect(await post(INITIALIZE, { ...JSON_TYPE, 'content-type': 'text/plain' })).toBe(415);
    expect(await post(JSON.stringify({ pad: 'x'.repeat(1_100_000) }))).toBe(413);
    expect(await post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}')).toBe(400);
    expect(
      await post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}', {
        ...JSON_TYPE,
        'mcp-session-id': 'made-up',
      }),
    ).toBe(404);
    expect((await ask({ method: 'GET' })).status).toBe(400);
    expect((await ask({ method: 'DELETE', headers: { 'mcp-session-id': 'made-up' } })).status).toBe(404);
  });

  it('gives each persona its path, in both eras', async () => {
    for (const connect of [connectModern, connectLegacy]) {
      await using all = await connect({ url: server.url });
      await using lead = await connect({ url: `${server.url}/z-stream` });
      await using reader = await connect({ url: `${server.url}/reader` });
      const names = async (agent: typeof all) => (await agent.tools()).map(({ name }) => name);
      expect(await names(lead)).toContain('oar_get_test_result');
      // Of several personas none crowds out the others: their tools are found by tool_search.
      expect(await names(all)).toEqual(expect.arrayContaining(['release_drive', 'tool_search', 'tool_call']));
      expect(await names(all)).not.toContain('oar_get_test_result');
      expect(await names(reader)).not.toContain('oar_get_test_result');
      const refused = await reader.call('release_drive', {
        flow: 'z-stream',
        inputs: { release: '4.20.27' },
      });
      expect(refused.text).toMatch(/^forbidden: /);
    }
  });

  it('drives by itself what has become due', async () => {
    await using agent = await connectModern({ url: server.url });
    const begun = await agent.call('release_drive', { flow: 'z-stream', inputs: { release: '4.20.27' } });
    const due = String(begun.data?.next_at);
    await fetch(`${world.sandbox.control}/clock`, { method: 'POST', body: JSON.stringify({ to: due }) });
    // The row of the list changes by driving alone.
    const next = async () => Object((await agent.call('release_list')).data?.releases)[0]?.next_at;
    expect(await next()).toBe(due);
    await expect.poll(next, { timeout: 15_000, interval: 500 }).not.toBe(due);
  });

  it('ends while a client is connected', async () => {
    await using another = await startWorld();
    const short = await startHttp(another);
    await using agent = await connectLegacy({ url: short.url });
    await agent.tools();
    const ended = new Promise((resolve) => short.process.once('exit', resolve));
    short.process.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('promise 46: does not serve beyond loopback', async () => {
    const app = createApp({ config: world.env.SLUICE_CONFIG, face: 'mcp', modules });
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'localhost.example.com', '']) {
      const serving = serveHttp(app, { personas: [], surface: 'core', readOnly: true, host, port: 0 });
      await expect(serving, host).rejects.toMatchObject({ code: 'forbidden' });
    }
  });
});
