import { z } from 'zod';
import { defineModule } from '../../src/kit/module.ts';

/** Replaced below by its settings; stands here so that konflux can name it. */
export const kubernetes = defineModule({
  name: 'kubernetes',
  title: 'Kubernetes',
  settings: z.object({}),
  connect: () => undefined,
  tools: [],
});
