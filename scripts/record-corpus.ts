import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { play } from '../test/support/story.ts';
import { startWorld } from '../test/support/world.ts';

/**
 * Records journals with the present version into test/corpus/VERSION: what every later version has to
 * read. A recorded file is never changed; a new version adds a folder.
 */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const folder = join(import.meta.dirname, '..', 'test', 'corpus', version);

async function main(): Promise<void> {
  if (!process.argv.includes('--again')) mkdirSync(folder);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await zStream();
  await releaseProd();
}

async function zStream(): Promise<void> {
  const world = await startWorld();
  await world.fresh();
  const drive = ['drive', 'z-stream', 'release=4.20.27', '--until-idle', '--json'];
  await world.run(drive);
  await keep(world.run, 'z-stream-4.20.27', 'z-stream-needs-approval');
  await play(world);
  await keep(world.run, 'z-stream-4.20.27', 'z-stream-done');
  await world.fresh();
  await world.run(['drive', 'z-stream', 'release=4.20.27', '--json']);
  await world.run(['cancel', 'z-stream-4.20.27', '--reason', 'recorded for the corpus', '--json']);
  await keep(world.run, 'z-stream-4.20.27', 'z-stream-cancelled');
  await world.close();
}

async function releaseProd(): Promise<void> {
  const world = await startWorld({ scenario: 'ship-demo' });
  await world.fresh();
  const id = 'release-prod-demo-backend';
  const drive = async (...words: string[]) =>
    JSON.parse((await world.run(['drive', ...words, '--until-idle', '--json'])).out) as { plan_hash: string };
  const asked = await drive('release-prod', 'product=demo-backend', 'commit=a2489b8');
  await keep(world.run, id, 'release-prod-needs-decision');
  await world.run(['confirm', id, '--step', 'confirm', '--plan', asked.plan_hash, '--json']);
  await drive(id);
  await keep(world.run, id, 'release-prod-done');
  await world.close();
  await failing();
}

/** A gate that failed, and a waiver. */
async function failing(): Promise<void> {
  const world = await startWorld({ scenario: 'ship-demo' });
  await world.fresh();
  const id = 'release-prod-demo-backend';
  await world.run([
    'drive',
    'release-prod',
    'product=demo-backend',
    'commit=65e6802',
    '--until-idle',
    '--json',
  ]);
  await keep(world.run, id, 'release-prod-failed');
  const until = '2026-06-30T12:00:00Z';
  await world.run([
    'waive',
    id,
    '--gate',
    'vulnerabilities',
    '--reason',
    'recorded for the corpus',
    '--until',
    until,
  ]);
  await keep(world.run, id, 'release-prod-waived');
  await world.close();
}

type Run = Awaited<ReturnType<typeof startWorld>>['run'];

async function keep(run: Run, id: string, name: string): Promise<void> {
  const journal = await run(['journal', 'export', id]);
  const status = await run(['status', id, '--json']);
  if (journal.code !== 0) throw new Error(journal.err);
  const { steps, state, summary, plan_hash } = JSON.parse(status.out) as Record<string, unknown>;
  writeFileSync(join(folder, `${name}.jsonl`), journal.out);
  writeFileSync(
    join(folder, `${name}.json`),
    `${JSON.stringify({ state, summary, plan_hash, steps: shortly(steps) }, null, 1)}\n`,
  );
  process.stderr.write(`${dirname(folder)}/${name}\n`);
}

/** What a later version has to say again of each step: its words may change, its state not. */
function shortly(steps: unknown): unknown {
  return Array.isArray(steps)
    ? steps.map((step: { id: string; kind: string; state: string; attempt: number }) => ({
        id: step.id,
        kind: step.kind,
        state: step.state,
        attempt: step.attempt,
      }))
    : [];
}

await main();
