import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startWorld, type World } from './world.ts';

export const C1 = '7094fc6bc90ed46c1b351c6b50649a6259032a9f';
export const C4 = 'a2489b8d0cb8f00772ca02769a807576087b418b';

/** ship-demo by the command line, as at its beginning for each test of the file. */
export function shipDemo<Report>() {
  let world: World | undefined;
  const at = (): World => {
    if (world === undefined) throw new Error('the sandbox has not begun');
    return world;
  };
  beforeAll(async () => {
    world = await startWorld({ scenario: 'ship-demo' });
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
