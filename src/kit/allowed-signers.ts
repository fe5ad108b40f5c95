import { readFile } from 'node:fs/promises';
import { SluiceError } from './errors.ts';

export interface AllowedSigner {
  principals: string[];
  namespaces: string[] | undefined;
  validAfter: number | undefined;
  validBefore: number | undefined;
  /** `type base64`. */
  publicKey: string;
}

const KEY_TYPE = /^(ssh-|ecdsa-|sk-)/;

/** Reads an OpenSSH allowed_signers file (ssh-keygen(1), ALLOWED SIGNERS). */
export async function readAllowedSigners(file: string): Promise<AllowedSigner[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new SluiceError('precondition', {
      cause: `The allowed signers ${file} cannot be read.`,
      remedy: 'Correct approvals.allowed_signers in the settings.',
      rule: 'approval-signers',
    });
  }
  return parseAllowedSigners(text, file);
}

export function parseAllowedSigners(text: string, file: string): AllowedSigner[] {
  const signers: AllowedSigner[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const words = trimmed.match(/(?:[^\s"]+(?:"[^"]*")?)+/g) ?? [];
    const [names = '', second = ''] = words;
    const options = KEY_TYPE.test(second) ? '' : second;
    const [type, key] = words.slice(options === '' ? 1 : 2);
    const principals = names.split(',');
    const patterned = principals.some((name) => /[*?!]/.test(name));
    if (
      type === undefined ||
      key === undefined ||
      !KEY_TYPE.test(type) ||
      patterned ||
      /cert-authority/i.test(options)
    ) {
      throw new SluiceError('precondition', {
        cause: `${file}, line ${index + 1}: ${patterned ? 'patterns of names are not accepted' : 'this is not NAME [OPTIONS] KEYTYPE KEY'}.`,
        remedy: 'Name each person and key plainly: an approval must be somebody’s.',
        rule: 'approval-signers',
      });
    }
    signers.push({
      principals,
      namespaces: option(options, 'namespaces')?.split(','),
      validAfter: moment(option(options, 'valid-after')),
      validBefore: moment(option(options, 'valid-before')),
      publicKey: `${type} ${key}`,
    });
  }
  return signers;
}

/** The people whose key this is, for this namespace, at this time. */
export function signersOf(
  signers: readonly AllowedSigner[],
  publicKey: string,
  namespace: string,
  at: number,
): string[] {
  return signers
    .filter((signer) => signer.publicKey === publicKey)
    .filter((signer) => signer.namespaces === undefined || signer.namespaces.includes(namespace))
    .filter(
      (signer) => (signer.validAfter ?? at) <= at && at < (signer.validBefore ?? Number.POSITIVE_INFINITY),
    )
    .flatMap((signer) => signer.principals);
}

function option(options: string, name: string): string | undefined {
  return new RegExp(`(?:^|,)${name}="?([^",]+(?:,[^"=]+)*)"?`, 'i').exec(options)?.[1];
}

/** `YYYYMMDD[HHMM[SS]][Z]`. Taken as UTC. */
function moment(text: string | undefined): number | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?Z?$/.exec(text ?? '');
  if (parts === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0'] = parts;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}
