import type { Command } from 'commander';
import type { App } from '../app.ts';
import { SluiceError } from '../kit/errors.ts';
import { print, printJson } from './output.ts';

export interface Outcome {
  exitCode: number;
}

export interface CommonOptions {
  json?: true;
  config?: string;
}

/** A command with the options that every command has. */
export function command(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--json', 'one JSON document on stdout')
    .option('--config <file>', 'settings (else SLUICE_CONFIG, ./sluice.yaml, ~/.config/sluice/sluice.yaml)')
    .exitOverride();
}

/** Opens the app for one command and closes it afterwards, whatever happens. */
export async function withApp<T>(options: CommonOptions, work: (app: App) => Promise<T>): Promise<T> {
  const [{ createApp }, { modules }] = await Promise.all([
    import('../app.ts'),
    import('../../tools/modules.ts'),
  ]);
  const app = createApp({ config: options.config, face: 'cli', modules });
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

export function show(options: CommonOptions, value: unknown, text: () => string): void {
  if (options.json === true) printJson(value);
  else print(text());
}

/** `key=value` words as inputs. */
export function parseInputs(words: readonly string[]): Record<string, string> {
  const inputs: Record<string, string> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at <= 0) {
      throw new SluiceError('invalid_input', {
        cause: `${JSON.stringify(word)} is not key=value.`,
        remedy: 'Give inputs as key=value, for example release=4.20.27.',
      });
    }
    inputs[word.slice(0, at)] = word.slice(at + 1);
  }
  return inputs;
}
