import { toolsOf } from '../../src/kit/tool.ts';
import type { OarServices } from './services.ts';

export const defineTool = toolsOf<OarServices>();
