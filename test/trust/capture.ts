import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { z } from 'zod';

/** A request as it leaves: told by the HTTP library itself, after everything of ours. */
export interface Sent {
  method: string;
  origin: string;
  /** With the query, as it stands in the request line. */
  path: string;
  headers: string[];
}

const Message = z.object({
  request: z.object({
    method: z.string(),
    origin: z.union([z.string(), z.instanceof(URL)]).transform(String),
    path: z.string(),
    headers: z.array(z.unknown()).transform((headers) => headers.map(String)),
  }),
});

const CHANNEL = 'undici:request:create';

/** Runs work and tells which requests it made, whatever else runs beside it. */
export function capturing() {
  const running = new AsyncLocalStorage<Sent[]>();
  const listen = (message: unknown) => {
    const parsed = Message.safeParse(message);
    if (parsed.success) running.getStore()?.push(parsed.data.request);
  };
  subscribe(CHANNEL, listen);
  return {
    during: async <T>(
      work: () => Promise<T>,
    ): Promise<{ outcome: T | undefined; error: unknown; sent: Sent[] }> => {
      const sent: Sent[] = [];
      return await running.run(sent, async () => {
        try {
          return { outcome: await work(), error: undefined, sent };
        } catch (error) {
          return { outcome: undefined, error, sent };
        }
      });
    },
    [Symbol.dispose]: () => {
      unsubscribe(CHANNEL, listen);
    },
  };
}
