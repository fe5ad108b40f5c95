import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Owner } from './facts.ts';

/** This process, as intents name it. */
export const self: Owner = {
  id: randomUUID(),
  host: hostIdentity(),
  pid: process.pid,
  born: bornAt(process.pid) ?? '',
};

/**
 * True only with proof that the process behind an intent is gone: same machine since the same boot,
 * same process namespace, and no process with that number and that time of birth.
 */
export function isGone(owner: Owner): boolean {
  if (owner.id === self.id || owner.host !== self.host) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
  const born = bornAt(owner.pid);
  return born !== undefined && owner.born !== '' && born !== owner.born;
}

function hostIdentity(): string {
  return [hostname(), readOr('/proc/sys/kernel/random/boot_id'), linkOr('/proc/self/ns/pid')]
    .filter(Boolean)
    .join('/');
}

/** Start time of a process in clock ticks since boot (proc(5), stat field 22). */
function bornAt(pid: number): string | undefined {
  const stat = readOr(`/proc/${pid}/stat`);
  if (stat === '') return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has no code left to run.
  return fields[0] === 'Z' ? 'gone' : fields[19];
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function linkOr(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
