import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { nextOf, rowOf } from '../../test/support/journal-faults.ts';
import { openSqliteStore } from './sqlite.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-store-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

async function open() {
  const store = await openSqliteStore(folder);
  onTestFinished(() => store.close());
  return store;
}

describe('promise 7: a state folder', () => {
  it('that is read-only is refused before anything is written', async () => {
    chmodSync(folder, 0o555);
    await expect(openSqliteStore(folder)).rejects.toMatchObject({
      code: 'precondition',
      rule: 'state-folder',
      message: `The state folder ${folder} cannot take what is about to happen: it is read-only. Nothing was sent.`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that became read-only is refused before the next effect', async () => {
    const store = await open();
    await store.assertWritable();
    chmodSync(folder, 0o555);
    await expect(store.assertWritable()).rejects.toMatchObject({ rule: 'state-folder' });
  });

  it('that cannot be made is refused', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(openSqliteStore(join(file, 'below'))).rejects.toMatchObject({
      rule: 'state-folder',
      message: expect.stringContaining('ENOTDIR'),
    });
  });

  it('is for its owner alone', async () => {
    chmodSync(folder, 0o755);
    await open();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });
});

const mountable = await (async () => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const probe = mkdtempSync(join(tmpdir(), 'sluice-mount-'));
  try {
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe]);
    await promisify(execFile)('umount', [probe]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true });
  }
})();

describe('promise 7: a full disk (needs leave to mount a small file system)', () => {
  it.runIf(mountable)('is refused before the next effect, and what was written stays readable', async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
    try {
      const store = await openSqliteStore(disk);
      const first = nextOf([]);
      await store.open(rowOf(first), first, []);
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(5 * 1024 * 1024));
      await expect(store.assertWritable()).rejects.toMatchObject({
        code: 'precondition',
        rule: 'state-folder',
        message: expect.stringMatching(
          /its disk is full \(\d+ bytes are free, 4194304 are needed\)\. Nothing was sent\.$/,
        ),
      });
      await expect(openSqliteStore(disk)).rejects.toMatchObject({ rule: 'state-folder' });
      expect(await store.entries('flow-1')).toEqual([first]);
      await store.close();
    } finally {
      await promisify(execFile)('umount', [disk]);
    }
  });
});
