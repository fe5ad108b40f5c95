import type { AnyTool } from '../../../src/kit/tool.ts';
import { compareTools } from './compare.ts';
import { createTools } from './create.ts';
import { findTools } from './find-tool.ts';
import { getTools } from './get.ts';
import { listTools } from './list.ts';
import { promotableTools } from './promotable.ts';
import { rerunTools } from './rerun.ts';
import { resultTools } from './results.ts';
import { scenarioTools } from './scenarios.ts';
import { testTools } from './tests.ts';

export const snapshotTools: readonly AnyTool[] = [
  ...listTools,
  ...getTools,
  ...findTools,
  ...testTools,
  ...promotableTools,
  ...compareTools,
  ...createTools,
  ...scenarioTools,
  ...resultTools,
  ...rerunTools,
];
