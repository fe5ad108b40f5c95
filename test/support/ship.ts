import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startWorld, type World, type WorldOptions } from './world.ts';

export const C1 = '7094fc6bc90ed46c1b351c6b50649a6259032a9f';
export const C4 = 'a2489b8d0cb8f00772ca02769a807576087b418b';

const FILE = 'data/services/demo/cicd/demo-backend.yml';

/** The file in which ship-demo declares its refs as upstream has it, byte by byte. */
export function declaredIn(world: World): string {
  // A folder for each world that was begun here; the last one counts.
  const worlds = readdirSync(join(world.sandbox.dir, 'git')).map(Number);
  const root = join(world.sandbox.dir, 'git', String(Math.max(...worlds)));
  const repository = join(root, 'service', 'app-interface.git');
  return execFileSync('git', ['-C', repository, 'show', `refs/heads/master:${FILE}`]).toString('latin1');
}

/** ship-demo by the command line, as at its beginning for each test of the file. */
export function shipDemo<Report>(options: WorldOptions = {}) {
  let world: World | undefined;
  const at = (): World => {
    if (world === undefined) throw new Error('the sandbox has not begun');
    return world;
  };
  beforeAll(async () => {
    world = await startWorld({ scenario: 'ship-demo', ...options });
  });
  beforeEach(() => at().fresh());
  afterAll(() => at().close());

  const cli = async (...args: string[]): Promise<Report> => {
    const { out, err } = await at().run([...args, '--json']);
    const report = JSON.parse(out);
    if (report.error !== undefined) throw new Error(`${report.error.code}: ${report.error.cause} ${err}`);
    return report;
  };
  return { world: at, cli, drive: (...args: string[]) => cli('drive', ...args, '--until-idle') };
}
