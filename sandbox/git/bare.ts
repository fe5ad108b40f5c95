import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Nothing is packed up behind our back: refs are read from their files. */
const CONFIG = `[core]
\trepositoryformatversion = 0
\tbare = true
[http]
\treceivepack = true
[gc]
\tauto = 0
[maintenance]
\tauto = false
[receive]
\tautogc = false
`;

/** Which branches are protected comes with each request, so that a patched scenario holds at once. */
const HOOKS = {
  update: `#!/bin/sh
printf '%s\\n' "$SANDBOX_PROTECTED" | grep -qxF -- "$1" || exit 0
echo "GitLab: You are not allowed to push code to protected branches on this project." >&2
exit 1
`,
  'post-receive': '#!/bin/sh\ncat >> landed\n',
};

const LANDED = 'landed';
const NOTHING = '0'.repeat(40);

/** Written by hand: a bare repository is a few files, and git need not be started for each. */
export function makeBare(folder: string, defaultBranch: string): void {
  for (const name of ['objects', 'refs', 'hooks']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'HEAD'), `ref: refs/heads/${defaultBranch}\n`);
  writeFileSync(join(folder, 'config'), CONFIG);
  for (const [name, text] of Object.entries(HOOKS)) {
    const file = join(folder, 'hooks', name);
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }
}

export function copyBare(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
}

export interface RefChange {
  ref: string;
  /** null where the ref was not there, or is not there any more. */
  from: string | null;
  to: string | null;
}

/** What a push has changed, told once. */
export function takeLanded(folder: string): RefChange[] {
  const file = join(folder, LANDED);
  let lines = '';
  try {
    lines = readFileSync(file, 'utf8').trim();
  } catch {
    return [];
  }
  rmSync(file);
  const id = (text: string) => (text === NOTHING ? null : text);
  return lines.split('\n').map((line) => {
    const [from = '', to = '', ref = ''] = line.split(' ');
    return { ref, from: id(from), to: id(to) };
  });
}
