import type { AnyTool } from '../../../src/kit/tool.ts';
import { applicationTools } from './applications.ts';
import { componentTools } from './components.ts';
import { overviewTopTools } from './overview.ts';
import { policyTools } from './policy.ts';
import { reportTools } from './policy-report.ts';

export const overviewTools: readonly AnyTool[] = [
  ...overviewTopTools,
  ...applicationTools,
  ...componentTools,
  ...policyTools,
  ...reportTools,
];
