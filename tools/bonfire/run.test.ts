import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { demandProgram, run } from './run.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-run-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const node = process.execPath;
const script = (text: string) => ['-e', text];
const given = (limitMs = 10_000, env: Record<string, string> = {}) => ({ limitMs, env });

describe('a program', () => {
  it('is given its arguments as they are: no shell reads them', async () => {
    const odd = ['a b', '$(id)', '; rm -rf /', '`id`', "'", '{{x}}', '*'];
    const { stdout } = await run(
      node,
      [...script('console.log(JSON.stringify(process.argv.slice(1)))'), '--', ...odd],
      given(),
    );
    expect(JSON.parse(stdout)).toEqual(odd);
  });

  it('has the environment that it needs, and nothing else of ours', async () => {
    process.env.SLUICE_TEST_SECRET = 'ours';
    process.env.QONTRACT_BASE_URL = 'https://graphql.example.com';
    try {
      const { stdout } = await run(
        node,
        script('console.log(JSON.stringify(process.env))'),
        given(10_000, { A: 'b' }),
      );
      const env = JSON.parse(stdout);
      expect(env).toMatchObject({
        A: 'b',
        QONTRACT_BASE_URL: 'https://graphql.example.com',
        PATH: process.env.PATH,
      });
      expect(env).not.toHaveProperty('SLUICE_TEST_SECRET');
    } finally {
      delete process.env.SLUICE_TEST_SECRET;
      delete process.env.QONTRACT_BASE_URL;
    }
  });

  it('answers how it ended and what it wrote', async () => {
    const text = "console.log('out'); console.error('err'); process.exit(7)";
    expect(await run(node, script(text), given())).toEqual({ exit: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  it('is stopped at its time limit', async () => {
    const text = "console.log('begun'); setTimeout(() => {}, 60_000)";
    expect(await run(node, script(text), given(1_500))).toEqual({
      exit: null,
      stdout: 'begun\n',
      stderr: '',
    });
  });

  it('is not waited for by an open standard input', async () => {
    const text = "process.stdin.on('end', () => console.log('end')); process.stdin.resume()";
    expect(await run(node, script(text), given())).toMatchObject({ exit: 0, stdout: 'end\n' });
  });

  it('W-X01 that is not there is tool_missing with a hint', async () => {
    const missing = { code: 'tool_missing', remedy: expect.stringContaining('modules.bonfire.program') };
    const plain = join(dir, 'not-executable');
    writeFileSync(plain, '', { mode: 0o644 });
    await expect(run('/no/such/bonfire', [], given())).rejects.toMatchObject(missing);
    await expect(run(plain, [], given())).rejects.toMatchObject(missing);
    await expect(demandProgram('bonfire', '/no/such:')).rejects.toMatchObject(missing);
    await expect(demandProgram(plain)).rejects.toMatchObject(missing);
  });

  it('is found on the PATH, or where it is said to be', async () => {
    const program = join(dir, 'bonfire');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    expect(await demandProgram('bonfire', `/no/such:${dir}`)).toBe(program);
    expect(await demandProgram(program, '')).toBe(program);
  });
});
