/** Tekton's runs are the same wherever they run: builds and releases here, deploys on other clusters. */
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
} from '../../kubernetes/client.ts';
