import type { Image } from '../scenario/schema-images.ts';
import type { Attestation, Signature } from '../scenario/schema-quay.ts';
import { type Content, descriptor, digestOf, INDEX, jsonContent, MANIFEST } from './registry-blobs.ts';
import { signedWith } from './registry-keys.ts';

const SIMPLE = 'application/vnd.dev.cosign.simplesigning.v1+json';
const ENVELOPE = 'application/vnd.dsse.envelope.v1+json';
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const IN_TOTO = 'application/vnd.in-toto+json';
const EMPTY: Content = { type: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };

/** One signature or attestation, ready to be attached. */
export interface Artifact {
  /** The digest that it is attached to. */
  subject: string;
  /** Below which tag it stands; the others refer to their subject. */
  suffix: 'sig' | 'att' | undefined;
  at: number;
  blob: Content;
  annotations: Record<string, string>;
}

export interface Shape {
  /** Of what a tag stands for. */
  top: Content;
  /** Of each image in it. */
  images: readonly Content[];
}

export function artifactsOf(image: Image, repository: string, { top, images }: Shape): Artifact[] {
  const subjects = (on: 'tag' | 'images') => (on === 'tag' ? [top] : images);
  return [
    ...image.signatures.flatMap((one) =>
      subjects(one.on).map((subject) => signature(one, repository, digestOf(subject.bytes))),
    ),
    ...image.attestations.flatMap((one) =>
      subjects(one.on).map((subject) => attestation(one, repository, digestOf(subject.bytes))),
    ),
  ];
}

/** The manifest below a tag such as `sha256-….sig`; undefined where nothing is there yet. */
export function taggedArtifacts(artifacts: readonly Artifact[], tag: string): Content | undefined {
  const own = artifacts.filter(
    ({ subject, suffix }) => suffix !== undefined && tag === `${subject.replace(':', '-')}.${suffix}`,
  );
  if (own.length === 0) return undefined;
  const layers = own.map(({ blob, annotations }) => ({ ...descriptor(blob), annotations }));
  return jsonContent(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config: descriptor(EMPTY), layers });
}

/** The manifests that refer to a digest. */
export function referring(artifacts: readonly Artifact[], subject: string): Content[] {
  return artifacts
    .filter((one) => one.suffix === undefined && one.subject === subject)
    .map(({ blob }) =>
      jsonContent(MANIFEST, {
        schemaVersion: 2,
        mediaType: MANIFEST,
        artifactType: BUNDLE,
        config: descriptor(EMPTY),
        layers: [descriptor(blob)],
        subject: { mediaType: MANIFEST, digest: subject, size: 0 },
      }),
    );
}

export function indexOfReferrers(manifests: readonly Content[]): Content {
  const held = manifests.map((one) => ({ ...descriptor(one), artifactType: BUNDLE }));
  return jsonContent(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests: held });
}

export const ARTIFACT_BLOBS: readonly Content[] = [EMPTY];

function signature(one: Signature, repository: string, subject: string): Artifact {
  const digest = one.claims ?? subject;
  const at = one.at ?? -Infinity;
  if (one.form === 'bundle') {
    const predicateType = 'https://sigstore.dev/cosign/sign/v1';
    const bundle = {
      mediaType: BUNDLE,
      verificationMaterial: { publicKey: { hint: '' }, tlogEntries: [] },
      dsseEnvelope: envelope(one.key, repository, digest, predicateType, {}),
    };
    return { subject, suffix: undefined, at, blob: jsonContent(BUNDLE, bundle), annotations: {} };
  }
  const blob = jsonContent(SIMPLE, {
    critical: {
      identity: { 'docker-reference': repository },
      image: { 'docker-manifest-digest': digest },
      type: 'cosign container image signature',
    },
    optional: null,
  });
  const annotations = { 'dev.cosignproject.cosign/signature': signedWith(one.key, blob.bytes) };
  return { subject, suffix: 'sig', at, blob, annotations };
}

function attestation(one: Attestation, repository: string, subject: string): Artifact {
  const predicate = {
    builder: { id: one.builder },
    buildType: 'tekton.dev/v1beta1/TaskRun',
    ...(one.source === undefined
      ? {}
      : { materials: [{ uri: one.source.uri, digest: { sha1: one.source.commit } }] }),
  };
  const signed = envelope(one.key, repository, one.claims ?? subject, one.predicate_type, predicate);
  const annotations = {
    'dev.cosignproject.cosign/signature': '',
    'dev.sigstore.cosign/certificate': '',
    predicateType: one.predicate_type,
  };
  return {
    subject,
    suffix: 'att',
    at: one.at ?? -Infinity,
    blob: jsonContent(ENVELOPE, signed),
    annotations,
  };
}

function envelope(key: string, repository: string, digest: string, predicateType: string, predicate: object) {
  const body = Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v0.1',
      predicateType,
      subject: [{ name: repository, digest: { sha256: digest.slice('sha256:'.length) } }],
      predicate,
    }),
  );
  const message = Buffer.concat([Buffer.from(`DSSEv1 ${IN_TOTO.length} ${IN_TOTO} ${body.length} `), body]);
  return {
    payloadType: IN_TOTO,
    payload: body.toString('base64'),
    signatures: [{ keyid: '', sig: signedWith(key, message) }],
  };
}
