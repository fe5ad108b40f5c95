import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import type { Dispatcher } from 'undici';
import { guardedLookup } from './address.ts';

export type { Dispatcher } from 'undici';

/** A way onto the wire, e.g. with a cluster's certificates or proxy. */
export type Transport = (url: URL, init: RequestInit) => Promise<Response>;

/** Loads what requests need, once; the first one's time limit shall not begin before. */
export async function prepareTransport(): Promise<void> {
  await import('undici');
}

/**
 * Requests over a dispatcher that is asked for each time: it may hold certificates that are renewed.
 * The dispatcher and fetch come from one undici: Node's own fetch does not take a stranger's.
 */
export function dispatchedBy(dispatcher: () => Promise<Dispatcher>): Transport {
  return async (url, init) => {
    const undici = await import('undici');
    const chosen = await dispatcher();
    const { method, headers, body, redirect, signal } = init;
    const response = await undici.fetch(url, {
      ...(method === undefined ? {} : { method }),
      ...(headers === undefined ? {} : { headers: Object.fromEntries(new Headers(headers)) }),
      ...(typeof body === 'string' ? { body } : {}),
      ...(redirect === undefined ? {} : { redirect }),
      ...(signal ? { signal } : {}),
      dispatcher: chosen,
    });
    return response as Response;
  };
}

/** To the addresses that a name was judged by, in the protocol that fences know, and never unchecked. */
const CONNECT = { lookup: guardedLookup, allowH2: false, rejectUnauthorized: true };

export interface AgentOptions {
  /** Certificates and what belongs to them. */
  tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername'>;
  /** Names the proxy itself; else the environment does, where Node was told to heed it. */
  proxy?: string;
}

/** A dispatcher that judges each address before it connects. Behind a proxy only the proxy's is ours to judge. */
export async function guardedAgent({ tls, proxy }: AgentOptions = {}): Promise<Dispatcher> {
  const undici = await import('undici');
  const connect = { ...tls, ...CONNECT };
  const through = { proxyTls: CONNECT, requestTls: connect };
  if (proxy !== undefined) return new undici.ProxyAgent({ uri: proxy, ...through, allowH2: false });
  if (usesProxy()) return new undici.EnvHttpProxyAgent({ connect, ...through, allowH2: false });
  return new undici.Agent({ connect, allowH2: false });
}

/** As for Node's own fetch: HTTPS_PROXY, HTTP_PROXY and NO_PROXY count when NODE_USE_ENV_PROXY is 1. */
export function usesProxy(): boolean {
  const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  return process.env.NODE_USE_ENV_PROXY === '1' || flags.includes('--use-env-proxy');
}

const agents = new Map<string, Promise<Dispatcher>>();

function kept(name: string, make: () => Promise<Dispatcher>): Promise<Dispatcher> {
  const known = agents.get(name);
  if (known !== undefined) return known;
  const made = make();
  // What failed now, as a file that is missing, may work the next time.
  made.catch(() => agents.delete(name));
  agents.set(name, made);
  return made;
}

/** The usual way onto the wire. */
export const direct: Transport = dispatchedBy(() => kept('', () => guardedAgent()));

/** Trusts the authorities of a PEM file instead of the system's; read at the first request. */
export function trusting(file: string): Transport {
  return dispatchedBy(() =>
    kept(file, async () => await guardedAgent({ tls: { ca: await readFile(file, 'utf8') } })),
  );
}
