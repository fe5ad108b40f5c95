import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Registry } from '../../../src/kit/registry.ts';
import { principal, services } from '../../../test/support/stand-in.ts';
import { quay } from '../module.ts';

/** Calls the module's tools as a face does, with the settings of a `sluice.yaml`. */
export function toolsWith(settings: Record<string, unknown>) {
  const registry = new Registry([quay], { quay: settings }, services);
  return async <T = Record<string, unknown>>(tool: string, input: unknown): Promise<T> =>
    (await registry.read(tool, input, { principal, now: 0 })) as T;
}

/** Public keys in files, gone with the test; what `modules.quay.keys` would say of them. */
export function keyFiles(pems: Record<string, string>): Record<string, string> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-keys-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return Object.fromEntries(
    Object.entries(pems).map(([name, pem]) => {
      const file = join(dir, `${name}.pub`);
      writeFileSync(file, pem);
      return [name, `file:${file}`];
    }),
  );
}
