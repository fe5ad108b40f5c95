import type { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { Connection } from '../../../src/kit/module.ts';
import { type PullSpec, type Registry, type RegistrySettings, registryAt } from '../../quay/client.ts';
import { see } from '../flow-page.ts';

/** By the host that pull specs name. */
export type Registries = ReadonlyMap<string, Registry>;

export function registriesFrom(
  settings: z.output<typeof RegistrySettings>,
  connection: Connection,
): Registries {
  return new Map(
    Object.entries(settings).map(([host, entry]) => {
      const login = `Set user and token of modules.oar.registries['${host}'] to an account that may pull it. ${see('expired-tokens')}`;
      return [host, registryAt(host, entry, connection, login)] as const;
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
