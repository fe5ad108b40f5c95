import type { AnyTool } from '../../../src/kit/tool.ts';
import { getAdmission } from './admission-get.ts';
import { listAdmissions } from './admissions.ts';
import { createRelease } from './create.ts';
import { planTools } from './plans.ts';
import { preflightRelease } from './preflight-tool.ts';
import { getRelease } from './release-get.ts';
import { listReleases } from './release-list.ts';
import { retryRelease } from './retry.ts';
import { watchRelease } from './watch.ts';

export const releaseTools: readonly AnyTool[] = [
  ...planTools,
  listAdmissions,
  getAdmission,
  preflightRelease,
  createRelease,
  listReleases,
  getRelease,
  watchRelease,
  retryRelease,
];
