import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { SluiceError } from './errors.ts';
import type { Redactor } from './redact.ts';

/** A credential by reference: `env:NAME`, `file:/path`, `cmd:program argument…` (no shell). */
export const SecretRef = z
  .string()
  .regex(
    /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|cmd:.+)$/,
    'a reference: env:NAME, file:PATH or cmd:PROGRAM ARG…',
  )
  .meta({ pattern: '^(env:|file:|cmd:).+' });

async function read(reference: string): Promise<string> {
  const rest = reference.slice(reference.indexOf(':') + 1);
  if (reference.startsWith('env:')) return process.env[rest] ?? '';
  if (reference.startsWith('file:')) return await readFile(rest, 'utf8');
  const [program = '', ...args] = rest.split(/\s+/);
  const { stdout } = await promisify(execFile)(program, args, { timeout: 20_000 });
  return stdout;
}

/** Reads the secret behind a reference at first use, and has it redacted from then on. */
export async function resolveSecret(reference: string, where: string, redactor: Redactor): Promise<string> {
  let secret = '';
  try {
    secret = (await read(reference)).trim();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SluiceError('auth', {
      cause: `${where}: the credential ${reference} cannot be read (${why}).`,
      remedy: `Make ${reference} readable, or name another reference in the settings.`,
    });
  }
  if (secret === '') {
    throw new SluiceError('auth', {
      cause: `${where}: the credential ${reference} is empty.`,
      remedy: 'Set it, or name another reference in the settings.',
    });
  }
  redactor.add(secret);
  return secret;
}
