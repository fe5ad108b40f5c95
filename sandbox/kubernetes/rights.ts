import type { ApiServer } from '../scenario/schema-kubernetes.ts';
import { ApiError, forbidden } from './status.ts';

export interface Attempt {
  verb: string;
  group: string;
  /** The plural; `pods/log` for a subresource. */
  resource: string;
  /** undefined asks for the whole cluster. */
  namespace: string | undefined;
  name?: string | undefined;
}

export const ANONYMOUS = 'system:anonymous';

/** Everything is allowed but what the scenario forbids this user; who says no name may do nothing. */
export function may(server: ApiServer, user: string, attempt: Attempt): boolean {
  if (user === ANONYMOUS) return false;
  const rules = server.users[user]?.forbidden ?? [];
  return !rules.some(
    (rule) =>
      fits(rule.verb, attempt.verb) &&
      fits(rule.resource, attempt.resource) &&
      // Whoever may not see one namespace may not see all of them at once either.
      (rule.namespace === undefined ||
        attempt.namespace === undefined ||
        rule.namespace === attempt.namespace) &&
      (rule.name === undefined || rule.name === attempt.name),
  );
}

function fits(rule: string, asked: string): boolean {
  return rule === '*' || rule === asked;
}

export function demand(server: ApiServer, user: string, attempt: Attempt): void {
  if (may(server, user, attempt)) return;
  const { verb, group, resource, namespace, name } = attempt;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  throw forbidden(
    { group, kind: resource.split('/')[0] ?? resource, ...(name === undefined ? {} : { name }) },
    `User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`,
  );
}

/** Paths that are about no resource. */
export function demandPath(user: string, path: string): void {
  if (user !== ANONYMOUS) return;
  throw new ApiError(403, 'Forbidden', `forbidden: User "${user}" cannot get path "${path}"`, {});
}
