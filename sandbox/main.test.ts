import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

it('prints one line when it is ready and ends on SIGTERM', async () => {
  const child = spawn(process.execPath, [MAIN, '--scenario', 'z-stream-rejected'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  const ready = JSON.parse(String(line));
  expect(Object.keys(ready)).toEqual(['url', 'config', 'control']);
  const scenario = await (await fetch(`${ready.control}/scenario`)).json();
  expect(scenario).toMatchObject({ scenario: { name: 'z-stream-rejected' } });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('refuses a scenario that is not there', async () => {
  const child = spawn(process.execPath, [MAIN, '--scenario', 'nothing'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  expect(said).toMatch(/bundled ones: .*z-stream-4\.20\.27/);
});
