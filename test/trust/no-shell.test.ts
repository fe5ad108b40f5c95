import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { isTest } from '../../scripts/borders.ts';
import { readText, sourceFiles } from '../../scripts/modules.ts';
import { connectionFor } from '../../src/kit/module.ts';
import { Redactor } from '../../src/kit/redact.ts';
import { resolveSecret } from '../../src/kit/secret.ts';
import { Cluster } from '../../tools/kubernetes/cluster.ts';
import { kubernetes } from '../../tools/kubernetes/module.ts';
import { Metadata, resource } from '../../tools/kubernetes/resource.ts';
import { services } from '../support/stand-in.ts';

/** Who starts programs, and with which functions. Neither of these has a shell unless it is asked for one. */
const STARTERS: Record<string, readonly string[]> = {
  'src/cli/demo.ts': ['execFile', 'spawn'],
  'src/cli/rehearse/world.ts': ['spawn'],
  'src/kit/secret.ts': ['execFile'],
  'src/kit/ssh-signature.ts': ['execFile'],
  'tools/bonfire/run.ts': ['execFile'],
  'tools/git/run.ts': ['spawn'],
  'tools/oar/sources/git-run.ts': ['execFile'],
};
const WITHOUT_SHELL = ['execFile', 'execFileSync', 'spawn', 'spawnSync', 'fork'];
const SHELLS = /(?<![\w.#])(?:exec|execSync)\(|\bshell\s*:|['"`](?:\/bin\/)?(?:ba|z|da)?sh['"`]|\bcmd\.exe\b/;
const OTHER_WAYS =
  /\bimport\(\s*['"`](?:node:)?child_process|\brequire\(|\bprocess\.binding\b|\bexeca\b|\bzx\b/;

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}

/** The functions that a file takes from `node:child_process`; types do nothing. */
function taken(text: string): string[] | undefined {
  const code = withoutComments(text);
  const imports = [...code.matchAll(/import\s+(type\s+)?([^;]*?)\s+from\s+['"](?:node:)?child_process['"]/g)];
  const values = imports.filter(([, type]) => type === undefined);
  if (values.length === 0) return undefined;
  return values
    .flatMap(([, , what = '']) => (what.startsWith('{') ? what.slice(1, -1).split(',') : [`* ${what}`]))
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))
    .map((name) => name.split(/\s+as\s+/)[0] ?? '')
    .sort();
}

const files = sourceFiles(['src', 'tools']).filter((path) => !isTest(path) && !path.includes('/testing/'));

describe('promise 45: no shell', () => {
  it('stands in any file: programs are started in known ones, by functions that have none', () => {
    const found = Object.fromEntries(
      files.flatMap((path) => {
        const names = taken(readText(path));
        return names === undefined ? [] : [[path, names]];
      }),
    );
    expect(found).toEqual(STARTERS);
    expect(
      Object.values(found)
        .flat()
        .filter((name) => !WITHOUT_SHELL.includes(name)),
    ).toEqual([]);
  });

  it('is asked for by any call', () => {
    const starting = Object.keys(STARTERS);
    const found = files.filter((path) => {
      const code = withoutComments(readText(path));
      return OTHER_WAYS.test(code) || (starting.includes(path) && SHELLS.test(code));
    });
    expect(found).toEqual([]);
    // Of the others none could start anything, but a word would be a sign.
    const asking = files.filter((path) => /\bshell\s*:\s*true\b/.test(withoutComments(readText(path))));
    expect(asking).toEqual([]);
  });

  it.each([
    "import { exec } from 'node:child_process';",
    "import { execSync as run, type ChildProcess } from 'child_process';",
    "import * as child from 'node:child_process';",
  ])('would be noticed: %s', (code) => {
    expect(taken(code)?.every((name) => WITHOUT_SHELL.includes(name))).toBe(false);
  });

  it.each(["spawn('git', [], { shell: true })", 'exec(command)', "spawn('sh', ['-c', text])"])(
    'would be noticed: %s',
    (code) => {
      expect(SHELLS.test(code)).toBe(true);
    },
  );

  it('and no type is taken for a call', () => {
    expect(taken("import type { ChildProcess } from 'node:child_process';")).toBeUndefined();
    expect(taken("import { type ChildProcess, spawn } from 'node:child_process';")).toEqual(['spawn']);
  });
});

describe('promise 45: what a shell would obey', () => {
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'sluice-shell-'));
    onTestFinished(() => rmSync(made, { recursive: true, force: true }));
    return made;
  };

  it.each([
    'cmd:echo a; touch FILE',
    'cmd:echo $(touch FILE)',
    'cmd:echo `touch FILE`',
    'cmd:echo a | tee FILE',
    'cmd:echo a > FILE',
  ])('in a reference to a secret is an argument: %s', async (reference) => {
    const file = join(folder(), 'made');
    await resolveSecret(reference.replace('FILE', file), 'modules.x', new Redactor());
    expect(existsSync(file)).toBe(false);
  });

  it.each(['gcp', 'azure'])(
    'in a kubeconfig with the auth-provider %s, whose command the library runs by a shell, is refused',
    async (name) => {
      const home = folder();
      const made = join(home, 'made');
      const config = { 'cmd-path': '/bin/sh', 'cmd-args': `-c "touch ${made}"`, 'expiry-key': '{.x}' };
      const file = join(home, 'config');
      writeFileSync(
        file,
        stringify({
          clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
          users: [{ name: 'u', user: { 'auth-provider': { name, config } } }],
          contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'n' } }],
          'current-context': 'x',
        }),
      );
      const connection = connectionFor(kubernetes, services, () => undefined);
      const cluster = new Cluster('stage', 'modules.x', { kubeconfig: file }, connection);
      const pod = resource('v1', 'pods', 'Pod', z.object({ metadata: Metadata }));
      await expect(cluster.get(pod, 'p')).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining(`auth-provider ${name}`),
        remedy: expect.stringContaining('exec plugin'),
      });
      expect(existsSync(made)).toBe(false);
    },
  );
});
