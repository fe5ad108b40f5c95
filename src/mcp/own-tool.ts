import { z } from 'zod';
import { SluiceError } from '../kit/errors.ts';
import { issuesText } from '../kit/zod-error.ts';
import type { Caller, FaceTool } from './face-tool.ts';

interface OwnTool<I extends z.ZodObject> extends Omit<FaceTool, 'run'> {
  input: I;
  run(input: z.output<I>, caller: Caller): Promise<unknown>;
}

/** A tool of the server itself: its input and its answer are checked here, as the registry does for modules. */
export function ownTool<I extends z.ZodObject>(tool: OwnTool<I>): FaceTool {
  const strict = z.strictObject(tool.input.shape);
  return {
    ...tool,
    run: async (input, caller) => {
      const given = strict.safeParse(input ?? {});
      if (!given.success) {
        throw new SluiceError('invalid_input', {
          cause: `${tool.name}: ${issuesText(given.error)}.`,
          remedy: takes(tool.input),
        });
      }
      // Strictness adds a refusal of unknown keys and changes no type.
      const answer = tool.output.safeParse(await tool.run(given.data as z.output<I>, caller));
      if (answer.success) return answer.data;
      throw new Error(`${tool.name} answered what its schema does not allow: ${issuesText(answer.error)}`);
    },
  };
}

function takes(input: z.ZodObject): string {
  const names = Object.entries(input.shape).map(([name, schema]) => {
    const optional = schema instanceof z.ZodType && schema.safeParse(undefined).success;
    return optional ? `${name}?` : name;
  });
  return names.length === 0 ? 'It takes no arguments.' : `It takes { ${names.join(', ')} }.`;
}
