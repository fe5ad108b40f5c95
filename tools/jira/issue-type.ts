import { SluiceError } from '../../src/kit/errors.ts';
import { oneLine } from '../../src/kit/text.ts';

interface IssueType {
  name: string;
  subtask: boolean;
}

/** What people call a type besides its name, where the project has none of that name. */
const ALIASES: Readonly<Record<string, string>> = {
  feature: 'Story',
  'user story': 'Story',
  subtask: 'Sub-task',
  'sub task': 'Sub-task',
};

/** The type of a project that a word means, however it is spelt. */
export function issueType<T extends IssueType>(word: string, types: readonly T[]): T {
  const named = (name: string) => types.find((type) => type.name.toLowerCase() === name.toLowerCase());
  const asked = word.trim().replaceAll('_', ' ');
  const found = named(word.trim()) ?? named(asked) ?? named(ALIASES[asked.toLowerCase()] ?? '');
  // Projects name their only kind of sub-task as they like.
  const subtasks = types.filter(({ subtask }) => subtask);
  if (found !== undefined) return found;
  if (/^sub[ -]?task$/i.test(asked) && subtasks.length === 1 && subtasks[0] !== undefined) return subtasks[0];
  throw new SluiceError('invalid_input', {
    cause: `jira: there is no issue type ${JSON.stringify(oneLine(word, 60))} here.`,
    remedy: `Give one of ${types.map(({ name }) => oneLine(name, 60)).join(', ') || 'none: the account may create nothing here'}.`,
  });
}
