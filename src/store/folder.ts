import { constants } from 'node:fs';
import { access, chmod, mkdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../kit/errors.ts';

// Linux statfs magic numbers; SQLite's WAL is not safe on these (shared memory is per host).
const NETWORK_FILE_SYSTEMS = new Map<number, string>([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x517b, 'SMB'],
  [0x5346414f, 'AFS'],
  [0x01021997, '9P'],
]);

/** Room that one more intent and its outcome need for certain, with SQLite's own files. */
const LEAST_FREE_BYTES = 4 * 1024 * 1024;

/** Makes the state folder, for its owner alone, or says why it cannot hold state. */
export async function prepareStateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(folder, `it cannot be made (${reasonOf(error)})`);
  }
  const { type } = await statfs(folder);
  const network = process.platform === 'linux' ? NETWORK_FILE_SYSTEMS.get(type) : undefined;
  if (network !== undefined) {
    throw new SluiceError('precondition', {
      cause: `The state folder ${folder} is on a network file system (${network}).`,
      remedy: 'Point SLUICE_HOME to a local disk.',
      rule: 'state-folder',
    });
  }
  const mode = (await stat(folder)).mode;
  if ((mode & 0o077) !== 0) await chmod(folder, mode & 0o700).catch(() => undefined);
}

/** Refuses before any effect when the outcome of an effect could not be written down. */
export async function assertWritable(folder: string): Promise<void> {
  const mode = (await stat(folder)).mode;
  // Root may write where nobody may; a folder that was made read-only is meant to be left alone.
  if ((mode & 0o222) === 0) throw unusable(folder, 'it is read-only');
  for (const target of [folder, join(folder, 'sluice.db')]) {
    try {
      await access(target, constants.W_OK);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT' && target !== folder) continue;
      throw unusable(folder, `${target} cannot be written (${reasonOf(error)})`);
    }
  }
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < LEAST_FREE_BYTES) {
    throw unusable(
      folder,
      `its disk is full (${bavail * bsize} bytes are free, ${LEAST_FREE_BYTES} are needed)`,
    );
  }
}

function unusable(folder: string, why: string): SluiceError {
  return new SluiceError('precondition', {
    cause: `The state folder ${folder} cannot take what is about to happen: ${why}. Nothing was sent.`,
    remedy: 'Make it writable and free some space, or point SLUICE_HOME to another folder with a copy of it.',
    rule: 'state-folder',
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
