import { z } from 'zod';
import type { Ingress, Route, Service } from './resources/network.ts';

export const HostRow = z.object({ url: z.string(), kind: z.string(), name: z.string() });
export const ServiceRow = z.object({ name: z.string(), type: z.string(), ports: z.array(z.string()) });

/** Where people reach what runs: OpenShift's Routes as well as Ingresses. */
export function hostsOf(routes: readonly Route[], ingresses: readonly Ingress[]): z.output<typeof HostRow>[] {
  const ofRoutes = routes
    .filter(({ spec }) => spec.host !== '')
    .map(({ metadata, spec }) => ({
      url: `${spec.tls === undefined || spec.tls === null ? 'http' : 'https'}://${spec.host}${spec.path}`,
      kind: 'Route',
      name: metadata.name,
    }));
  const ofIngresses = ingresses.flatMap(({ metadata, spec }) => {
    const secure = new Set(spec.tls.flatMap(({ hosts }) => hosts));
    const hosts = spec.rules.flatMap(({ host }) => (host === undefined || host === '' ? [] : [host]));
    return [...new Set(hosts)].map((host) => ({
      url: `${secure.has(host) ? 'https' : 'http'}://${host}`,
      kind: 'Ingress',
      name: metadata.name,
    }));
  });
  return [...ofRoutes, ...ofIngresses];
}

export function serviceRow({ metadata, spec }: Service): z.output<typeof ServiceRow> {
  return {
    name: metadata.name,
    type: spec.type,
    ports: spec.ports.map(({ port, protocol }) => `${port}/${protocol}`),
  };
}
