import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Needs {
  absent: boolean;
  /** For the title of a test, so that one that did not run says what it lacked. */
  words: string;
}

/** Commands on the path. `npm run test:real` puts there what it unpacked. */
export function needs(...commands: string[]): Needs {
  return {
    absent: commands.some((command) => onPath(command) === undefined),
    words: `(needs ${commands.join(', ')})`,
  };
}

/** A variable that names a file or a folder, and commands. */
export function needsVariable(name: string, ...commands: string[]): Needs {
  return {
    absent: (process.env[name] ?? '') === '' || needs(...commands).absent,
    words: `(needs ${[name, ...commands].join(', ')})`,
  };
}

export function onPath(command: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find(isProgram);
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
