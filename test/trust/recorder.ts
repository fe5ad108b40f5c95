import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * Programs that write down with which arguments they were started. `git` then goes on as git; only ours
 * are written down, the sandbox has a git too and lets its own say so by their environment.
 */
export function recordPrograms() {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-programs-'));
  const file = join(folder, 'arguments');
  const real = execFileSync('which', ['git']).toString().trim();
  const say = `{ printf '%s\\0' "$@"; printf '\\n\\0'; } >> '${file}'`;
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  write('git', `if [ "$GIT_LITERAL_PATHSPECS" = 1 ]; then ${say}; fi\nexec '${real}' "$@"`);
  const bonfire = write('bonfire', say);
  const before = process.env.PATH;
  process.env.PATH = `${folder}${delimiter}${before ?? ''}`;
  return {
    bonfire,
    /** The arguments of each program that was started. */
    started: (): string[][] => {
      if (!existsSync(file)) return [];
      const runs = readFileSync(file, 'utf8').split('\n\0');
      return runs.filter((run) => run !== '').map((run) => run.split('\0').slice(0, -1));
    },
    [Symbol.dispose]: () => {
      process.env.PATH = before;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
