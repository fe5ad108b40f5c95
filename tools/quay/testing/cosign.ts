import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Part, Pusher } from './push.ts';

const SIMPLE = 'application/vnd.dev.cosign.simplesigning.v1+json';
const ENVELOPE = 'application/vnd.dsse.envelope.v1+json';
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const IN_TOTO = 'application/vnd.in-toto+json';

export interface KeyPair {
  privateKey: KeyObject;
  /** As `cosign.pub` has it. */
  pem: string;
}

/** As `cosign generate-key-pair` makes it, or of another curve. */
export function keyPair(namedCurve: 'P-256' | 'P-384' | 'ed25519' | 'rsa' = 'P-256'): KeyPair {
  const { privateKey, publicKey } =
    namedCurve === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : namedCurve === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve });
  return { privateKey, pem: String(publicKey.export({ type: 'spki', format: 'pem' })) };
}

const signed = (message: Uint8Array, { privateKey }: KeyPair, hash = 'sha256') =>
  sign(privateKey.asymmetricKeyType === 'ed25519' ? null : hash, message, privateKey).toString('base64');

export interface SignatureOptions {
  keys: KeyPair;
  /** What it says that it signs; the image that it is attached to when absent. */
  of?: string;
  type?: string;
  hash?: string;
  annotations?: Record<string, string>;
}

/** The layer of a signature, with its payload pushed. */
export async function signatureLayer(
  pusher: Pusher,
  image: Part,
  { keys, of = image.digest, type = 'cosign container image signature', hash, annotations }: SignatureOptions,
): Promise<Part> {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': `registry.example/${pusher.repository}` },
        image: { 'docker-manifest-digest': of },
        type,
      },
      optional: null,
    }),
  );
  const layer = await pusher.blob(payload, SIMPLE);
  const signature = { 'dev.cosignproject.cosign/signature': signed(payload, keys, hash) };
  return { ...layer, annotations: { ...signature, ...annotations } };
}

/** As `cosign sign --key` does. */
export async function signImage(pusher: Pusher, image: Part, ...options: SignatureOptions[]): Promise<void> {
  const layers: Part[] = [];
  for (const one of options) layers.push(await signatureLayer(pusher, image, one));
  await pusher.artifact(layers, { tag: `${image.digest.replace(':', '-')}.sig` });
}

export interface StatementOptions {
  keys: KeyPair | undefined;
  of?: string;
  predicateType?: string;
  predicate?: object;
  /** Changes the payload after it was signed. */
  tamper?: (payload: string) => string;
}

export function envelopeOf(image: Part, options: StatementOptions): object {
  const { keys, of = image.digest, tamper = (text: string) => text } = options;
  const statement = JSON.stringify({
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: options.predicateType ?? 'https://slsa.dev/provenance/v0.2',
    subject: [{ name: 'registry.example/team/app', digest: { sha256: of.replace('sha256:', '') } }],
    predicate: options.predicate ?? {},
  });
  const message = Buffer.from(
    `DSSEv1 ${IN_TOTO.length} ${IN_TOTO} ${Buffer.byteLength(statement)} ${statement}`,
  );
  return {
    payloadType: IN_TOTO,
    payload: Buffer.from(tamper(statement)).toString('base64'),
    signatures: keys === undefined ? [] : [{ keyid: '', sig: signed(message, keys) }],
  };
}

/** As `cosign attest --key` and Tekton Chains do. */
export async function attestImage(
  pusher: Pusher,
  image: Part,
  ...options: StatementOptions[]
): Promise<void> {
  const layers: Part[] = [];
  for (const one of options) {
    const bytes = Buffer.from(JSON.stringify(envelopeOf(image, one)));
    const layer = await pusher.blob(bytes, ENVELOPE);
    const annotations = { 'dev.cosignproject.cosign/signature': '', 'dev.sigstore.cosign/certificate': '' };
    layers.push({ ...layer, annotations });
  }
  await pusher.artifact(layers, { tag: `${image.digest.replace(':', '-')}.att` });
}

/** As cosign 3 signs and attests: a Sigstore bundle that refers to the image. */
export async function bundleImage(
  pusher: Pusher,
  image: Part,
  options: StatementOptions & { keyless?: boolean },
): Promise<void> {
  const material = options.keyless
    ? { certificate: { rawBytes: 'TUlJ' } }
    : { publicKey: { hint: 'aGludA==' } };
  const predicateType = options.predicateType ?? 'https://sigstore.dev/cosign/sign/v1';
  const bundle = {
    mediaType: BUNDLE,
    verificationMaterial: { ...material, tlogEntries: [] },
    dsseEnvelope: envelopeOf(image, { ...options, predicateType }),
  };
  const layer = await pusher.blob(Buffer.from(JSON.stringify(bundle)), BUNDLE);
  await pusher.artifact([layer], { subject: image, artifactType: BUNDLE });
}
