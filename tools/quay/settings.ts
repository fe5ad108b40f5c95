import { z } from 'zod';
import { SecretRef } from '../../src/kit/secret.ts';
import { REGISTRY_ENTRY, RegistryHost } from './registries.ts';

const Kind = z.enum(['quay', 'oci']);
const ApiToken = SecretRef.optional().meta({
  description: 'OAuth access token for the Quay API (/api/v1); without it only public repositories answer.',
});
/** A public key is no secret, but it comes by the same road: a command has nothing to do with it. */
const KeyRef = z
  .string()
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/, 'a reference: env:NAME or file:PATH');

export const QuaySettings = z.object({
  ...REGISTRY_ENTRY,
  base_url: REGISTRY_ENTRY.base_url.meta({
    description: 'The registry, and below /api/v1 the Quay API, e.g. https://quay.io.',
  }),
  host: RegistryHost.optional().meta({
    description: 'Its name in pull specs, where that is not the host of base_url.',
  }),
  kind: Kind.default('quay').meta({
    description: 'oci: a registry without the Quay API; then nobody scans, and times are those of builds.',
  }),
  api_token: ApiToken,
  registries: z
    .record(
      RegistryHost,
      z.strictObject({ ...REGISTRY_ENTRY, kind: Kind.default('oci'), api_token: ApiToken }),
    )
    .default({})
    .meta({ description: 'Further registries, by the host in pull specs.' }),
  keys: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/, 'a short name'), KeyRef)
    .default({})
    .meta({ description: 'Public keys (PEM) that images are signed with, by a name of your choice.' }),
});
export type QuaySettings = z.output<typeof QuaySettings>;
