import { toolsOf } from '../../src/kit/tool.ts';
import type { JobsServices } from './services.ts';

export const defineTool = toolsOf<JobsServices>();
