import { type Call, json, type Reply, stringField } from '../http.ts';
import type { CreatedNote } from '../store.ts';
import type { World } from '../world.ts';
import type { Located } from './gitlab-merge-request.ts';
import { settings, userNamed } from './gitlab-users.ts';
import { paged } from './paging.ts';

export function listNotes(found: Located, world: World, call: Call): Reply {
  const first = settings(world)?.first_note_id ?? 1;
  const given = found.request.notes.map((note, i) => ({
    ...note,
    // Below the ids that are handed out, so that neither list can run into the other.
    id: first - found.request.notes.length + i,
    mergeRequest: found.reference,
  }));
  const made = world.store.notes.filter((note) => note.mergeRequest === found.reference);
  const all = [...given, ...made].filter((note) => note.created <= world.now);
  const order = call.query.get('sort') === 'asc' ? 1 : -1;
  all.sort((a, b) => order * (a.created - b.created || a.id - b.id));
  return paged(
    call,
    all.map((note) => noteDocument(note, found, world)),
  );
}

export function createNote(found: Located, world: World, call: Call): Reply {
  const body = stringField(call.body, 'body') ?? call.query.get('body') ?? undefined;
  if (body === undefined || body.trim() === '')
    return json(400, { message: '400 Bad request - Note {:note=>["can\'t be blank"]}' });
  const author = settings(world)?.token_user ?? '';
  const id = (settings(world)?.first_note_id ?? 1) + world.count('notes');
  const note: CreatedNote = { mergeRequest: found.reference, id, author, created: world.now, body };
  world.store.notes.push(note);
  world.effect('gitlab', 'note_created', found.reference, { id, author, body });
  return json(201, noteDocument(note, found, world));
}

function noteDocument(note: CreatedNote, { iid, projectId }: Located, world: World) {
  const at = new Date(note.created).toISOString();
  return {
    id: note.id,
    type: null,
    body: note.body,
    author: userNamed(world, note.author),
    created_at: at,
    updated_at: at,
    system: false,
    noteable_type: 'MergeRequest',
    noteable_iid: iid,
    project_id: projectId,
    resolvable: false,
    internal: false,
  };
}
