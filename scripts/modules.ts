import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnyModule } from '../src/kit/module.ts';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Every TypeScript file below the folders, as paths from the root. */
export function sourceFiles(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .sort(),
  );
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Folders are kebab-case, modules are named as in the settings. */
export function folderOf(module: Pick<AnyModule, 'name'>): string {
  return `tools/${module.name.replaceAll('_', '-')}`;
}
