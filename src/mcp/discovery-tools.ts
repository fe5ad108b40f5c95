import { z } from 'zod';
import { SluiceError } from '../kit/errors.ts';
import { nearest } from '../kit/suggest.ts';
import { type FaceTool, strongest } from './face-tool.ts';
import { inputSchemaOf } from './json-schema.ts';
import { ownTool } from './own-tool.ts';
import { asRecord } from './record.ts';

const MOST_FOUND = 10;
const MOST_BYTES = 9_000;

/** Ways to the tools that are not listed. `refuse` says why a name is out of reach. */
export function discoveryTools(
  reachable: ReadonlyMap<string, FaceTool>,
  refuse: (name: string) => void,
): FaceTool[] {
  const hidden = [...reachable.values()];
  return [
    ownTool({
      name: 'tool_search',
      title: 'Search tools',
      description:
        'Finds tools by words of their name, title and description, best first, each with its input schema. The list shows a part of the tools; tool_call calls any of them.',
      effect: 'read',
      input: z.object({ query: z.string().min(1) }),
      output: z.object({
        tools: z.array(
          z.object({
            name: z.string(),
            title: z.string(),
            description: z.string(),
            effect: z.string(),
            input_schema: z.looseObject({}),
          }),
        ),
        truncated: z.boolean(),
        summary: z.string(),
      }),
      run: async ({ query }) => search(hidden, query),
    }),
    ownTool({
      name: 'tool_call',
      title: 'Call a tool by name',
      description:
        'Calls a tool that tool_search found, with the arguments of its input schema, and answers as that tool does.',
      effect: strongest(hidden.map(({ effect }) => effect)),
      input: z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) }),
      output: z.looseObject({}),
      run: async ({ tool: name, arguments: given }, caller) => {
        const tool = reachable.get(name);
        if (tool !== undefined) return asRecord(await tool.run(given, caller));
        refuse(name);
        const hint = nearest(name, [...reachable.keys()]);
        throw new SluiceError('tool_missing', {
          cause: `There is no tool ${JSON.stringify(name)}.`,
          remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}Find one with tool_search.`,
        });
      },
    }),
  ];
}

function search(tools: readonly FaceTool[], query: string) {
  const words = wordsOf(query);
  const ranked = tools
    .map((tool) => ({ tool, score: scoreOf(tool, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.tool.name < b.tool.name ? -1 : 1));
  const found = ranked.slice(0, MOST_FOUND).map(({ tool: { name, title, description, effect, input } }) => ({
    name,
    title,
    description,
    effect,
    input_schema: inputSchemaOf(input),
  }));
  while (found.length > 1 && JSON.stringify(found).length > MOST_BYTES) found.pop();
  const truncated = ranked.length > found.length;
  const names = found.map(({ name }) => name).join(', ');
  return {
    tools: found,
    truncated,
    summary:
      found.length === 0
        ? `No tool has these words; there are ${tools.length}. Try the system or the thing: advisory, push, build, merge request.`
        : `${ranked.length} tools match: ${names}${truncated ? ', …' : ''}.`,
  };
}

/** A word counts most in the name, then in the title, then in the description. */
function scoreOf(tool: FaceTool, words: readonly string[]): number {
  const [name, title, description] = [tool.name, tool.title, tool.description].map(wordsOf);
  let score = 0;
  for (const word of words) {
    if (tool.name === word) score += 20;
    else if (has(name, word)) score += 5;
    else if (has(title, word)) score += 3;
    else if (has(description, word)) score += 1;
  }
  return score;
}

function has(words: readonly string[] | undefined, word: string): boolean {
  return words?.some((one) => one === word || (word.length > 3 && one.startsWith(word))) ?? false;
}

function wordsOf(text: string): string[] {
  const plain = text.toLowerCase();
  return [...plain.split(/[^a-z0-9]+/), ...(plain.match(/[a-z0-9]+(?:_[a-z0-9]+)+/g) ?? [])].filter(
    (word) => word !== '',
  );
}
