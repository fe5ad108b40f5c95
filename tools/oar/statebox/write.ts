import { setTimeout as delay } from 'node:timers/promises';
import type { Permit } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { Release } from '../release.ts';
import { needSource, type OarServices } from '../services.ts';
import type { Source } from '../sources/source.ts';
import { parseStateBox, type StateBox, stateBoxPath } from '../statebox.ts';
import { applied, type Operation } from './operation.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;

interface StoredBox {
  box: StateBox;
  text: string;
  version: string;
}

export async function readBox(source: Source, release: Release): Promise<StoredBox> {
  const path = stateBoxPath(release);
  const where = source.locate(path, release.yStream);
  const file = await source.read(path, release.yStream, 'now');
  if (file !== undefined) return { ...file, box: parseStateBox(where, file.text, release.name) };
  throw new SluiceError('not_found', {
    cause: `There is no StateBox of ${release.name} at ${where}.`,
    remedy: 'Check the release; oar_create_test_report creates its StateBox.',
  });
}

export async function demandBox(services: OarServices, release: Release): Promise<StateBox> {
  return (await readBox(needSource(services, 'statebox'), release)).box;
}

/**
 * Read, apply, write that very version; after a conflict all of it again over what the file holds
 * by then. A conflict says that nothing was written, so this never writes twice.
 */
export async function writeBox(
  source: Source,
  release: Release,
  operation: Operation,
  at: string,
  permit: Permit,
  pause: typeof jitter = jitter,
): Promise<{ written: boolean }> {
  for (let attempt = 1; ; attempt += 1) {
    const { box, text, version } = await readBox(source, release);
    const next = applied(text, box, operation, at);
    if (next === undefined) return { written: false };
    const { message } = operation;
    const change = { path: stateBoxPath(release), text: next, message, yStream: release.yStream, version };
    try {
      await source.write(change, permit);
      return { written: true };
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
    }
    await pause(attempt, permit.signal);
  }
}

/** Writers that met once would meet again if they kept in step. */
async function jitter(attempt: number, signal: AbortSignal): Promise<void> {
  await delay(Math.random() * FIRST_PAUSE_MS * 2 ** attempt, undefined, { signal });
}

export function isConflict(error: unknown): boolean {
  return error instanceof SluiceError && error.code === 'conflict';
}
