import type { Command } from 'commander';
import type { App } from '../app.ts';
import type { Engine } from '../flow/engine.ts';
import type { Target } from '../flow/find-run.ts';
import type { RunReport, RunStateName } from '../flow/report.ts';
import { SluiceError } from '../kit/errors.ts';
import { type CommonOptions, command, type Outcome, parseInputs, show, withApp } from './context.ts';
import { style } from './output.ts';
import { renderExplanation, renderReport } from './render.ts';

export const EXIT_OF_STATE: Record<RunStateName, number> = {
  done: 0,
  waiting: 0,
  running: 0,
  cancelled: 0,
  rolled_back: 0,
  blocked: 3,
  needs_approval: 4,
  needs_decision: 4,
  failed: 5,
};

/** Plan, drive and look: what an agent does too. */
export function addReleaseCommands(program: Command, outcome: Outcome): void {
  command(program, 'plan', 'show what a flow would do; sends and writes nothing')
    .argument('<flow>', 'a flow, or the id of a release')
    .argument('[inputs...]', 'key=value')
    .action(async (flow: string, words: string[], options: CommonOptions) => {
      await withApp(options, async (app) => {
        const engine = await app.engine();
        const report = await engine.plan(await targetOf(engine, flow, words));
        show(options, report, () => renderReport(report));
      });
    });

  command(program, 'drive', 'begin a release or go on with it, until nothing is due')
    .argument('<target>', 'a flow with its inputs, or the id of a release')
    .argument('[inputs...]', 'key=value')
    .option('--dry-run', 'show what would be done; send nothing')
    .option(
      '--until-idle',
      'in a sandbox: move its clock on until a person is needed or the release has ended',
    )
    .action(
      async (
        target: string,
        words: string[],
        options: CommonOptions & { dryRun?: true; untilIdle?: true },
      ) => {
        await withApp(options, async (app) => {
          const report = await driveOnce(app, target, words, options);
          show(options, report, () => renderReport(report));
          outcome.exitCode = EXIT_OF_STATE[report.state];
        });
      },
    );

  command(program, 'status', 'how a release stands')
    .argument('[release]', 'its id or key; without it, every release')
    .action(async (release: string | undefined, options: CommonOptions) => {
      await withApp(options, async (app) => {
        if (release === undefined) {
          await list(app, options);
          return;
        }
        const report = await (await app.engine()).status(release);
        show(options, report, () => renderReport(report));
        outcome.exitCode = EXIT_OF_STATE[report.state];
      });
    });

  command(program, 'explain', 'why a release, or one of its steps, stands as it does')
    .argument('<release>', 'its id or key')
    .argument('[step]')
    .action(async (release: string, step: string | undefined, options: CommonOptions) => {
      await withApp(options, async (app) => {
        const explanation = await (await app.engine()).explain(release, step);
        show(options, explanation, () => renderExplanation(explanation));
      });
    });

  command(program, 'list', 'every release in the state folder').action(async (options: CommonOptions) => {
    await withApp(options, async (app) => await list(app, options));
  });
}

async function driveOnce(
  app: App,
  target: string,
  words: string[],
  options: CommonOptions & { dryRun?: true; untilIdle?: true },
): Promise<RunReport> {
  const engine = await app.engine();
  const interrupted = new AbortController();
  // A second signal ends the process at once; the journal is made for that.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  return await engine.drive(await targetOf(engine, target, words), {
    dryRun: options.dryRun === true,
    untilIdle: options.untilIdle === true,
    signal: interrupted.signal,
  });
}

/** The first word is a flow when there is one of that name, else the id of a release. */
async function targetOf(engine: Engine, first: string, words: readonly string[]): Promise<Target> {
  if (engine.services.flows.has(first.replaceAll('_', '-')))
    return { flow: first, inputs: parseInputs(words) };
  if (words.length > 0) return { flow: engine.flow(first).flow, inputs: parseInputs(words) };
  const rows = await engine.list();
  const known = rows.some((row) => row.id === first || row.key === first);
  if (known) return { release_id: first };
  throw new SluiceError('not_found', {
    cause: `${JSON.stringify(first)} is neither a flow nor a release.`,
    remedy: `Flows: ${[...engine.services.flows.keys()].join(', ')}. Releases: ${
      rows
        .map((row) => row.id)
        .slice(0, 10)
        .join(', ') || 'none yet'
    }. To begin one: sluice drive FLOW key=value…`,
  });
}

async function list(app: App, options: CommonOptions): Promise<void> {
  const rows = await (await app.engine()).list();
  const releases = rows.map(({ id, flow, key, state, sandbox, openedAt, updatedAt, nextAt }) => ({
    release_id: id,
    flow,
    key,
    state,
    sandbox,
    opened_at: openedAt,
    updated_at: updatedAt,
    next_at: nextAt === null ? null : new Date(nextAt).toISOString(),
  }));
  show(options, { releases }, () =>
    releases.length === 0
      ? 'No releases yet. Begin one: sluice drive FLOW key=value…'
      : releases
          .map(
            (row) =>
              `${style(row.release_id, 'bold')}  ${row.state}  updated ${row.updated_at}${row.next_at === null ? '' : `  next look ${row.next_at}`}`,
          )
          .join('\n'),
  );
}
