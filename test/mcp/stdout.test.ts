import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { QUICK } from '../support/quick.ts';
import { ENTRY, startWorld } from './world.ts';

const HELLO = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '0' } },
};

describe('stdio', () => {
  it('carries JSON-RPC alone on stdout, whatever happens, and ends with its client', async () => {
    await using world = await startWorld();
    const child = spawn(process.execPath, ['--import', QUICK, ENTRY], {
      env: { ...world.env, SLUICE_LOG: 'debug' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const [out, err] = [text(child.stdout), text(child.stderr)];
    const answered = new Promise<void>((resolve) => {
      let seen = '';
      child.stdout.on('data', (chunk: Buffer) => {
        seen += chunk.toString('utf8');
        if (/"id":4\b/.test(seen) && /"id":5\b/.test(seen)) resolve();
      });
    });
    const send = (message: object) =>
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const call = (id: number, name: string, args: object) =>
      send({ id, method: 'tools/call', params: { name, arguments: args } });
    send({ id: 0, ...HELLO });
    send({ method: 'notifications/initialized' });
    child.stdin.write('this is not JSON\n{"jsonrpc":"2.0","id":99}\n');
    send({ id: 1, method: 'tools/list' });
    call(2, 'release_status', { release_id: 'none' });
    call(3, 'no_such_tool', {});
    call(4, 'release_drive', { flow: 'z-stream', inputs: { release: '4.20.27' } });
    // The outside goes away in the middle.
    await world.sandbox.close();
    call(5, 'tool_call', { tool: 'jenkins_get_build', arguments: { number: 'x' } });
    await answered;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.end();
    expect(await ended).toBe(0);
    const lines = (await out).split('\n').filter((line) => line !== '');
    const ids = lines.map((line) => Object(JSON.parse(line)));
    expect(ids.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true);
    expect(lines.length).toBeGreaterThanOrEqual(5);
    expect(await err).toContain('refused');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends at %s', async (signal) => {
    await using world = await startWorld();
    const child = spawn(process.execPath, ['--import', QUICK, ENTRY], {
      env: world.env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 0, ...HELLO })}\n`);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill(signal);
    expect(await ended).toBe(0);
  });
});
