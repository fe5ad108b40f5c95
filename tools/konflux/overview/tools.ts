import type { AnyTool } from '../../../src/kit/tool.ts';

export const overviewTools: readonly AnyTool[] = [];
