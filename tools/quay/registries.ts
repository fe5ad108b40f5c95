import { z } from 'zod';
import type { Connection } from '../../src/kit/module.ts';
import { SecretRef } from '../../src/kit/secret.ts';
import { Registry } from './registry.ts';

/** As pull specs name it: a registry may be reached under another address than its name. */
export const RegistryHost = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]*(:\d+)?$/, 'the host of a pull spec, e.g. registry.example');

/** How one registry is reached, and as whom. */
export const REGISTRY_ENTRY = {
  base_url: z.url({ protocol: /^https?$/ }),
  user: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'With token: asks the token service as this account.' }),
  token: SecretRef.optional().meta({
    description: "The account's password, or a bearer token without user.",
  }),
  allowed_hosts: z
    .array(z.string().min(1))
    .optional()
    .meta({ description: 'Hosts of its token service and of where its blobs lie.' }),
};
const Entry = z.strictObject(REGISTRY_ENTRY);
export type RegistryEntry = z.output<typeof Entry>;

/** Registries by the host that pull specs name. */
export const RegistrySettings = z.record(RegistryHost, Entry);

/** The client of one registry; `login` says where its account is set. */
export function registryAt(
  host: string,
  { base_url, user, token, allowed_hosts }: RegistryEntry,
  connection: Connection,
  login: string,
): Registry {
  const credentials = async (): Promise<Record<string, string>> => {
    if (token === undefined) return {};
    const secret = await connection.secret(token);
    if (user === undefined) return { authorization: `Bearer ${secret}` };
    return { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` };
  };
  const baseUrl = base_url.replace(/\/+$/, '');
  const http = connection.http({ baseUrl, system: host, allowedHosts: allowed_hosts });
  return new Registry({ http, baseUrl, credentials, login });
}
