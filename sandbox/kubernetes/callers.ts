import { bearer, type Call } from '../http.ts';
import type { ApiServer } from '../scenario/schema-kubernetes.ts';
import { stepAt } from '../scenario/timeline.ts';
import { ANONYMOUS } from './rights.ts';

/** Who calls; undefined with a token that nobody has, or that has run out. */
export function callerOf(call: Call, server: ApiServer, now: number, secret: string): string | undefined {
  if (call.headers.authorization === undefined) return ANONYMOUS;
  const token = bearer(call);
  if (token === secret) {
    return stepAt(server.token, now)?.value === 'valid' ? server.user : undefined;
  }
  return Object.entries(server.users).find(
    ([, user]) => user.token !== undefined && user.token === token,
  )?.[0];
}
