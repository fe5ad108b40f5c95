import { z } from 'zod';
import type { Attached } from './attached.ts';
import { Envelope, type Opened, open } from './dsse.ts';
import type { NamedKey } from './keys.ts';
import { jsonOrNothing, textOf } from './parse.ts';

const Bundle = z.object({
  verificationMaterial: z
    .object({ certificate: z.unknown().optional(), x509CertificateChain: z.unknown().optional() })
    .nullish(),
  dsseEnvelope: Envelope.nullish(),
  messageSignature: z.unknown().optional(),
});

export type Content =
  | { state: 'opened'; opened: Opened; isKeyless: boolean }
  /** A signature of a form that is not looked at. */
  | { state: 'unsupported' }
  | { state: 'malformed' };

/** The statement that an envelope or a Sigstore bundle holds. */
export function contentOf(attached: Attached, keys: readonly NamedKey[]): Content {
  const value = jsonOrNothing(textOf(attached.bytes));
  if (attached.form === 'envelope') return ofEnvelope(value, attached.hasCertificate, keys);
  const bundle = Bundle.safeParse(value);
  if (!bundle.success) return { state: 'malformed' };
  const { verificationMaterial: material, dsseEnvelope, messageSignature } = bundle.data;
  if (!dsseEnvelope) return { state: messageSignature ? 'unsupported' : 'malformed' };
  return ofEnvelope(dsseEnvelope, Boolean(material?.certificate ?? material?.x509CertificateChain), keys);
}

function ofEnvelope(value: unknown, isKeyless: boolean, keys: readonly NamedKey[]): Content {
  const envelope = Envelope.safeParse(value);
  const opened = envelope.success ? open(envelope.data, keys) : undefined;
  return opened === undefined ? { state: 'malformed' } : { state: 'opened', opened, isKeyless };
}
