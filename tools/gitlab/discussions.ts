import { z } from 'zod';
import { prose } from '../../src/kit/hygiene.ts';
import { oneLine } from '../../src/kit/text.ts';
import { noteFrom } from './bot-note.ts';
import { counted, defineTool, MERGE_REQUEST, mergeRequestOf, PAGE, PAGE_OUTPUT } from './define.ts';
import { DiscussionsAnswer, type NoteAnswer } from './schema.ts';

const NOTE_CAP = 600;

const Note = z.object({
  id: z.int(),
  author: z.string(),
  from: z.enum(['person', 'bot', 'system']),
  at: z.string(),
  text: prose('GitLab'),
});

export const listDiscussions = defineTool({
  name: 'gitlab_list_discussions',
  title: 'List the discussions of a merge request',
  description: `
What was said in a merge request, newest discussion first: who, when, where in the files, resolved or not, and whether a
person, a bot or GitLab itself wrote it. Without bots and GitLab's own notes unless asked for. Texts are cut.`,
  effect: 'read',
  input: z.object({
    ...MERGE_REQUEST,
    unresolved: z.boolean().default(false).meta({ description: 'Only what is still to be resolved.' }),
    bots: z.boolean().default(false),
    system: z.boolean().default(false),
    limit: PAGE.limit.default(10),
    cursor: PAGE.cursor,
  }),
  output: z.object({
    project: z.string(),
    iid: z.int(),
    unresolved: z.int().meta({ description: 'Of the whole merge request.' }),
    discussions: z.array(
      z.object({
        id: z.string(),
        resolvable: z.boolean(),
        resolved: z.boolean(),
        file: z.string().nullable(),
        line: z.int().nullable(),
        notes: z.array(Note),
        more_notes: z.int(),
      }),
    ),
    ...PAGE_OUTPUT,
    summary: z.string(),
  }),
  run: async (input, { client }) => {
    const { project, iid } = mergeRequestOf(input);
    const all = await client.api.pages(
      `the discussions of !${iid}`,
      DiscussionsAnswer,
      ({ MergeRequestDiscussions }, wish) => MergeRequestDiscussions.all(project, iid, wish),
    );
    const kept = all
      .map(({ id, notes }) => ({
        ...standing(notes),
        id,
        notes: notes.filter((note) => wanted(note, input)),
      }))
      .filter(({ notes, open }) => notes.length > 0 && (open || !input.unresolved))
      .toSorted((a, b) => lastOf(b.notes).localeCompare(lastOf(a.notes)));
    const start = (Number(input.cursor ?? 1) - 1) * input.limit;
    const shown = kept.slice(start, start + input.limit);
    const truncated = kept.length > start + input.limit;
    const unresolved = all.filter(({ notes }) => standing(notes).open).length;
    return {
      project,
      iid,
      unresolved,
      discussions: shown.map(({ id, notes, resolvable, open, first }) => ({
        id,
        resolvable,
        resolved: resolvable && !open,
        file: first?.position?.new_path ?? null,
        line: first?.position?.new_line ?? first?.position?.old_line ?? null,
        notes: notes.slice(0, 5).map(row),
        more_notes: Math.max(0, notes.length - 5),
      })),
      truncated,
      cursor: truncated ? String(Number(input.cursor ?? 1) + 1) : null,
      summary: `!${iid} of ${project} has ${counted(kept.length, 'such discussion')}; ${unresolved} of all ${unresolved === 1 ? 'is' : 'are'} unresolved.`,
    };
  },
});

function standing(notes: readonly NoteAnswer[]) {
  const resolvable = notes.filter((note) => note.resolvable === true);
  return {
    first: notes[0],
    resolvable: resolvable.length > 0,
    open: resolvable.some((note) => note.resolved !== true),
  };
}

function wanted(note: NoteAnswer, { bots, system }: { bots: boolean; system: boolean }): boolean {
  const from = noteFrom(note);
  return from === 'person' || (from === 'bot' ? bots : system);
}

function lastOf(notes: readonly NoteAnswer[]): string {
  return notes.at(-1)?.created_at ?? '';
}

function row(note: NoteAnswer): z.output<typeof Note> {
  return {
    id: note.id,
    author: note.author.username,
    from: noteFrom(note),
    at: note.created_at,
    text: note.body.length > NOTE_CAP ? oneLine(note.body, NOTE_CAP) : note.body,
  };
}
