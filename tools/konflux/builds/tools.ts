import type { AnyTool } from '../../../src/kit/tool.ts';
import { buildReadTools } from './builds.ts';
import { cancelRun } from './cancel.ts';
import { deleteRun } from './delete.ts';
import { failureTools } from './failures.ts';
import { runLogTools } from './logs.ts';
import { pipelineReadTools } from './pipelines.ts';
import { taskLogTools } from './task-logs.ts';
import { triggerBuild } from './trigger.ts';

export const buildTools: readonly AnyTool[] = [
  ...buildReadTools,
  ...runLogTools,
  triggerBuild,
  ...pipelineReadTools,
  ...failureTools,
  cancelRun,
  deleteRun,
  ...taskLogTools,
];
