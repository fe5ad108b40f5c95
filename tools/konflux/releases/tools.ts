import type { AnyTool } from '../../../src/kit/tool.ts';

export const releaseTools: readonly AnyTool[] = [];
