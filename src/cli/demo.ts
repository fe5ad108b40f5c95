import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { z } from 'zod';
import { modules } from '../../tools/modules.ts';
import { createApp, HOME } from '../app.ts';
import type { RunReport } from '../flow/report.ts';
import { isoTime } from '../kit/clock.ts';
import { print, printJson, style } from './output.ts';
import { ProgressTeller } from './progress.ts';

interface DemoOptions {
  scenario: string;
  release: string;
  json: boolean;
}

const Ready = z.object({ url: z.string(), config: z.string(), control: z.string() });
const LAUNCHER = join(HOME, 'bin', 'sluice');
const MOST_ANSWERS = 10;

/** Drives one release in a sandbox and tells a person what happens. Answers the exit code. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const say = options.json ? () => undefined : print;
  const dir = mkdtempSync(join(tmpdir(), 'sluice-demo-'));
  const world = spawn(LAUNCHER, ['sandbox', '--scenario', options.scenario, '--dir', dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const { config, url } = await ready(world);
    say(
      `${style('A z-stream release from beginning to end', 'bold')}, in a sandbox: the systems it talks to are stand-ins at ${url},`,
    );
    say('and their clock is moved on whenever the release has nothing to do but wait.\n');
    const app = createApp({ config, face: 'cli', modules });
    try {
      const engine = await app.engine();
      const teller = new ProgressTeller(say);
      let report: RunReport | undefined;
      for (let answers = 0; answers < MOST_ANSWERS; answers += 1) {
        report = await engine.drive(
          { flow: 'z-stream', inputs: { release: options.release } },
          { untilIdle: true, onChange: (journal) => teller.tell(journal.state) },
        );
        teller.rest(report);
        if (report.state !== 'needs_approval') break;
        await approve(report, config, dirname(config), say);
      }
      if (report === undefined) throw new Error('nothing was driven');
      if (options.json) printJson({ ...report, config, state_folder: engine.services.store.location });
      else farewell(report, config, engine.services.store.location, isoTime(await app.clock.now()), say);
      return report.state === 'done' ? 0 : 5;
    } finally {
      await app.close();
    }
  } finally {
    world.kill('SIGTERM');
  }
}

async function ready(world: ChildProcess): Promise<z.output<typeof Ready>> {
  if (world.stdout === null) throw new Error('the sandbox has no output');
  for await (const line of createInterface({ input: world.stdout })) return Ready.parse(JSON.parse(line));
  throw new Error('the sandbox ended before it was ready');
}

/** Another person, with another key, by the same command that anybody would use. */
async function approve(
  report: RunReport,
  config: string,
  dir: string,
  say: (text: string) => void,
): Promise<void> {
  const blocker = report.blocked_by.find((candidate) => candidate.state === 'needs_approval');
  if (blocker === undefined || report.plan_hash === null)
    throw new Error('an approval is needed and nobody asks for it');
  const args = [
    'approve',
    report.release_id,
    '--step',
    blocker.step,
    '--plan',
    report.plan_hash,
    '--key',
    join(dir, 'keys', 'approver'),
  ];
  say(
    `\n  ${style('The run was begun by rl@example.com, who cannot approve it. approver@example.com signs with a key of their own:', 'yellow')}`,
  );
  say(`  $ sluice ${args.join(' ')}\n`);
  await promisify(execFile)(LAUNCHER, [...args, '--json', '--config', config]);
}

function farewell(
  report: RunReport,
  config: string,
  journal: string,
  now: string,
  say: (text: string) => void,
): void {
  say(`\n${style(report.summary, 'bold')} It is ${now} there.`);
  say(
    `\nThe journal is ${journal}: every intent, effect, look, decision and approval, hash-chained. Look at it:`,
  );
  say(`  export SLUICE_CONFIG=${config}`);
  for (const line of [
    `npx sluice status ${report.key}`,
    `npx sluice explain ${report.key} final-approval`,
    'npx sluice journal verify',
    `npx sluice journal export ${report.release_id}`,
  ]) {
    say(`  ${line}`);
  }
}
