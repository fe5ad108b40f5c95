import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Needs {
  absent: boolean;
  /** For the title of a test, so that one that did not run says what it lacked. */
  words: string;
}

/** Commands on the path. `npm run test:real` puts what it unpacked there. */
export function needs(...commands: string[]): Needs {
  const lacking = commands.filter((command) => !isOnPath(command));
  return { absent: lacking.length > 0, words: `(needs ${commands.join(', ')})` };
}

/** Commands, and a variable that names a file or a folder. */
export function needsVariable(name: string, ...commands: string[]): Needs {
  const { absent } = needs(...commands);
  return {
    absent: absent || (process.env[name] ?? '') === '',
    words: `(needs ${[name, ...commands].join(', ')})`,
  };
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
