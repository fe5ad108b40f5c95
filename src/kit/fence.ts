import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { z } from 'zod';

/**
 * The last check before a request that changes something leaves. A process can be stopped between
 * asking its permit and sending; Node tells this channel right before the first byte is written, and
 * a connection that is destroyed then has sent nothing.
 */
const CHANNEL = 'undici:client:sendHeaders';
const HEADER = 'x-request-id';

const Message = z.object({ headers: z.string(), socket: z.custom<{ destroy(error: Error): void }>() });
const fences = new Map<string, () => void>();
let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  subscribe(CHANNEL, (message) => {
    const parsed = Message.safeParse(message);
    const id = parsed.success ? /^x-request-id: (\S+)/im.exec(parsed.data.headers)?.[1] : undefined;
    if (!parsed.success || id === undefined) return;
    try {
      fences.get(id)?.();
    } catch (error) {
      parsed.data.socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** Runs `send` with a header by which its request is known again at that moment. */
export async function fenced<T>(
  check: () => void,
  send: (headers: Record<string, string>) => Promise<T>,
): Promise<T> {
  listen();
  const id = randomUUID();
  fences.set(id, check);
  try {
    return await send({ [HEADER]: id });
  } finally {
    fences.delete(id);
  }
}
