import { readFile } from 'node:fs/promises';
import type { Agent, Dispatcher } from 'undici';

export type { Dispatcher } from 'undici';

/** Another way onto the wire than the process's own, e.g. with a cluster's certificates or proxy. */
export type Transport = (url: URL, init: RequestInit) => Promise<Response>;

/**
 * Requests over a dispatcher that is asked for each time: it may hold certificates that are renewed.
 * The dispatcher and fetch come from one undici: Node's own fetch does not take a stranger's.
 */
export function dispatchedBy(dispatcher: () => Promise<Dispatcher | undefined>): Transport {
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
      ...(chosen === undefined ? {} : { dispatcher: chosen }),
    });
    return response as Response;
  };
}

const agents = new Map<string, Promise<Agent>>();

/** Trusts the authorities of a PEM file instead of the system's; read at the first request. */
export function trusting(file: string): Transport {
  return dispatchedBy(() => {
    const known = agents.get(file);
    if (known !== undefined) return known;
    const made = agentTrusting(file);
    // A file that is missing now may be there the next time.
    made.catch(() => agents.delete(file));
    agents.set(file, made);
    return made;
  });
}

async function agentTrusting(file: string): Promise<Agent> {
  const undici = await import('undici');
  return new undici.Agent({ connect: { ca: await readFile(file, 'utf8') } });
}
