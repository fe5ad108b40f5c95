import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import type { Reply, Sink } from './http.ts';

/** Brings a reply to the caller, or loses it on the way as the fault wants it. True when a stream stays open. */
export async function deliver(
  res: ServerResponse,
  reply: Reply | undefined,
  fault?: Fault,
): Promise<boolean> {
  switch (fault?.fault) {
    case 'timeout_before':
    case 'timeout_after':
      // Held open until the caller gives up; closing it here would tell the caller too much.
      return false;
    case 'reset_before':
    case 'reset_after':
      res.socket?.resetAndDestroy();
      return false;
    case 'slow':
      await sleep(fault.delay_ms);
      break;
    case 'truncated':
      if (reply?.stream !== undefined) return stream(res, reply, reply.stream, true);
      if (reply !== undefined) cut(res, reply);
      return false;
    default:
  }
  if (reply?.stream !== undefined) return stream(res, reply, reply.stream, false);
  if (reply !== undefined) send(res, reply);
  return false;
}

/** Whatever comes, as it comes. One that is cut breaks off in the middle of its first piece. */
function stream(
  res: ServerResponse,
  reply: Reply,
  open: (sink: Sink) => () => void,
  cutting: boolean,
): boolean {
  if (res.destroyed) return false;
  res.writeHead(reply.status, reply.headers);
  res.flushHeaders();
  const close = open({
    write: (text) => {
      if (!cutting) res.write(text);
      else if (!res.destroyed) res.write(text.slice(0, text.length / 2), () => res.socket?.destroy());
    },
    end: () => res.end(),
  });
  res.once('close', close);
  return true;
}

export function send(res: ServerResponse, reply: Reply): void {
  if (res.destroyed) return;
  res.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  res.end(reply.body);
}

function cut(res: ServerResponse, reply: Reply): void {
  const whole = Buffer.from(reply.body);
  res.writeHead(reply.status, { ...reply.headers, 'content-length': whole.length });
  // The head promises all of it, so that the caller can tell a cut answer from a short one.
  res.write(whole.subarray(0, Math.floor(whole.length / 2)), () => res.socket?.end());
}
