import type { z } from 'zod';
import { type Http, Http as HttpClient, type HttpServices } from './http.ts';
import { resolveSecret } from './secret.ts';
import type { AnyTool } from './tool.ts';
import type { Transport } from './transport.ts';

/** One probe of `sluice doctor`. */
export interface ProbeResult {
  ok: boolean;
  detail: string;
  remedy?: string;
}

/** What a module builds its client from. */
export interface Connection {
  services: HttpServices;
  /** An HTTP client for this module; `headers` are resolved at the first request. */
  http(options: {
    baseUrl: string;
    system?: string;
    allowedHosts?: readonly string[] | undefined;
    credentials?: () => Promise<Record<string, string>>;
    /** See HttpOptions. */
    renewing?: boolean;
    transport?: Transport | undefined;
  }): Http;
  secret(reference: string): Promise<string>;
  /** The client of another module named in `uses`. */
  use<C>(module: ModuleDefinition<z.ZodObject, C>): C;
}

export interface ModuleDefinition<S extends z.ZodObject, C> {
  /** As in `sluice.yaml` under `modules:`. */
  name: string;
  title: string;
  settings: S;
  /** Modules whose client this one uses. */
  uses?: readonly AnyModule[];
  connect(settings: z.output<S>, connection: Connection): C;
  tools: readonly AnyTool[];
  /** Asks the system something harmless with our credential. */
  probe?(client: C): Promise<ProbeResult>;
}

export interface AnyModule {
  readonly name: string;
  readonly title: string;
  readonly settings: z.ZodObject;
  readonly uses: readonly AnyModule[];
  readonly tools: readonly AnyTool[];
  connect(settings: unknown, connection: Connection): unknown;
  probe(client: unknown): Promise<ProbeResult | undefined>;
}

export type Module<C> = AnyModule & ModuleDefinition<z.ZodObject, C>;

export function defineModule<S extends z.ZodObject, C>(module: ModuleDefinition<S, C>): Module<C> {
  return {
    name: module.name,
    title: module.title,
    settings: module.settings,
    uses: module.uses ?? [],
    tools: module.tools,
    // The registry parses the settings by `module.settings` before it connects.
    connect: (settings, connection) => module.connect(settings as z.output<S>, connection),
    probe: async (client) => await module.probe?.(client as C),
  } as Module<C>;
}

export function connectionFor(
  module: AnyModule,
  services: HttpServices,
  use: (other: AnyModule) => unknown,
): Connection {
  const secret = (reference: string) => resolveSecret(reference, `modules.${module.name}`, services.redactor);
  return {
    services,
    secret,
    http: ({ baseUrl, system, allowedHosts, credentials, renewing, transport }) =>
      new HttpClient(
        {
          system: system ?? module.name,
          baseUrl,
          ...(allowedHosts === undefined ? {} : { allowedHosts }),
          ...(credentials === undefined ? {} : { credentials }),
          ...(renewing === undefined ? {} : { renewing }),
          ...(transport === undefined ? {} : { transport }),
        },
        services,
      ),
    use: <C>(other: ModuleDefinition<z.ZodObject, C>) => {
      const named = module.uses.find((candidate) => candidate.name === other.name);
      if (named === undefined)
        throw new Error(`module ${module.name} does not name ${other.name} in its uses`);
      return use(named) as C;
    },
  };
}
