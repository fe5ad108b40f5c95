import { readFile } from 'node:fs/promises';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { path } from '../../src/kit/url.ts';
import { see } from './flow-page.ts';
import { type PayloadSignature, readSignature } from './signature.ts';

/** The worst first: of several payloads the worst state counts. */
export const SIGNATURE_STATES = [
  'digest_differs',
  'not_verified',
  'no_digest',
  'not_published',
  'signed',
] as const;
export type SignatureState = (typeof SIGNATURE_STATES)[number];

export interface Published {
  state: Exclude<SignatureState, 'no_digest'>;
  verified: boolean | null;
  /** Of the signature that decides; of the first one while there is none. */
  url: string;
  /** What that signature claims to be for. */
  claimed: string | null;
}

export interface SignaturePlace {
  mirror: Http;
  /** The mirror's folder of signatures, for people. */
  base: string;
  keys: readonly string[];
  now: number;
  signal: AbortSignal | undefined;
}

/** Nobody signs a payload as often; a mirror that answers everything must not keep us for ever. */
const MOST_SIGNATURES = 20;

/** One good signature is enough; they are numbered from 1, and the first that is not there ends the list. */
export async function publishedSignature(digest: string, place: SignaturePlace): Promise<Published> {
  let best: Published = {
    state: 'not_published',
    verified: null,
    url: urlOf(digest, 1, place),
    claimed: null,
  };
  for (let nth = 1; nth <= MOST_SIGNATURES; nth += 1) {
    const url = urlOf(digest, nth, place);
    const bytes = await fetchSignature(place, targetOf(digest, nth));
    if (bytes === undefined) return best;
    const signature = await readSignature(url, bytes, place.keys, place.now);
    const state = judge(digest, signature);
    const found = { state, verified: signature.verified, url, claimed: signature.digest };
    if (state === 'signed') return found;
    // For our digest but by a strange key says more than for another digest.
    if (best.state === 'not_published' || state === 'not_verified') best = found;
  }
  return best;
}

function judge(digest: string, claim: PayloadSignature): 'signed' | 'digest_differs' | 'not_verified' {
  if (claim.digest !== digest) return 'digest_differs';
  return claim.verified === false ? 'not_verified' : 'signed';
}

/** `sha256=<hex>/signature-1` below the mirror's folder of signatures. */
function targetOf(digest: string, nth: number): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex === undefined) {
    throw new SluiceError('schema_drift', {
      cause: `release controller: ${JSON.stringify(digest)} is not a sha256 digest.`,
      remedy: `Look at the release in the release controller and report it. ${see('strange-answer')}`,
    });
  }
  return `/sha256=${path`${hex}`}/signature-${nth}`;
}

const urlOf = (digest: string, nth: number, { base }: SignaturePlace) =>
  base.replace(/\/$/, '') + targetOf(digest, nth);

async function fetchSignature({ mirror, signal }: SignaturePlace, target: string) {
  const headers = { accept: 'application/octet-stream, */*' };
  const answer = await mirror.get(target, { headers, accept: [404], signal });
  return answer.status === 404 ? undefined : answer.bytes;
}

export async function readKey(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw new SluiceError('precondition', {
      cause: `modules.oar.signature_keys: ${file} cannot be read (${error instanceof Error ? error.message : String(error)}).`,
      remedy: `Name files with armored OpenPGP public keys. ${see('signature-wrong')}`,
    });
  });
}
