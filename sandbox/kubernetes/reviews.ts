import { json, type Reply } from '../http.ts';
import type { Tree } from '../scenario/merge.ts';
import type { ApiServer } from '../scenario/schema-kubernetes.ts';
import { textAt, treeAt } from './manifest.ts';
import { uuid } from './names.ts';
import { may } from './rights.ts';

/** Who the token says we are. */
export function selfSubjectReview(server: ApiServer, user: string): Reply {
  const groups = server.users[user]?.groups ?? ['system:authenticated'];
  return json(201, {
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { creationTimestamp: null },
    status: { userInfo: { username: user, uid: uuid(`user ${user}`), groups } },
  });
}

/** Whether we might do something, without doing it. */
export function selfSubjectAccessReview(server: ApiServer, user: string, review: Tree): Reply {
  const asked = treeAt(review, 'spec.resourceAttributes');
  const said = (field: string) => textAt(asked, field) ?? '';
  const sub = said('subresource');
  const allowed = may(server, user, {
    verb: said('verb'),
    group: said('group'),
    resource: sub === '' ? said('resource') : `${said('resource')}/${sub}`,
    namespace: said('namespace') || undefined,
    name: said('name') || undefined,
  });
  return json(201, {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: { creationTimestamp: null },
    spec: treeAt(review, 'spec'),
    status: allowed ? { allowed, reason: 'RBAC: allowed' } : { allowed },
  });
}
