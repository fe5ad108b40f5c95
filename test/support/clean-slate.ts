import { afterAll, vi } from 'vitest';
import { endFile } from './file-end.ts';

/** Test files share a process (vitest.config.ts): each leaves it as it found it. */
const environment = { ...process.env };
const folder = process.cwd();

afterAll(async () => {
  await endFile();
  vi.unstubAllEnvs();
  process.chdir(folder);
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
