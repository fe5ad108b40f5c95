import { Command, CommanderError } from 'commander';
import { SluiceError } from '../kit/errors.ts';
import { addCatalogueCommands } from './commands-catalogue.ts';
import { addEmergencyCommands } from './commands-emergency.ts';
import { addEvidenceCommands } from './commands-evidence.ts';
import { addJournalCommands } from './commands-journal.ts';
import { addPeopleCommands } from './commands-people.ts';
import { addPolicyCommands } from './commands-policy.ts';
import { addRehearseCommands } from './commands-rehearse.ts';
import { addReleaseCommands } from './commands-release.ts';
import { addRollbackCommands } from './commands-rollback.ts';
import { addServerCommands } from './commands-server.ts';
import type { Outcome } from './context.ts';
import { print, reportError } from './output.ts';

/** Runs one command line and answers its exit code (DESIGN 7). */
export async function runCli(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  const outcome: Outcome = { exitCode: 0 };
  // `sluice … | head` closes the pipe early; that is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const program = build(outcome);
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return 2;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return outcome.exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return 0;
      const cause = thrown.message.replace(/^error: /, '').split('\n')[0] ?? 'wrong usage';
      return reportError(
        new SluiceError('invalid_input', {
          cause: `${cause}.`,
          remedy: 'See `sluice --help`, or --help of the command.',
        }),
        json,
      );
    }
    return reportError(thrown, json);
  }
}

function build(outcome: Outcome): Command {
  const program = new Command('sluice')
    .description('Drives software releases: the flow is held here, agents drive it, people approve it.')
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => undefined })
    .showSuggestionAfterError(true);
  addReleaseCommands(program, outcome);
  addPeopleCommands(program, outcome);
  addRollbackCommands(program, outcome);
  addRehearseCommands(program, outcome);
  addEmergencyCommands(program, outcome);
  addEvidenceCommands(program, outcome);
  addPolicyCommands(program, outcome);
  addJournalCommands(program, outcome);
  addCatalogueCommands(program, outcome);
  addServerCommands(program, outcome);
  return program;
}
