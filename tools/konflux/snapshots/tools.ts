import type { AnyTool } from '../../../src/kit/tool.ts';

export const snapshotTools: readonly AnyTool[] = [];
