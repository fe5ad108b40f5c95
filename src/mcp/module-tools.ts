import type { App } from '../app.ts';
import type { AnyTool } from '../kit/tool.ts';
import { callConfirmed, isConfirmed } from './confirm-direct.ts';
import type { FaceTool } from './face-tool.ts';

/** A module's tool as this face offers it. */
export function moduleTool(tool: AnyTool, app: App): FaceTool {
  const { name, title, description, effect, input, output } = tool;
  return {
    name,
    title,
    description,
    effect,
    input,
    output,
    run: async (given, caller) => {
      if (isConfirmed(effect, app)) return await callConfirmed(name, given, caller, app);
      const { principal, signal, progress } = caller;
      return await app.call(name, given, { principal, signal, progress });
    },
  };
}
