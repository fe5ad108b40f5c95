import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';
import { oar } from '../oar/module.ts';
import { prow } from '../prow/module.ts';
import { releaseController } from '../release-controller/module.ts';
import { aggregateResults } from './aggregate-results.ts';
import { promoteResults } from './promote-results.ts';
import type { JobsServices } from './services.ts';
import { triggerForBuild } from './trigger-for-build.ts';
import { updateRetriedRun } from './update-retried-run.ts';

export const jobs = defineModule({
  name: 'jobs',
  title: 'Test jobs of a build and their results',
  settings: z.object({}),
  uses: [oar, prow, releaseController],
  connect: (_settings, connection): JobsServices => ({
    oar: () => connection.use(oar),
    prow: () => connection.use(prow),
    releaseController: () => connection.use(releaseController),
  }),
  tools: [triggerForBuild, aggregateResults, promoteResults, updateRetriedRun],
});
