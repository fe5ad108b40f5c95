import { parse } from 'yaml';
import { z } from 'zod';

const Names = z.array(z.string()).nullish();
const Exclude = z.object({ labels: Names, authors: Names }).nullish();

/** `.github/release.yml`, as GitHub documents it. */
const NotesConfig = z.object({
  changelog: z
    .object({
      exclude: Exclude,
      categories: z.array(z.object({ title: z.string(), labels: Names, exclude: Exclude })).nullish(),
    })
    .nullish(),
});
export type NotesConfig = z.output<typeof NotesConfig>;

export interface Change {
  number: number;
  title: string;
  author: string | null;
  labels: string[];
  url: string;
}

/** A file that GitHub could not use either makes no difference. */
export function notesConfigFrom(text: string | undefined): NotesConfig {
  if (text === undefined) return {};
  try {
    return NotesConfig.parse(parse(text, { maxAliasCount: 0 }) ?? {});
  } catch {
    return {};
  }
}

/** Changes under the titles of their categories; the first that fits takes a change. */
export function sorted(changes: readonly Change[], { changelog }: NotesConfig) {
  const categories = changelog?.categories ?? [];
  const sections = categories.map(({ title }) => ({ title, changes: [] as Change[] }));
  const rest: Change[] = [];
  for (const change of changes) {
    if (excluded(change, changelog?.exclude)) continue;
    const index = categories.findIndex(
      ({ labels, exclude }) =>
        (labels ?? []).some((label) => label === '*' || has(change, label)) && !excluded(change, exclude),
    );
    (sections[index]?.changes ?? rest).push(change);
  }
  const other = { title: categories.length > 0 ? 'Other Changes' : '', changes: rest };
  return [...sections, other].filter((section) => section.changes.length > 0);
}

function excluded(change: Change, exclude: z.output<typeof Exclude>): boolean {
  return (
    (exclude?.labels ?? []).some((label) => label === '*' || has(change, label)) ||
    (exclude?.authors ?? []).some((author) => author.toLowerCase() === change.author?.toLowerCase())
  );
}

function has({ labels }: Change, wanted: string): boolean {
  return labels.some((label) => label.toLowerCase() === wanted.toLowerCase());
}
