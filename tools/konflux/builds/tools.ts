import type { AnyTool } from '../../../src/kit/tool.ts';

export const buildTools: readonly AnyTool[] = [];
