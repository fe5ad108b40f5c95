import { dirname, join } from 'node:path';
import { type Exit, RELEASE, type World } from './world.ts';

export interface Story {
  /** How many processes were killed on the way. */
  killed: number;
  last: Exit;
}

const MOST_PROCESSES = 30;

/**
 * Drives a release to its end as people would: drive, approve with the second key, drive on; after a
 * crash simply the same again.
 */
export async function play(world: World, env: Record<string, string> = {}): Promise<Story> {
  let killed = 0;
  for (let processes = 0; processes < MOST_PROCESSES; processes += 1) {
    const drive = await world.run(['drive', 'z-stream', `release=${RELEASE}`, '--until-idle', '--json'], env);
    if (drive.signal !== null) {
      killed += 1;
      continue;
    }
    const report = JSON.parse(drive.out);
    if (report.state === 'done') return { killed, last: drive };
    if (report.state === 'needs_approval') {
      const approved = await approve(world, report.plan_hash, env);
      if (approved.signal !== null) killed += 1;
      continue;
    }
    if (report.state === 'waiting' || report.state === 'running') continue;
    throw new Error(`the story stopped at ${report.state ?? drive.out}: ${report.summary ?? drive.err}`);
  }
  throw new Error('the story does not end');
}

async function approve(world: World, hash: string, env: Record<string, string>): Promise<Exit> {
  const key = join(dirname(world.sandbox.config), 'keys', 'approver');
  return await world.run(
    ['approve', RELEASE, '--step', 'final-approval', '--plan', hash, '--key', key, '--json'],
    env,
  );
}
