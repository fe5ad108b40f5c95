import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { QUICK } from '../support/quick.ts';

const PRELOAD = fileURLToPath(new URL('preload.ts', import.meta.url));

export interface End {
  code: number | null;
  signal: string | null;
  err: string;
}

/** Runs a process that preload.ts may kill at one of its points. */
export async function runMortal(entry: URL, env: Record<string, string>): Promise<End> {
  const child = spawn(process.execPath, ['--import', QUICK, '--import', PRELOAD, fileURLToPath(entry)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return await new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, err })));
}
