import { type Call, json, type Reply, stringField } from '../http.ts';
import type { MergeRequest } from '../scenario/schema-gitlab.ts';
import type { CreatedNote } from '../store.ts';
import type { World } from '../world.ts';
import { checkBody } from './gitlab-body.ts';
import type { Located } from './gitlab-merge-request.ts';
import { actorOf, settings, userNamed } from './gitlab-users.ts';
import { paged } from './paging.ts';

type Note = CreatedNote & Partial<MergeRequest['notes'][number]>;

function notesOf(found: Located, world: World): Note[] {
  const first = settings(world)?.first_note_id ?? 1;
  const given = found.request.notes.map((note, i) => ({
    ...note,
    // Below the ids that are handed out, so that neither list can run into the other.
    id: first - found.request.notes.length + i,
    mergeRequest: found.reference,
  }));
  const made = world.store.notes.filter((note) => note.mergeRequest === found.reference);
  return [...given, ...made].filter((note) => note.created <= world.now);
}

export function listNotes(found: Located, world: World, call: Call): Reply {
  const all = notesOf(found, world);
  const order = call.query.get('sort') === 'asc' ? 1 : -1;
  all.sort((a, b) => order * (a.created - b.created || a.id - b.id));
  return paged(
    call,
    all.map((note) => noteDocument(note, found, world)),
  );
}

/** Notes of one discussion stand together; any other note is one of its own. */
export function listDiscussions(found: Located, world: World, call: Call): Reply {
  const groups = new Map<string, Note[]>();
  for (const note of notesOf(found, world)) {
    const id = note.discussion ?? `note-${note.id}`;
    groups.set(id, [...(groups.get(id) ?? []), note]);
  }
  return paged(
    call,
    [...groups].map(([id, notes]) => ({
      id,
      individual_note: id.startsWith('note-'),
      notes: notes.map((note) => noteDocument(note, found, world)),
    })),
  );
}

export function createNote(found: Located, world: World, call: Call): Reply {
  const refused = checkBody(call, { body: 'string' });
  if (refused !== undefined) return refused;
  const body = stringField(call.body, 'body') ?? call.query.get('body') ?? undefined;
  if (body === undefined || body.trim() === '')
    return json(400, { message: '400 Bad request - Note {:note=>["can\'t be blank"]}' });
  const author = actorOf(world, call);
  const id = (settings(world)?.first_note_id ?? 1) + world.count('notes');
  const note: CreatedNote = { mergeRequest: found.reference, id, author, created: world.now, body };
  world.store.notes.push(note);
  world.effect('gitlab', 'note_created', found.reference, { id, author, body });
  return json(201, noteDocument(note, found, world));
}

function noteDocument(note: Note, { iid, projectId }: Located, world: World) {
  const at = new Date(note.created).toISOString();
  return {
    id: note.id,
    type: null,
    body: note.body,
    author: userNamed(world, note.author),
    created_at: at,
    updated_at: at,
    system: note.system ?? false,
    noteable_type: 'MergeRequest',
    noteable_iid: iid,
    project_id: projectId,
    resolvable: note.resolved !== undefined,
    ...(note.resolved === undefined ? {} : { resolved: note.resolved }),
    ...(note.file === undefined ? {} : { position: { new_path: note.file, new_line: note.line ?? null } }),
    internal: false,
  };
}
