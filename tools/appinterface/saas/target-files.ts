import { posix } from 'node:path';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { SaasFile, Target } from './model.ts';

/** `$ref` values are absolute from the folder that holds the data. */
export function repositoryPath(dataFolder: string, ref: string): string {
  const path = posix.normalize(posix.join(dataFolder, ref));
  if (!ref.startsWith('/') || path.startsWith('../') || path.includes('\0')) {
    throw new SluiceError('schema_drift', {
      cause: 'A target names a file that is not below the data folder.',
      remedy: 'Correct the $ref of that target: it starts with / and stays inside.',
    });
  }
  return path;
}

/** The `$ref` of each target that stands in a file of its own. */
export function targetFilesOf(file: SaasFile): string[] {
  return [...new Set(file.targets.flatMap(({ targetFile }) => targetFile ?? []))];
}

/**
 * The targets of a saas file with those of its target files in their place; each says in which file
 * its ref stands. One whose file was not given keeps its `$ref` and has no ref.
 */
export function targetsWith(file: SaasFile, files: ReadonlyMap<string, SaasFile>): Target[] {
  return file.targets.map((target) => {
    const own = target.targetFile === undefined ? undefined : files.get(target.targetFile)?.targets[0];
    return own === undefined ? target : { ...own, template: target.template, targetFile: target.targetFile };
  });
}
