import { z } from 'zod';
import { type NamedKey, signerOf } from './keys.ts';
import { jsonOrNothing, textOf } from './parse.ts';

export const Envelope = z.object({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.object({ sig: z.string() })),
});
export type Envelope = z.output<typeof Envelope>;

const Statement = z.object({
  predicateType: z.string().min(1),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })),
  predicate: z.unknown().optional(),
});
export type Statement = z.output<typeof Statement>;

const IN_TOTO = 'application/vnd.in-toto+json';

export interface Opened {
  statement: Statement;
  /** The name of the key that signed it; undefined where none of ours did. */
  key: string | undefined;
  isSigned: boolean;
}

/** The statement in an envelope, and who signed these very bytes; undefined when it holds no statement. */
export function open(envelope: Envelope, keys: readonly NamedKey[]): Opened | undefined {
  if (envelope.payloadType !== IN_TOTO) return undefined;
  const body = Buffer.from(envelope.payload, 'base64');
  const statement = Statement.safeParse(jsonOrNothing(textOf(body)));
  if (!statement.success) return undefined;
  const message = preAuthEncoding(envelope.payloadType, body);
  const signers = envelope.signatures.map(({ sig }) => signerOf(message, Buffer.from(sig, 'base64'), keys));
  return {
    statement: statement.data,
    key: signers.find((name) => name !== undefined),
    isSigned: envelope.signatures.length > 0,
  };
}

export function isAbout({ subject }: Statement, digest: string): boolean {
  return subject.some(({ digest: named }) => `sha256:${named.sha256}` === digest);
}

/** What is signed: type and body with their lengths, so that neither can be read as part of the other. */
export function preAuthEncoding(type: string, body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body]);
}
