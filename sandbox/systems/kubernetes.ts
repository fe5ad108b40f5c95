import type { System } from '../http.ts';
import { apiServer } from '../kubernetes/api-server.ts';

export { kubearchive } from '../kubernetes/archive.ts';

/** Where applications are built, tested and released. */
export const konfluxCluster: System = apiServer('konflux-cluster', 'konflux');

/** Where they run, and where namespaces are reserved for a while. */
export const appsCluster: System = apiServer('apps-cluster', 'apps');
