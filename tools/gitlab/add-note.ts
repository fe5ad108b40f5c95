import { z } from 'zod';
import { sha256 } from '../../src/kit/canonical.ts';
import { absent, type Effect, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { inertText } from '../../src/kit/outgoing.ts';
import type { GitLabClient } from './client.ts';
import { defineTool, MERGE_REQUEST, mergeRequestOf } from './define.ts';

const Input = z.object({
  ...MERGE_REQUEST,
  body: z.string().trim().min(1).max(20_000).meta({ description: 'Markdown.' }),
  marker: z
    .string()
    .regex(/^[\w.:/-]{1,100}$/)
    .optional()
    .meta({
      description: 'Names the note: one of ours with it is not written again. Else the text names it.',
    }),
});

export const addNote = defineTool({
  name: 'gitlab_add_note',
  title: 'Add a note to a merge request',
  description: `
Writes a note (comment) to a merge request, once: an invisible marker in it is looked for among our own notes first. People
are notified. A line that begins with / is a command to GitLab or to a bot and is refused here.`,
  effect: 'notify',
  key: 'gitlab/<project>!<iid>/note/<marker, or digest of the text>; the marker stands in the note',
  settles: '5s',
  input: Input,
  output: z.object({
    project: z.string(),
    iid: z.int(),
    note: z.int(),
    written: z.boolean().meta({ description: 'false: it stood there already.' }),
    url: z.string(),
    summary: z.string(),
  }),
  effects: async (input, { client }) => {
    refuseCommands(input.body);
    const { project, iid } = mergeRequestOf(input);
    const { path } = await client.api.project(project);
    await client.api.demandWritable(path);
    return [note(client, path, iid, input)];
  },
  result: async (input, { client }, [outcome]) => {
    const { project, iid } = mergeRequestOf(input);
    const { id } = z.object({ id: z.int() }).parse(outcome?.data);
    const { webUrl } = await client.getMergeRequest(project, iid);
    const written = outcome?.outcome !== 'adopted';
    return {
      project,
      iid,
      note: id,
      written,
      url: `${webUrl}#note_${id}`,
      summary: `The note ${written ? 'is written to' : 'stood already in'} !${iid} of ${project}.`,
    };
  },
});

function note(
  client: GitLabClient,
  project: string,
  iid: number,
  { body, marker }: z.output<typeof Input>,
): Effect {
  const name = marker ?? sha256(body).slice(0, 16);
  const mark = `<!-- sluice-note: ${name} -->`;
  // Whatever looks like a mark in it is taken out with the other comments.
  const text = inertText(body);
  return {
    key: `gitlab/${project}!${iid}/note/${name}`,
    preview: {
      system: 'gitlab',
      action: 'add a note',
      target: `${project}!${iid}`,
      after: text,
    },
    find: async () => {
      const [{ username }, notes] = await Promise.all([client.currentUser(), client.listNotes(project, iid)]);
      // A marker in somebody else's note must not keep ours from being written.
      const found = notes.find((one) => one.author === username && one.body.includes(mark));
      return found === undefined ? absent : present({ id: found.id });
    },
    send: async (permit) => await client.addNote(project, iid, `${text}\n\n${mark}`, permit),
  };
}

/** `/approve`, `/merge`, `/lgtm`: what tools may not do is not done by a note either. */
function refuseCommands(body: string): void {
  const line = body.split(/\r?\n/).find((one) => /^\s*\/[a-z]/i.test(one));
  if (line === undefined) return;
  throw new SluiceError('forbidden', {
    cause: `A line of the note begins with ${JSON.stringify(line.trim().slice(0, 40))}, a command.`,
    remedy: 'Leave it out, or put it in backquotes; a person gives commands.',
    rule: 'gitlab.no-commands',
  });
}
