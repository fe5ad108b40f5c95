import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { SluiceError } from '../../../src/kit/errors.ts';
import { newestCopy } from './dated-copies.ts';
import { changedMeanwhile, checkPath, fill, type Source } from './source.ts';

/** Files below a folder of this machine. Links that lead out of it are not followed. */
export function directorySource(template: string): Source {
  const rootOf = (yStream: string) => resolve(fill(template, yStream));
  const locate = (path: string, yStream: string) => join(rootOf(yStream), checkPath(path));

  const read: Source['read'] = async (path, yStream) => {
    const file = locate(path, yStream);
    try {
      await stayInside(rootOf(yStream), file);
      const text = await readFile(file, 'utf8');
      return { text, version: versionOf(text) };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unreadable(file, error);
    }
  };

  return {
    read,
    locate,
    readAsOf: async (path, yStream, moment) => {
      const folder = dirname(locate(path, yStream));
      const names = await readdir(folder).catch((error: unknown) => {
        if (isMissing(error)) return [];
        throw unreadable(folder, error);
      });
      const copy = newestCopy(names, basename(path), moment);
      return copy === undefined ? undefined : await read(join(dirname(path), copy), yStream);
    },
    list: async (path, yStream) => {
      const folder = locate(path, yStream);
      try {
        await stayInside(rootOf(yStream), folder);
        return (await readdir(folder)).sort();
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw unreadable(folder, error);
      }
    },
    url: () => null,
    write: async ({ path, text, yStream, version }, permit) => {
      const file = locate(path, yStream);
      await mkdir(dirname(file), { recursive: true });
      await stayInside(rootOf(yStream), dirname(file));
      permit.check();
      if (version === undefined) {
        await writeFile(file, text, { flag: 'wx' }).catch((error: unknown) => {
          throw codeOf(error) === 'EEXIST' ? changedMeanwhile(file) : unreadable(file, error);
        });
      } else {
        if ((await read(path, yStream))?.version !== version) throw changedMeanwhile(file);
        const draft = `${file}.${process.pid}.tmp`;
        await writeFile(draft, text);
        await rename(draft, file);
      }
      return { version: versionOf(text) };
    },
  };
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function stayInside(root: string, file: string): Promise<void> {
  const [realRoot, realFile] = await Promise.all([realpath(root), realpath(file)]);
  if (realFile === realRoot || realFile.startsWith(realRoot + sep)) return;
  throw new SluiceError('forbidden', {
    cause: `${file} leads out of ${root}.`,
    remedy: 'A source holds its files itself: replace the link by the file.',
    rule: 'source.inside',
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

function unreadable(file: string, error: unknown): unknown {
  if (error instanceof SluiceError) return error;
  return new SluiceError('precondition', {
    cause: `${file} cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
    remedy: 'Correct the path or its rights.',
  });
}
