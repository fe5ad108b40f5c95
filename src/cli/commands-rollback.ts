import type { Command } from 'commander';
import { EXIT_OF_STATE } from './commands-release.ts';
import { confirmRelease } from './confirm.ts';
import { type CommonOptions, command, type Outcome, show, withApp } from './context.ts';
import { renderReport } from './render.ts';

interface RollbackOptions extends CommonOptions {
  reason: string;
  step?: string[];
  untilIdle?: true;
}

/** The way back. */
export function addRollbackCommands(program: Command, outcome: Outcome): void {
  command(program, 'rollback', 'stop a release and take back what it did, also when it is done')
    .argument('<release>', 'its id or key')
    .requiredOption('--reason <text>', 'why; it stands in the journal, and in what the way back writes')
    .option('--step <step...>', 'undo these steps alone')
    .option('--until-idle', 'in a sandbox: move its clock on until a person is needed or it is rolled back')
    .action(async (release: string, options: RollbackOptions) => {
      await withApp(options, async (app) => {
        const engine = await app.engine();
        const drive = { untilIdle: options.untilIdle === true };
        const request = { reason: options.reason, by: app.principal, steps: options.step ?? [] };
        let report = await engine.rollback(release, request, drive);
        const terminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
        if (
          terminal &&
          options.json !== true &&
          (await engine.confirmation(report.release_id)) !== undefined
        ) {
          await confirmRelease(app, report.release_id, {});
          report = await engine.drive({ release_id: report.release_id }, drive);
        }
        show(options, report, () => renderReport(report));
        outcome.exitCode = EXIT_OF_STATE[report.state];
      });
    });
}
