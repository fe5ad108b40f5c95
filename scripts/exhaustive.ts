/**
 * Every crash point instead of a sample: `npm run test:exhaustive [-- SEED]`. With `CRASH_JOURNAL` and
 * `CRASH_OUTSIDE` set, a larger sample than `npm test` takes.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));
const [seed] = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [join(home, 'node_modules/vitest/vitest.mjs'), 'run', 'test/crash', '--fileParallelism=false'],
  {
    cwd: home,
    stdio: 'inherit',
    env: {
      CRASH_JOURNAL: 'all',
      CRASH_OUTSIDE: 'all',
      CRASH_READS: 'all',
      ...(seed === undefined ? {} : { CRASH_SEED: seed }),
      ...process.env,
    },
  },
);
process.exitCode = status ?? 1;
