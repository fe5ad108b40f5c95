import { SluiceError } from '../../src/kit/errors.ts';
import { projectOf } from './keys.ts';
import type { Flavor } from './text/render.ts';

export interface JiraOptions {
  flavor: Flavor;
  /** Where people read it; for addresses in answers. */
  site: string;
  /** Words for fields → their ids. */
  fields: Readonly<Record<string, string>>;
  /** Projects that may be written to. */
  projects: readonly string[];
}

/** Refuses a project that the settings do not name for writing. */
export function demandWritable({ projects }: JiraOptions, keyOrProject: string): void {
  const project = projectOf(keyOrProject);
  if (projects.includes(project)) return;
  throw new SluiceError('forbidden', {
    cause: `jira: ${project} is no project that the settings allow to write to.`,
    remedy: `Allowed are ${projects.join(', ') || 'none'}: add it to modules.jira.projects if it belongs there.`,
    rule: 'jira.projects',
  });
}
