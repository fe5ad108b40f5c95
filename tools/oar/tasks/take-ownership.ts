import { z } from 'zod';
import { absent, type Effect, present } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import { AdvisoryState, liveAdvisories, type ReleaseAdvisory, stateOf } from '../advisories.ts';
import { defineTool } from '../define.ts';
import { metadataOf } from '../metadata.ts';
import { isOwnerNote, ownerNote } from '../owner-note.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import type { OarServices } from '../services.ts';
import { type Shipment, shipmentOf } from '../shipment-read.ts';

export const takeOwnership = defineTool({
  name: 'oar_take_ownership',
  title: 'Take ownership of a z-stream release',
  description: `Makes one person the QE lead of a release: QA owner of its live advisories (not microshift), and named in a
note on the shipment merge request. Says which advisories are still in NEW_FILES. Safe to repeat.`,
  effect: 'update',
  key: 'errata/<advisory>/qa-owner/<email>; gitlab/<project>!<iid>/note/qe-release-lead/<username>',
  settles: '5s',
  input: z.object({
    release: ReleaseName,
    email: z
      .string()
      .regex(/^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$/, 'an e-mail address')
      .meta({ description: 'Of the QE release lead.' }),
  }),
  output: z.object({
    release: z.string(),
    owner: z.string(),
    username: z
      .string()
      .nullable()
      .meta({ description: 'On GitLab; null when the release has no shipment.' }),
    advisories: z.array(AdvisoryState),
    abnormal: z.array(z.int()).meta({ description: 'Advisories in NEW_FILES, which cannot be pushed yet.' }),
    summary: z.string(),
  }),
  effects: async ({ release, email }, { client }) => {
    const metadata = await metadataOf(client, parseRelease(release));
    const shipment = await shipmentOf(client, metadata);
    // Who cannot be named is known before the first advisory is touched.
    const username = shipment === undefined ? undefined : await usernameOf(client, email);
    const live = await liveAdvisories(client, metadata);
    const effects = live.map((advisory) => ownerEffect(client, advisory, email));
    if (shipment !== undefined && username !== undefined)
      effects.push(noteEffect(client, shipment, username));
    return effects;
  },
  result: async ({ release, email }, { client }) => {
    const metadata = await metadataOf(client, parseRelease(release));
    const advisories = (await liveAdvisories(client, metadata)).map(stateOf);
    const username = metadata.shipment_mr === null ? null : await usernameOf(client, email);
    const abnormal = advisories.filter(({ state }) => state === 'NEW_FILES').map(({ id }) => id);
    const warning = abnormal.length === 0 ? '' : `; still in NEW_FILES: ${abnormal.join(', ')}`;
    return {
      release,
      owner: email,
      username,
      advisories,
      abnormal,
      summary: `${email} owns ${release}: ${advisories.length} advisories${username === null ? '' : ' and the shipment'}${warning}.`,
    };
  },
});

async function usernameOf(services: OarServices, email: string): Promise<string> {
  const user = await services.gitlab().findUser(email);
  if (user !== undefined) return user.username;
  throw new SluiceError('not_found', {
    cause: `GitLab knows nobody by ${email}.`,
    remedy: 'Give the address that the GitLab account of the release lead uses.',
  });
}

function ownerEffect(services: OarServices, { id, kind, advisory }: ReleaseAdvisory, email: string): Effect {
  return {
    key: `errata/${id}/qa-owner/${email}`,
    preview: {
      system: 'errata',
      action: 'set QA owner',
      target: `${kind} advisory ${id}`,
      before: advisory.qaOwner,
      after: email,
    },
    find: async () => {
      const { qaOwner } = await services.errata().getAdvisory(id);
      return qaOwner?.toLowerCase() === email.toLowerCase() ? present({ id, owner: qaOwner }) : absent;
    },
    send: async (permit) => {
      await services.errata().setQaOwner(id, email, permit);
      return { id, owner: email };
    },
  };
}

function noteEffect(services: OarServices, { project, iid, name }: Shipment, username: string): Effect {
  return {
    key: `gitlab/${name}/note/qe-release-lead/${username}`,
    preview: {
      system: 'gitlab',
      action: 'name the QE release lead in a note',
      target: name,
      after: `@${username}`,
    },
    find: async () => {
      const notes = await services.gitlab().listNotes(project, iid);
      const note = notes.find(({ body }) => isOwnerNote(body, username));
      return note === undefined ? absent : present({ note: note.id });
    },
    send: async (permit) => {
      const { id } = await services.gitlab().addNote(project, iid, ownerNote(username), permit);
      return { note: id };
    },
  };
}
