import type { Command } from 'commander';
import { SluiceError } from '../kit/errors.ts';
import { type CommonOptions, command, type Outcome, parseInputs, show, withApp } from './context.ts';
import { print, style } from './output.ts';

interface RehearseCommandOptions extends CommonOptions {
  faults: string;
  seed: string;
  scenario?: string;
}

/** Forward and back where nothing can break. */
export function addRehearseCommands(program: Command, outcome: Outcome): void {
  command(
    program,
    'rehearse',
    'drive a flow forward and back in a sandbox with faults, and record how it went',
  )
    .argument('[flow]', 'without it: the last rehearsal of each flow')
    .argument('[inputs...]', 'key=value, as the scenario knows them')
    .option('--faults <none|some|all>', 'what goes wrong in its second performance', 'some')
    .option('--seed <n>', 'of the choice of faults', '1')
    .option('--scenario <name>', 'the world it is rehearsed in (else the one that fits the flow)')
    .action(async (flow: string | undefined, words: string[], options: RehearseCommandOptions) => {
      await withApp(options, async (app) => {
        const { listRehearsals } = await import('./rehearse/list.ts');
        if (flow === undefined) {
          await listRehearsals(app, options);
          return;
        }
        const [{ rehearse }, { FAULT_LEVELS }] = await Promise.all([
          import('./rehearse/rehearse.ts'),
          import('./rehearse/faults.ts'),
        ]);
        const faults = FAULT_LEVELS.find((level) => level === options.faults);
        const seed = Number(options.seed);
        if (faults === undefined || !Number.isSafeInteger(seed)) {
          throw new SluiceError('invalid_input', {
            cause:
              faults === undefined
                ? `--faults ${options.faults} is unknown.`
                : `--seed ${options.seed} is no number.`,
            remedy: `--faults takes ${FAULT_LEVELS.join(', ')}; --seed a whole number.`,
          });
        }
        const say = options.json === true ? () => undefined : (line: string) => print(`  ${line}`);
        const rehearsal = await rehearse(app, {
          flow,
          inputs: parseInputs(words),
          faults,
          seed,
          scenario: options.scenario,
          say,
        });
        const { result } = rehearsal;
        show(
          options,
          rehearsal,
          () => `${rehearsal.flow}: ${style(result, result === 'passed' ? 'green' : 'red')}`,
        );
        outcome.exitCode = result === 'passed' ? 0 : 5;
      });
    });
}
