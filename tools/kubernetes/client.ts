/** What other modules may use of this one: a cluster, its resource types, and how an object is followed. */
export { Cluster, selector, type Where } from './cluster.ts';
export { KubernetesClient, type Place } from './environments.ts';
export { follow } from './follow.ts';
export { digestOf, repositoryOf } from './images.ts';
export { countsOf, readWorkload, WorkloadCounts, workloadText } from './namespace-view.ts';
export { part } from './read.ts';
export {
  Condition,
  conditionOf,
  type KubeObject,
  Metadata,
  qualified,
  type ResourceType,
  resource,
} from './resource.ts';
export { DEPLOYMENT } from './resources/deployment.ts';
export { NAMESPACE } from './resources/namespace.ts';
export {
  isOver,
  PIPELINE_RUN,
  type PipelineRun,
  PipelineRunSchema,
  RUN_STATES,
  type RunState,
  resultOf,
  runStateOf,
  TASK_RUN,
  type TaskRun,
  TaskRunSchema,
} from './resources/pipeline-run.ts';
export { ClusterSettings, clusterShape } from './settings.ts';
