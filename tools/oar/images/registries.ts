import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { Connection } from '../../../src/kit/module.ts';
import { SecretRef } from '../../../src/kit/secret.ts';
import type { PullSpec } from './pull-spec.ts';
import { Registry } from './registry.ts';

/** By the host that pull specs name: a registry may be reached under another address than its name. */
export const RegistrySettings = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9.-]*(:\d+)?$/, 'the host of a pull spec, e.g. registry.example'),
  z.strictObject({
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
  }),
);

export type Registries = ReadonlyMap<string, Registry>;

export function registriesFrom(
  settings: z.output<typeof RegistrySettings>,
  connection: Connection,
): Registries {
  return new Map(
    Object.entries(settings).map(([host, { base_url, user, token, allowed_hosts }]) => {
      const credentials = async (): Promise<Record<string, string>> => {
        if (token === undefined) return {};
        const secret = await connection.secret(token);
        if (user === undefined) return { authorization: `Bearer ${secret}` };
        return { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` };
      };
      const http = connection.http({ baseUrl: base_url, system: host, allowedHosts: allowed_hosts });
      return [host, new Registry({ http, baseUrl: base_url, credentials })] as const;
    }),
  );
}

export function registryOf(registries: Registries, { host }: PullSpec): Registry {
  const registry = registries.get(host);
  if (registry !== undefined) return registry;
  throw new SluiceError('precondition', {
    cause: `modules.oar.registries has no entry for ${host}.`,
    remedy: `Set modules.oar.registries['${host}'] to { base_url: … } in sluice.yaml.`,
  });
}
