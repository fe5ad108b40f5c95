import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import type { Reply } from './http.ts';

/** Brings a reply to the caller, or loses it on the way as the fault wants it. */
export async function deliver(res: ServerResponse, reply: Reply | undefined, fault?: Fault): Promise<void> {
  switch (fault?.fault) {
    case 'timeout_before':
    case 'timeout_after':
      // Held open until the caller gives up; closing it here would tell the caller too much.
      return;
    case 'reset_before':
    case 'reset_after':
      res.socket?.resetAndDestroy();
      return;
    case 'slow':
      await sleep(fault.delay_ms);
      break;
    case 'truncated':
      if (reply !== undefined) cut(res, reply);
      return;
    default:
  }
  if (reply !== undefined) send(res, reply);
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
