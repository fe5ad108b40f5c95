/** What other modules may use of this one: a cluster, its resource types, and how an object is followed. */
export { Cluster, type ListOptions, type Page, selector, type Where } from './cluster.ts';
export { type Followed, type FollowOptions, follow } from './follow.ts';
export {
  Condition,
  conditionOf,
  type KubeObject,
  Metadata,
  qualified,
  type ResourceType,
  resource,
} from './resource.ts';
export { ClusterSettings, clusterShape } from './settings.ts';
