import { homedir } from 'node:os';
import { join } from 'node:path';

/** The option of every command that signs. */
export const SIGNING_KEY = [
  '--key <file>',
  'private SSH key to sign with (default SLUICE_SSH_KEY, else ~/.ssh/id_ed25519)',
] as const;

export function signingKey(given: string | undefined): string {
  return given ?? process.env.SLUICE_SSH_KEY ?? join(homedir(), '.ssh', 'id_ed25519');
}
